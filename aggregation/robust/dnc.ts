import { digestOf } from '../../protocol/digest.ts';
import { gather, randomK } from '../compression/random-k.ts';
import { AggregationError } from '../errors.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { meanOf } from '../kernels/mean.ts';
import { principalDirection } from '../kernels/principal-direction.ts';
import { ranking } from '../kernels/ranking.ts';
import { countOption, liarCount, positiveOption } from '../options.ts';
import { type AggregationRule, defineRule, type Rows, type RuleCondition } from '../rule.ts';

export type DncOptions = {
  /** Liars among the rows. */
  readonly f: number;
  /** Draws of coordinates, a whole number ≥ 1; 1 where left out. */
  readonly iterations?: number;
  /** Coordinates a draw, a whole number ≥ 1; 10,000 where left out. */
  readonly sample?: number;
  /** Rows removed a draw, as a multiple of f and rounded down, > 0; 1 where left out. */
  readonly removal?: number;
};

/** Scores are whole multiples of this: rows that mirror each other tie, whatever rounding says. */
const STEP = 2 ** -30;

/** n > 2f, and no set of draws may remove every row. */
export function dncCondition(iterations = 1, removal = 1): RuleCondition {
  const mostRemoved = (f: number): number => iterations * Math.floor(removal * f);
  const isPlain = iterations === 1 && removal <= 2;
  return {
    text: isPlain ? 'n > 2f' : `n > 2f and n > ${iterations}·⌊${removal}·f⌋`,
    minRows: (f) => Math.max(2 * f, mostRemoved(f)) + 1,
  };
}

/**
 * Divide and conquer: `iterations` times `sample` coordinates are drawn, the rows centred there, and the
 * ⌊removal·f⌋ rows removed whose projection on the first right singular vector is the longest. The mean of the rows
 * that no draw removed. n > 2f, and n > iterations·⌊removal·f⌋, so that one is always left.
 *
 * Draws follow from `seed`, which must be fixed after the rows were: draw i is the random mask of
 * SHA-256(`ballast/dnc/1`, {seed, iteration: i}), see {@link randomK}. Where d ≤ sample all coordinates are taken and
 * no seed is needed.
 *
 * Resists: liars that agree with each other: one at any distance, and up to f that send one and the same. Broken by: a
 * decoy. One liar far off turns the singular vector and shifts the centre, and a second one beside the honest rows,
 * toward the first, is then nearer to the centre than they are; it is kept, and an honest row removed. Two liars and
 * more are bounded only by the norm C that all rows are clipped to: the result is the mean of at least
 * k = n − iterations·⌊removal·f⌋ rows, so it lies within 2·f·C ÷ k of the mean of the honest rows among them.
 *
 * `scores` are the squared projections as shares of the largest, in steps of 2^−30; over several draws the greatest.
 * Ties: the earlier row is kept. Order of arithmetic: {@link principalDirection} with all weights 1; means as in Krum.
 *
 * Source: Shejwalkar and Houmansadr, Manipulating the Byzantine: Optimizing Model Poisoning Attacks and Defenses for
 * Federated Learning, 2021, algorithm 2.
 *
 * @throws {UsageError} RULE_OPTION.
 * @throws {AggregationError} INPUT_MISSING on `aggregate` without a seed where d > sample.
 */
export function dnc(options: DncOptions): AggregationRule {
  const f = liarCount('dnc', options.f);
  const iterations = countOption('dnc', 'iterations', options.iterations, 1);
  const sample = countOption('dnc', 'sample', options.sample, 10_000);
  const removal = positiveOption('dnc', 'removal', options.removal, 1);
  return defineRule({
    name: 'dnc',
    f,
    condition: dncCondition(iterations, removal),
    takes: ['seed'],
    apply: (rows, { kernels, seed }) => {
      const kept = rows.length - Math.floor(removal * f);
      const removedBy = new Map<number, string>();
      const scores = new Float64Array(rows.length);
      for (let iteration = 0; iteration < iterations; iteration++) {
        const shares = sharesOf(sampled(rows, sample, seed, iteration), kernels);
        for (const [rank, row] of ranking(shares).entries()) {
          const share = shares[row]!;
          scores[row] = Math.max(scores[row]!, share);
          if (rank < kept || removedBy.has(row)) continue;
          removedBy.set(
            row,
            `projection ${Number(share.toPrecision(4))} of the longest, squared; the ${kept} shortest are taken`,
          );
        }
      }
      const selected = [...rows.keys()].filter((row) => !removedBy.has(row));
      const leftOut = [...removedBy].map(([row, reason]) => ({ row, reason })).sort((a, b) => a.row - b.row);
      return { vector: meanOf(rows, selected), selected, leftOut, scores };
    },
  });
}

function sharesOf(rows: Rows, kernels: Kernels): Float64Array {
  const weights = new Float64Array(rows.length).fill(1);
  const { shares } = principalDirection(kernels.squaredDistances(rows), weights);
  return shares.map((share) => Math.round(share / STEP) * STEP);
}

function sampled(rows: Rows, sample: number, seed: string | undefined, iteration: number): Rows {
  const d = rows[0]?.length ?? 0;
  if (d <= sample) return rows;
  if (seed === undefined) {
    throw new AggregationError('INPUT_MISSING', `dnc needs seed for ${d} coordinates; it was not given`, {
      metadata: { rule: 'dnc', input: 'seed', coordinates: d, sample },
      hint: `a seed draws ${sample} of them; with sample=${d} none is needed`,
    });
  }
  const mask = randomK(d, sample, digestOf('ballast/dnc/1', { seed, iteration }));
  return rows.map((row) => gather(row, mask));
}
