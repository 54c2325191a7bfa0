import { devnetParameters } from '../../node/devnet/options.ts';
import { UsageError } from '../../protocol/errors.ts';
import { signFlip } from '../attacks/index.ts';
import { learn } from '../learning/learn.ts';
import { type LearningMarket, prepareLearningMarket } from '../learning/market.ts';
import type { LearningResult } from '../learning/result.ts';

/** One way to run the network: who lies, and what stands in the way. */
export type RobustnessCell = {
  readonly name: string;
  readonly rule: 'multi-krum' | 'fedavg';
  readonly privacy: 'record' | 'off';
  /** How many times over the last node turns its update around; 0 where it is honest. */
  readonly boost: number;
  readonly normCheck: boolean;
  readonly gate: boolean;
};

const DEFAULT = { rule: 'multi-krum', privacy: 'record', boost: 0, normCheck: true, gate: true } as const;
const BARE = { ...DEFAULT, boost: 10, normCheck: false, gate: false } as const;

/** The cells by name: the published defaults, and what is left when one defence after the other is taken away. */
export const ROBUSTNESS_CELLS = [
  { ...DEFAULT, name: 'honest' },
  { ...DEFAULT, name: 'liar', boost: 1 },
  { ...DEFAULT, name: 'honest-off', privacy: 'off' },
  { ...DEFAULT, name: 'liar-off', privacy: 'off', boost: 1 },
  { ...DEFAULT, name: 'liar-fedavg', rule: 'fedavg', boost: 1 },
  { ...BARE, name: 'boosted-bare-fedavg', rule: 'fedavg' },
  { ...BARE, name: 'boosted-bare' },
  { ...BARE, name: 'boosted-norm-fedavg', rule: 'fedavg', normCheck: true },
  { ...BARE, name: 'boosted-gate-fedavg', rule: 'fedavg', gate: true },
  { ...BARE, name: 'boosted-both-fedavg', rule: 'fedavg', normCheck: true, gate: true },
] as const satisfies readonly RobustnessCell[];

export type RobustnessCellName = (typeof ROBUSTNESS_CELLS)[number]['name'];

export const ROBUSTNESS_NODES = 7;
export const ROBUSTNESS_ROUNDS = 10;

/** The results of cells by name and, in each, by seed. */
export type RobustnessRuns = ReadonlyMap<string, ReadonlyMap<number, LearningResult>>;

/** @throws UsageError `ROBUSTNESS_CELL` for an unknown name. */
export function robustnessCell(name: string): RobustnessCell {
  const cell = ROBUSTNESS_CELLS.find((known) => known.name === name);
  if (cell !== undefined) return cell;
  const names = ROBUSTNESS_CELLS.map((known) => known.name).join(', ');
  throw new UsageError('ROBUSTNESS_CELL', `--cell: got ${name}, expected one of ${names}`, {
    metadata: { name },
  });
}

/** One cell on one market, with the devnet's parameters; the market's seed is the run's. */
export function runCell(market: LearningMarket, cell: RobustnessCell): Promise<LearningResult> {
  const { rule, privacy, boost, normCheck, gate } = cell;
  const { seed, rounds } = market.options;
  const byzantine = boost > 0 ? 1 : 0;
  return learn(market, {
    seed,
    parameters: devnetParameters({ rounds, byzantine, rule, privacy, gate, normCheck }),
    ...(boost > 0 ? { attack: signFlip({ boost }) } : {}),
  });
}

/**
 * Runs cells seed by seed, each seed's market loaded once for all of them.
 *
 * @param seedsOf the seeds of a cell.
 * @param onRun told of each run as it ends.
 */
export async function runCells(
  cells: readonly RobustnessCell[],
  seedsOf: (cell: RobustnessCell) => readonly number[],
  onRun: (cell: RobustnessCell, seed: number, result: LearningResult) => void = () => undefined,
): Promise<RobustnessRuns> {
  const runs = new Map(cells.map(({ name }) => [name, new Map<number, LearningResult>()]));
  const seeds = [...new Set(cells.flatMap(seedsOf))].sort((a, b) => a - b);
  for (const seed of seeds) {
    const market = await prepareLearningMarket({
      seed,
      nodes: ROBUSTNESS_NODES,
      rounds: ROBUSTNESS_ROUNDS,
    });
    for (const cell of cells) {
      if (!seedsOf(cell).includes(seed)) continue;
      const result = await runCell(market, cell);
      runs.get(cell.name)?.set(seed, result);
      onRun(cell, seed, result);
    }
  }
  return runs;
}
