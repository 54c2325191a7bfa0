import type { AccountantName } from '../../privacy/index.ts';
import { type PrivacyReport, shortUp } from '../privacy/index.ts';

const SHOWN_ROWS = 20;

/**
 * A privacy report for people: what is covered, what is spent and left, what each of the last rounds cost under each
 * accountant, what the rest allows, and what to do.
 *
 * @param all every row that the report has; the last 20 unless true.
 */
export function privacyText(report: PrivacyReport, { all = false } = {}): string {
  const { account } = report;
  const head =
    account.unit === 'none'
      ? ['no guarantee: updates leave this node without noise', `${account.spent.releases} releases`]
      : coverage(report);
  return [...head, ...table(report, all), ...planLines(report), ...adviceLines(report)].join('\n');
}

function coverage({ account, accountants, spent, refused }: PrivacyReport): string[] {
  const { covers, unit, relation, delta, budget, accountant, assumption, remaining, state, roundsLeft } =
    account;
  const { releases, sums, epsilon } = account.spent;
  const others = accountants.map((name) => `${name} ${epsilonText(spent[name])}`).join(', ');
  return [
    `covers: ${covers} (${unit}, ${relation}), δ = ${delta}, budget ε = ${budget}`,
    `trust: ${assumption}`,
    `spent: ε = ${epsilonText(epsilon)} by the ledger (${accountant}), ${roundedDown(remaining ?? 0)} left; ${releases} releases, ${sums} noisy sums`,
    `under each accountant: ${others}`,
    ...Object.entries(refused).map(([name, reason]) => `${name} cannot say: ${reason}`),
    state === 'spent'
      ? 'budget spent: this node validates and releases nothing'
      : `at the present noise (${account.events[account.next.event]?.words ?? 'unknown'}) the budget bears ${roundsLeft ?? 'any number of'} more rounds`,
  ];
}

function table({ rounds, accountants }: PrivacyReport, all: boolean): string[] {
  if (rounds.length === 0) return [];
  const shown = all ? rounds : rounds.slice(-SHOWN_ROWS);
  const left = rounds.length - shown.length;
  const cells = [
    ['round', ...accountants.map((name: AccountantName) => `ε ${name}`), 'released'],
    ...shown.map(({ round, words, epsilon }) => [
      round === null ? 'other' : String(round),
      ...accountants.map((name) => epsilonText(epsilon[name])),
      words,
    ]),
  ];
  const widths =
    cells[0]?.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0))) ?? [];
  const last = widths.length - 1;
  return [
    '',
    ...cells.map((row) =>
      row.map((cell, i) => (i === last ? cell : cell.padStart(widths[i] ?? 0))).join('  '),
    ),
    ...(left > 0 ? [`(${left} earlier ones: --all)`] : []),
  ];
}

function planLines({ plan, account }: PrivacyReport): string[] {
  if (plan === undefined) return [];
  const { rounds, epsilon, fits, noiseMultiplier } = plan;
  const verdict = fits ? 'within' : 'beyond';
  const noise =
    noiseMultiplier === null
      ? 'no noise keeps them within it'
      : `σ = ${shortUp(noiseMultiplier)} C is the least that keeps them within it`;
  return [
    '',
    `${rounds} more rounds: ε = ${epsilonText(epsilon)} at the present noise, ${verdict} the budget of ${account.budget}; ${noise}`,
  ];
}

function adviceLines({ advice }: PrivacyReport): string[] {
  if (advice.length === 0) return [];
  return ['', ...advice.map(({ priority, text }) => `${priority}: ${text}`)];
}

/** Rounded up. A dot stands for what was not computed. */
function epsilonText(epsilon: number | null | undefined): string {
  if (epsilon === undefined) return '·';
  return epsilon === null ? '∞' : (Math.ceil(epsilon * 1000) / 1000).toFixed(3);
}

const roundedDown = (value: number): string => (Math.floor(value * 1000) / 1000).toFixed(3);
