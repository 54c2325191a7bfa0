import type { AttackOptions } from '../attacks/index.ts';
import type { CaseOptions, FederationOptions, SimulationResult } from '../federation/index.ts';

/** A lie as a column: its name on the table, and how it is told. */
export type TableAttack = {
  readonly label: string;
  readonly attack: string;
  readonly attackOptions?: AttackOptions;
};

/** Rows: the mean, the robust rules, and some of them behind nearest-neighbour mixing. */
export const TABLE_RULES: readonly string[] = [
  'fedavg',
  'krum',
  'multi-krum',
  'bulyan',
  'median',
  'trimmed-mean',
  'meamed',
  'geometric-median',
  'centred-clipping',
  'norm-bounding',
  'caf',
  'signguard',
  'nnm+median',
  'nnm+trimmed-mean',
  'nnm+geometric-median',
];

/** Columns: the small and the loud, the fitted and the poisoned. */
export const TABLE_ATTACKS: readonly TableAttack[] = [
  { label: 'sign-flip', attack: 'sign-flip' },
  { label: 'ipm 0.1', attack: 'ipm', attackOptions: { boost: 0.1 } },
  { label: 'alie 1.5', attack: 'alie', attackOptions: { z: 1.5 } },
  { label: 'opt-ipm', attack: 'opt-ipm' },
  { label: 'opt-alie', attack: 'opt-alie' },
  { label: 'min-max', attack: 'min-max' },
  { label: 'min-sum', attack: 'min-sum' },
  { label: 'fang-krum', attack: 'fang-krum' },
  { label: 'fang-tm', attack: 'fang-trimmed-mean' },
  { label: 'mimic', attack: 'mimic' },
  { label: 'label-flip', attack: 'label-flip' },
];

/** Every rule against every attack, rule after rule. */
export function tableCases(rules: readonly string[], attacks: readonly TableAttack[]): CaseOptions[] {
  return rules.flatMap((rule) =>
    attacks.map(({ attack, attackOptions }) => ({
      rule,
      attack,
      ...(attackOptions === undefined ? {} : { attackOptions }),
    })),
  );
}

/**
 * A table in Markdown: for each rule and attack the least share of the gain kept over the seeds, and the least of the
 * row in the last column.
 *
 * @param runs by seed, each the results of {@link tableCases} in its order.
 */
export function ruleTable(
  rules: readonly string[],
  attacks: readonly TableAttack[],
  runs: readonly (readonly SimulationResult[])[],
): string {
  const cell = (rule: number, attack: number): number =>
    Math.min(...runs.map((run) => run[rule * attacks.length + attack]?.summary.gainKept ?? Number.NaN));
  const rows = rules.map((name, r) => {
    const kept = attacks.map((_, a) => cell(r, a));
    return `| \`${name}\` | ${[...kept, Math.min(...kept)].map(percent).join(' | ')} |`;
  });
  return [
    `| rule | ${attacks.map(({ label }) => label).join(' | ')} | **worst** |`,
    `|---|${attacks.map(() => '--:|').join('')}--:|`,
    ...rows,
  ].join('\n');
}

/** What the table was measured on, in words. */
export function tableCaption(
  { nodes, byzantine, rounds, noise, heterogeneity, normCheck }: FederationOptions,
  seeds: readonly number[],
): string {
  return (
    `${nodes} nodes, the last ${byzantine} of which lie; ${rounds} rounds; ${noise === 'record' ? 'record noise' : 'no noise'}, ` +
    `heterogeneity ${heterogeneity}, norm check ${normCheck ? 'on' : 'off'}; ${seeds.length === 1 ? 'seed' : 'seeds'} ${seeds.join(', ')}; ` +
    'least share in % of the gain that the honest nodes alone have under the plain mean'
  );
}

function percent(share: number): string {
  return Number.isNaN(share) ? '–' : (100 * share).toFixed(0).replace('-', '−');
}
