import { squaredDistancesTo } from '../kernels/distances-to.ts';
import { ranking } from '../kernels/ranking.ts';
import { liarCount } from '../options.ts';
import { type AggregationRule, defineRule } from '../rule.ts';
import { MAJORITY_CONDITION } from './coordinate-wise.ts';
import { selection } from './selection.ts';

export type MonnaOptions = {
  /** Liars among the rows: the n − f nearest rows are averaged. */
  readonly f: number;
};

/**
 * MoNNA's aggregation, nearest-neighbour averaging: the mean of the n − f rows with the least ‖x_i − reference‖²,
 * ties to the earlier row, summed by ascending row.
 *
 * The reference is a vector that no liar made: in the paper each node takes its own. Resists liars farther from it
 * than the honest rows; a liar that is taken is no farther from the reference than the farthest honest row, so f of
 * them move the mean by at most f/(n − f) times twice that distance. Broken by a reference that a liar made, and by
 * more than f liars.
 *
 * Source: Farhadkhani, Guerraoui, Gupta, Hoang, Pinot, Stephan, Robust Collaborative Learning with Linear Gradient
 * Overhead, 2023, algorithm 1.
 *
 * @throws {UsageError} RULE_OPTION.
 */
export function monna(options: MonnaOptions): AggregationRule {
  const f = liarCount('monna', options.f);
  return defineRule({
    name: 'monna',
    f,
    condition: MAJORITY_CONDITION,
    takes: ['reference'],
    needs: ['reference'],
    apply: (rows, { reference = new Float64Array() }) => {
      const scores = squaredDistancesTo(rows, reference);
      return selection(rows, scores, ranking(scores), rows.length - f);
    },
  });
}
