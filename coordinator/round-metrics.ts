import type { NodeId } from '../protocol/ids.ts';
import type { Outcome } from '../protocol/messages.ts';

/** Fewer reports than this are not summed up: a median of few is nearly one node's own figure. */
const MIN_REPORTS = 5;

export type RoundFigures = {
  readonly round: number;
  readonly outcome: Outcome;
  readonly sealed: number;
  readonly accepted: number;
  readonly selected: number;
  /** Loss of the version after the round on public held-out rows, as whoever asks computed it. */
  readonly holdoutLoss: number | null;
  /** What nodes say of the same loss, one figure each; never published by node. */
  readonly reports: ReadonlyMap<NodeId, number>;
};

/** What may be shown of a round: sums over nodes and figures on public data, nothing of one node. */
export type RoundMetrics = Omit<RoundFigures, 'reports'> & {
  /** Median and median absolute deviation of the reports; null where fewer than five are numbers. */
  readonly reportedLoss: {
    readonly median: number;
    readonly deviation: number;
    readonly reports: number;
  } | null;
};

/**
 * A round's metrics. Reports are claims, so they are summed up by the median, whose breakdown point is one half (Huber
 * 1981, section 1.4): with fewer than half of them lies it is never outside what the honest ones say. Figures that are
 * negative or no numbers do not count.
 */
export function roundMetrics({ reports, ...figures }: RoundFigures): RoundMetrics {
  const losses = [...reports.values()].filter((loss) => Number.isFinite(loss) && loss >= 0);
  if (losses.length < MIN_REPORTS) return { ...figures, reportedLoss: null };
  const middle = median(losses);
  const deviation = median(losses.map((loss) => Math.abs(loss - middle)));
  return { ...figures, reportedLoss: { median: middle, deviation, reports: losses.length } };
}

/** Of a non-empty list; the mean of the two in the middle for an even number. */
function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const lower = sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
  return lower / 2 + upper / 2;
}
