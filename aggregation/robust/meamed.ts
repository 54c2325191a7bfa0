import { liarCount } from '../options.ts';
import { type AggregationRule, defineRule } from '../rule.ts';
import { MAJORITY_CONDITION, trimming } from './coordinate-wise.ts';

export type MeamedOptions = {
  /** Liars among the rows: the n − f values nearest to the median are averaged. */
  readonly f: number;
};

/**
 * Mean around median: of each coordinate the mean of the n − f values nearest to the median, which for even n is half
 * the sum of the two middle values. Of two values equally near the lower one is taken first.
 *
 * Keeps more honest values than the trimmed mean, n − f of them against n − 2f, and drops them on whichever side they
 * are far. Resists lies far from the honest values: the n − f honest ones are nearer then. Broken by more than f
 * liars; nearer lies shift it by at most the honest spread of the coordinate, also past the honest values.
 *
 * Source: Xie, Koyejo, Gupta, Generalized Byzantine-tolerant SGD, 2018, definition of MeaMed.
 *
 * @throws {UsageError} RULE_OPTION.
 */
export function meamed(options: MeamedOptions): AggregationRule {
  const f = liarCount('meamed', options.f);
  return defineRule({
    name: 'meamed',
    f,
    condition: MAJORITY_CONDITION,
    apply: (rows, { kernels }) => {
      const vector = kernels.meanNearMedian(rows, rows.length - f);
      return { vector, selected: [...rows.keys()], ...trimming(rows, kernels, f) };
    },
  });
}
