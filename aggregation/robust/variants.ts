import { ranking } from '../kernels/ranking.ts';
import { distancesFrom, type SquaredDistances } from '../kernels/squared-distances.ts';
import { liarCount } from '../options.ts';
import { type AggregationRule, defineRule } from '../rule.ts';
import { BULYAN_CONDITION, type BulyanOptions, meanOfChosen } from './bulyan.ts';
import { MAJORITY_CONDITION } from './coordinate-wise.ts';
import { iteratedKrum } from './iterated-krum.ts';
import type { KrumOptions } from './krum.ts';
import { krumScores } from './krum-scores.ts';
import { selection } from './selection.ts';

/**
 * Krum as ByzFL has it: the row with the least mean of its n − f − 1 smallest squared distances to others, one
 * neighbour more than the paper's, and n > 2f for condition. It takes another row in three of our four cases.
 *
 * A liar's row and its f − 1 copies still need n − 2f honest neighbours, so that lies far off lose; the paper's proof
 * is of n − f − 2 neighbours and n ≥ 2f + 3.
 *
 * Source: the library ByzFL 2024 (Krum).
 *
 * @throws {UsageError} RULE_OPTION.
 */
export function krumByzfl(options: KrumOptions): AggregationRule {
  const name = 'krum/byzfl';
  const f = liarCount(name, options.f);
  return defineRule({
    name,
    f,
    condition: MAJORITY_CONDITION,
    apply: (rows, { kernels }) => {
      const neighbours = rows.length - f - 1;
      const scores = krumScores(kernels.squaredDistances(rows), neighbours).map((sum) =>
        neighbours === 0 ? 0 : sum / neighbours,
      );
      return selection(rows, scores, ranking(scores), 1);
    },
  });
}

/**
 * The rule that p2pfl and Nebula call Krum: the medoid, the row with the least sum of its distances (not their
 * squares) to all others; one whose square is beyond float64 counts as 1e200. f is for the condition only: theirs has
 * none.
 *
 * With m_j the distance from row j to its nearest other, `scores` are Σ_j (‖x_i − x_j‖ − m_j) − m_i, the sum over
 * j ≠ i in ascending order: the medoid's sums less the same Σ m_j for all. As they are, one row at 1e150 would drown
 * all other distances in rounding.
 *
 * Resists f < n/2 lies far off, whose sums hold the n − f distances to the honest rows. Lies at a moderate distance
 * draw it toward them, since every row counts, theirs too.
 *
 * Source: the libraries p2pfl and Nebula (Krum).
 *
 * @throws {UsageError} RULE_OPTION.
 */
export function krumP2pfl(options: KrumOptions): AggregationRule {
  const name = 'krum/p2pfl';
  const f = liarCount(name, options.f);
  return defineRule({
    name,
    f,
    condition: MAJORITY_CONDITION,
    apply: (rows, { kernels }) => {
      const scores = medoidScores(unsquared(kernels.squaredDistances(rows)));
      return selection(rows, scores, ranking(scores), 1);
    },
  });
}

/**
 * Bulyan as Flower has it: the θ = n − 2f rows with the least Krum scores, scored once, in place of θ choices one
 * after the other; then Bulyan's mean around the median. Another rule: on random rows it chooses other sets in most
 * cases, and rows that hold each other up are taken together.
 *
 * Source: the library Flower (Bulyan).
 *
 * @throws {UsageError} RULE_OPTION.
 */
export function bulyanFlower(options: BulyanOptions): AggregationRule {
  const name = 'bulyan/flower';
  const f = liarCount(name, options.f);
  return defineRule({
    name,
    f,
    condition: BULYAN_CONDITION,
    apply: (rows, { kernels }) => {
      const theta = rows.length - 2 * f;
      const scores = krumScores(kernels.squaredDistances(rows), rows.length - f - 2);
      const chosen = ranking(scores).slice(0, theta);
      return meanOfChosen(rows, kernels, { chosen, scores }, f, theta - 2 * f);
    },
  });
}

/**
 * Bulyan as FedML has it: θ = n − 2f choices, each of the row with the least sum of its r − f smallest distances (not
 * their squares) to the r rows left; then the mean of the θ − 2f − 1 values nearest to the median, one fewer than the
 * paper's. FedML's Krum alone is the paper's.
 *
 * Source: the library FedML (bulyan_defense).
 *
 * @throws {UsageError} RULE_OPTION.
 */
export function bulyanFedml(options: BulyanOptions): AggregationRule {
  const name = 'bulyan/fedml';
  const f = liarCount(name, options.f);
  return defineRule({
    name,
    f,
    condition: BULYAN_CONDITION,
    apply: (rows, { kernels }) => {
      const theta = rows.length - 2 * f;
      const picked = iteratedKrum(unsquared(kernels.squaredDistances(rows)), theta, (r) => r - f);
      return meanOfChosen(rows, kernels, picked, f, theta - 2 * f - 1);
    },
  });
}

// More than any sum of distances whose squares are finite; one row at infinity would make all sums infinite.
const BEYOND = 1e200;

function medoidScores(distances: SquaredDistances): Float64Array {
  const rows = Array.from({ length: distances.n }, (_, row) => distancesFrom(distances, row));
  const nearest = rows.map((others) => others.reduce((least, x) => Math.min(least, x), BEYOND));
  return Float64Array.from(rows, (others, row) => {
    const excess = others.map((x, at) => x - nearest[at < row ? at : at + 1]!).sort();
    return excess.reduce((sum, x) => sum + x, 0) - nearest[row]!;
  });
}

function unsquared({ n, values }: SquaredDistances): SquaredDistances {
  return { n, values: values.map((squared) => Math.min(Math.sqrt(squared), BEYOND)) };
}
