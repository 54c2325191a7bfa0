import { clippedToNorm, norms } from '../kernels/norms.ts';
import { positiveOption } from '../options.ts';
import type { RuleCondition } from '../rule.ts';
import { oneToOne, type PreAggregator } from './pre-aggregator.ts';

export type ClippingOptions = {
  /** The largest L2 norm, > 0, in the unit of the rows. */
  readonly radius: number;
};

const CONDITION: RuleCondition = { text: 'n ≥ 1', minRows: () => 1 };

/**
 * Static clipping: x_i · min(1, radius ÷ ‖x_i‖). A row whose squared norm leaves the range of float64 becomes 0.
 *
 * Resists: lies by size. One row moves a mean by no more than 2 · radius ÷ n. Broken by: lies of honest size, and a
 * radius that does not fit: too large it does nothing, too small every row is cut to the same length.
 *
 * Order of arithmetic: norms as in {@link norms}, the quotient radius ÷ ‖x_i‖ once a row, then one product a
 * coordinate.
 *
 * Source: the static clipping that Allouah et al., Adaptive Gradient Clipping for Robust Federated Learning, 2024, set
 * theirs against.
 *
 * @throws {UsageError} RULE_OPTION.
 */
export function clipping(options: ClippingOptions): PreAggregator {
  const radius = positiveOption('clipping', 'radius', options.radius, Number.NaN);
  return Object.freeze({
    name: 'clipping',
    f: undefined,
    condition: CONDITION,
    rowsAfter: (n: number) => n,
    apply: (rows) => {
      const lengths = norms(rows);
      return { ...oneToOne(rows), rows: rows.map((row, i) => clippedToNorm(row, lengths[i]!, radius)) };
    },
  } satisfies PreAggregator);
}
