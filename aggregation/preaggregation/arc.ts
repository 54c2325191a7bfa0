import { clippedToNorm, norms } from '../kernels/norms.ts';
import { liarCount } from '../options.ts';
import { MAJORITY_CONDITION } from '../robust/coordinate-wise.ts';
import { oneToOne, type PreAggregator } from './pre-aggregator.ts';

export type ArcOptions = {
  /** Liars among the rows. */
  readonly f: number;
};

/**
 * Adaptive robust clipping: the k = ⌊2f(n − f) ÷ n⌋ rows of largest norm are clipped to the norm of the next one.
 * n > 2f.
 *
 * Resists: lies by size, with a radius that follows the honest rows from round to round; k ≥ f, so the radius is never
 * above the largest honest norm. A rule that is robust behind static clipping of any radius stays so behind it.
 * Broken by: lies of honest size. It clips honest rows too, k − f of them at least, and pulls their mean toward 0.
 *
 * Order of arithmetic: norms as in {@link norms}, the quotient of two norms once a row, then one product a coordinate.
 *
 * Source: Allouah et al., Adaptive Gradient Clipping for Robust Federated Learning, 2024.
 *
 * @throws {UsageError} RULE_OPTION.
 */
export function arc(options: ArcOptions): PreAggregator {
  const f = liarCount('arc', options.f);
  return Object.freeze({
    name: 'arc',
    f,
    condition: MAJORITY_CONDITION,
    rowsAfter: (n: number) => n,
    apply: (rows) => {
      const n = rows.length;
      const lengths = norms(rows);
      const clipped = Math.floor((2 * f * (n - f)) / n);
      const radius = Float64Array.from(lengths).sort()[n - 1 - clipped]!;
      return { ...oneToOne(rows), rows: rows.map((row, i) => clippedToNorm(row, lengths[i]!, radius)) };
    },
  } satisfies PreAggregator);
}
