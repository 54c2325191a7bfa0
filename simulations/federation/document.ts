import type { SimulationResult, SimulationSummary } from './result.ts';

/** Goes up with every change that a reader of the document would notice. */
export const SIMULATION_SCHEMA_VERSION = 1;

/** What `ballast simulate --json` prints; see docs/simulating.md. */
export type SimulationDocument = {
  readonly schemaVersion: typeof SIMULATION_SCHEMA_VERSION;
  readonly kind: 'ballast-simulation';
  /** Of all runs; `seed` is the first run's. */
  readonly options: SimulationResult['options'] & { readonly seeds: number };
  /** Weights of the model. */
  readonly parameters: number;
  /** One a seed, ascending. */
  readonly runs: readonly {
    readonly seed: number;
    readonly rounds: SimulationResult['rounds'];
    readonly summary: SimulationSummary;
  }[];
  readonly summary: SeedsSummary;
  /** Present where asked for alone: the rest is the same for the same options. */
  readonly timings?: { readonly seconds: number };
};

/** Means and worst cases over the seeds; null where a run has none. */
export type SeedsSummary = {
  readonly gainKept: { readonly mean: number | null; readonly least: number | null };
  readonly endLoss: { readonly mean: number; readonly most: number };
  readonly precision: number | null;
  readonly recall: number | null;
};

/** @param results of the same options but the seed; at least one. */
export function simulationDocument(
  results: readonly SimulationResult[],
  timings?: { readonly seconds: number },
): SimulationDocument {
  const [first] = results;
  if (first === undefined) throw new RangeError('results: got none, expected at least one');
  return {
    schemaVersion: SIMULATION_SCHEMA_VERSION,
    kind: 'ballast-simulation',
    options: { ...first.options, seeds: results.length },
    parameters: first.parameters,
    runs: results.map(({ options, rounds, summary }) => ({ seed: options.seed, rounds, summary })),
    summary: seedsSummary(results),
    ...(timings === undefined ? {} : { timings }),
  };
}

export function seedsSummary(results: readonly SimulationResult[]): SeedsSummary {
  const kept = results.flatMap(({ summary }) => (summary.gainKept === null ? [] : [summary.gainKept]));
  const losses = results.map(({ summary }) => summary.end.loss);
  const sum = (of: (detection: SimulationSummary['detection']) => number): number =>
    results.reduce((total, { summary }) => total + of(summary.detection), 0);
  const liars = sum(({ liarsLeftOut }) => liarsLeftOut);
  const leftOut = liars + sum(({ honestLeftOut }) => honestLeftOut);
  const lies = results.reduce((total, { options, rounds }) => total + options.byzantine * rounds.length, 0);
  return {
    gainKept:
      kept.length === 0 ? { mean: null, least: null } : { mean: mean(kept), least: Math.min(...kept) },
    endLoss: { mean: mean(losses), most: Math.max(...losses) },
    precision: leftOut === 0 ? null : liars / leftOut,
    recall: lies === 0 ? null : liars / lies,
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}
