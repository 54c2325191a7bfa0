import { BallastError } from '../../protocol/errors.ts';
import type { LearningResult } from '../learning/result.ts';
import { type RobustnessCell, type RobustnessRuns, robustnessCell } from './robustness-cells.ts';

/** A cell over its seeds. Shares are of 1; the order of lists is that of the seeds. */
export type CellSummary = {
  readonly cell: RobustnessCell;
  readonly seeds: readonly number[];
  /** Held-out loss at the end over that of genesis, below 1 where something was learned. */
  readonly lossOverGenesis: readonly number[];
  readonly skillB0: readonly number[];
  readonly skillB2: readonly number[];
  /** Gain over genesis as a share of that of the default rule, same privacy and seed, without the liar. */
  readonly gainKept: readonly number[] | undefined;
  /** Share of all rounds in which the rule or the door left the liar out; undefined where none lies. */
  readonly liarLeftOut: number | undefined;
  readonly rounds: number;
  readonly rejectedRounds: number;
  readonly abortedRounds: number;
  /** How often a node refused an update beyond the norm bound. */
  readonly normRefusals: number;
};

/** Sums a cell up. @throws BallastError `ROBUSTNESS_MISSING` for a cell that was not run. */
export function summarise(runs: RobustnessRuns, name: string): CellSummary {
  const bySeed = runs.get(name);
  if (bySeed === undefined || bySeed.size === 0) {
    throw new BallastError('ROBUSTNESS_MISSING', `cell ${name}: got no run, expected at least one`);
  }
  const cell = robustnessCell(name);
  const results = [...bySeed.values()];
  const rounds = results.flatMap((result) => result.rounds);
  const liars = results.flatMap(({ liar, rounds: each }) => each.map(({ selected }) => ({ liar, selected })));
  const leftOut = liars.filter(({ liar, selected }) => liar !== undefined && !selected.includes(liar));
  return {
    cell,
    seeds: [...bySeed.keys()],
    lossOverGenesis: results.map(({ genesis, final }) => final.loss / genesis.loss),
    skillB0: results.map(({ final }) => final.skill.B0),
    skillB2: results.map(({ final }) => final.skill.B2),
    gainKept: gainKept(bySeed, runs.get(cell.privacy === 'record' ? 'honest' : 'honest-off')),
    liarLeftOut: cell.boost > 0 ? leftOut.length / rounds.length : undefined,
    rounds: rounds.length,
    rejectedRounds: rounds.filter(({ outcome }) => outcome === 'rejected').length,
    abortedRounds: rounds.filter(({ outcome }) => outcome === 'aborted').length,
    normRefusals: results.reduce((sum, { report }) => sum + (report.refusals.get('UPDATE_NORM') ?? 0), 0),
  };
}

/** The summaries as a Markdown table: means, with the least in brackets. */
export function robustnessTable(summaries: readonly CellSummary[]): string {
  const rows = summaries.map(({ cell, ...summary }) => [
    `\`${cell.name}\``,
    cell.rule,
    cell.privacy,
    cell.boost > 0 ? `×${cell.boost}` : 'none',
    cell.normCheck ? 'on' : 'off',
    cell.gate ? 'on' : 'off',
    `${percent(mean(summary.lossOverGenesis))} (${percent(Math.max(...summary.lossOverGenesis))})`,
    percent(mean(summary.skillB0)),
    `${percent(mean(summary.skillB2))} (${percent(Math.min(...summary.skillB2))})`,
    summary.gainKept === undefined
      ? '–'
      : `${percent(mean(summary.gainKept))} (${percent(Math.min(...summary.gainKept))})`,
    summary.liarLeftOut === undefined ? '–' : percent(summary.liarLeftOut),
    `${summary.rejectedRounds}/${summary.rounds}`,
    String(summary.normRefusals),
  ]);
  const widths = COLUMNS.map((column, i) =>
    Math.max(column.length, ...rows.map((row) => row[i]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((text, i) => text.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  return [
    line(COLUMNS),
    `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`,
    ...rows.map(line),
  ].join('\n');
}

const COLUMNS = [
  'cell',
  'rule',
  'privacy',
  'sign flip',
  'norm check',
  'gate',
  'loss / genesis (most)',
  'skill B0',
  'skill B2 (least)',
  'gain kept (least)',
  'liar left out',
  'rejected',
  'norm refusals',
];

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

type BySeed = ReadonlyMap<number, LearningResult>;

function gainKept(bySeed: BySeed, honest: BySeed | undefined): number[] | undefined {
  const shares = [...bySeed].flatMap(([seed, result]) => {
    const reference = honest?.get(seed);
    return reference === undefined ? [] : [gain(result) / gain(reference)];
  });
  return shares.length === bySeed.size ? shares : undefined;
}

function gain({ genesis, final }: LearningResult): number {
  return genesis.loss - final.loss;
}
