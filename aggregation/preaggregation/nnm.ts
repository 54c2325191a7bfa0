import { boundedMeans } from '../kernels/bounded-means.ts';
import { ranking } from '../kernels/ranking.ts';
import { distancesFrom, type SquaredDistances } from '../kernels/squared-distances.ts';
import { liarCount } from '../options.ts';
import { MAJORITY_CONDITION } from '../robust/coordinate-wise.ts';
import { oneToOne, type PreAggregator } from './pre-aggregator.ts';

export type NnmOptions = {
  /** Liars among the rows. */
  readonly f: number;
};

/**
 * Nearest-neighbour mixing: each row becomes the mean of the n − f rows nearest to it, itself among them. n > 2f.
 *
 * Resists: lies that hide in the spread of honest rows whose data differ (ALIE, label flipping), since it pulls the
 * honest rows together before a rule looks at them; behind it a rule that is robust for equal data is so, to the best
 * order, for unequal data. Broken by: nothing of its own, but lies near the honest rows are mixed into them, so that
 * the rule behind it sees smaller lies in more rows.
 *
 * Order of arithmetic: squared distances as in {@link squaredDistances}; of two equally near the earlier row is taken,
 * a row itself always; sums by ascending row, one division a coordinate.
 *
 * Source: Allouah et al., Fixing by Mixing: A Recipe for Optimal Byzantine ML under Heterogeneity, 2023.
 *
 * @throws {UsageError} RULE_OPTION.
 */
export function nnm(options: NnmOptions): PreAggregator {
  const f = liarCount('nnm', options.f);
  return Object.freeze({
    name: 'nnm',
    f,
    condition: MAJORITY_CONDITION,
    rowsAfter: (n: number) => n,
    apply: (rows, { kernels }) => {
      const distances = kernels.squaredDistances(rows);
      const lists = rows.map((_, i) => nearest(distances, i, rows.length - f));
      return { ...oneToOne(rows), rows: boundedMeans(kernels, rows, lists) };
    },
  } satisfies PreAggregator);
}

/** `row` and its `count` − 1 nearest others, ascending; ties go to the earlier row. */
function nearest(distances: SquaredDistances, row: number, count: number): number[] {
  const others = ranking(distancesFrom(distances, row)).slice(0, count - 1);
  return [row, ...others.map((at) => (at < row ? at : at + 1))].sort((a, b) => a - b);
}
