import { BallastError, UsageError } from '../protocol/errors.ts';
import { faultsTolerated, quorum } from '../protocol/quorum.ts';
import { hypergeometricTail, type Probability, worstWeightedDraw } from './corrupt-count.ts';

/** Up to this many nodes are all in the committee; above, it is drawn (DESIGN 7.1). */
export const WHOLE_ROSTER = 40;
/** The largest committee that is drawn. */
const LARGEST_DRAW = 255;
/** The smallest one: below four members no fault is borne. */
const SMALLEST_DRAW = 4;
/** P(more than F corrupt) ≤ 1 / RISK. */
const RISK = 1_000_000_000n;
const BASIS_POINTS = 10_000;

export type CommitteeSize = {
  readonly size: number;
  /** F. */
  readonly faults: number;
  /** q. */
  readonly quorum: number;
  /** P(more than F members are corrupt): exact where all weights are equal, else at most this. */
  readonly risk: Probability;
};

/**
 * The smallest committee in which more than F = ⌊(N−1)/3⌋ members are corrupt with a probability of at most 1e-9,
 * when the corrupt nodes hold at most `corruptShare` of the weight and the draw is `drawCommittee`'s.
 *
 * Equal weights: the hypergeometric law with K = ⌊share · n⌋ corrupt of n nodes, in exact integers. Unequal ones:
 * `worstWeightedDraw`, an upper bound over every set of corrupt nodes that holds no more than the share. At 15 % and
 * equal weights: 22 of 50, 79 of 200, 145 of 1,200.
 *
 * @param weights of the nodes that can be drawn, all above 0. Up to 40 of them are the committee, all, and `risk` is
 *   then 0 or 1: whether so few nodes can hold the share and be more than F.
 * @param corruptShare in basis points, 0 to 3333.
 * @throws UsageError `CORRUPT_SHARE`; BallastError `COMMITTEE_TOO_LARGE` where 255 members do not suffice, with the
 *   largest share that would do (`metadata.share`, basis points); `COMMITTEE_WEIGHTS` for none or one not above 0.
 */
export function committeeSize(weights: readonly bigint[], corruptShare: number): CommitteeSize {
  requireShare(corruptShare);
  if (weights.length === 0 || weights.some((weight) => weight <= 0n))
    throw new BallastError('COMMITTEE_WEIGHTS', 'committee: got no weight, or one that is not above 0');
  const tickets = inLowestTerms(weights);
  const found = smallestSize(tickets, corruptShare);
  if (found !== undefined) return found;
  const share = largestShare(tickets, corruptShare);
  throw new BallastError(
    'COMMITTEE_TOO_LARGE',
    `committee: got ${weights.length} nodes at ${corruptShare} basis points corrupt, expected a need for at most ` +
      `${LARGEST_DRAW} members`,
    {
      metadata: { nodes: weights.length, corruptShare, share },
      hint: `${LARGEST_DRAW} members bear ${share} basis points`,
    },
  );
}

/** `committeeSize` of nodes that all have the same weight. */
export function equalCommitteeSize(nodes: number, corruptShare: number): CommitteeSize {
  return committeeSize(
    Array.from({ length: nodes }, () => 1n),
    corruptShare,
  );
}

/**
 * A share such as 0.15 in basis points.
 *
 * @throws UsageError `CORRUPT_SHARE` unless it is a multiple of 0.0001 from 0 to 0.3333.
 */
export function basisPoints(share: number): number {
  const points = Math.round(share * BASIS_POINTS);
  if (!(Math.abs(share * BASIS_POINTS - points) < 1e-6)) throw badShare(share);
  return requireShare(points);
}

function smallestSize(tickets: readonly bigint[], share: number): CommitteeSize | undefined {
  const nodes = tickets.length;
  const tail = tailOf(tickets, share);
  const least = nodes <= WHOLE_ROSTER ? nodes : SMALLEST_DRAW;
  for (let size = 1; size <= Math.min(nodes, LARGEST_DRAW); size++) {
    const risk = tail(size);
    const isSafe = risk.numerator * RISK <= risk.denominator;
    if (size >= least && (isSafe || nodes <= WHOLE_ROSTER))
      return { size, faults: faultsTolerated(size), quorum: quorum(size), risk };
  }
  return undefined;
}

/** Called with 1, 2, 3 … members: the probability that more than F of them are corrupt. */
function tailOf(tickets: readonly bigint[], share: number): (size: number) => Probability {
  const nodes = tickets.length;
  if (tickets.every((each) => each === 1n)) {
    const corrupt = Math.floor((nodes * share) / BASIS_POINTS);
    return (size) => hypergeometricTail(nodes, corrupt, size, faultsTolerated(size));
  }
  const total = tickets.reduce((sum, each) => sum + each, 0n);
  const worst = worstWeightedDraw(tickets, (total * BigInt(share)) / BigInt(BASIS_POINTS));
  return (size) => {
    worst.draw();
    return worst.tail(faultsTolerated(size));
  };
}

/** Bisection: a smaller share is never riskier. */
function largestShare(tickets: readonly bigint[], tooLarge: number): number {
  let [fits, fails] = [0, tooLarge];
  while (fails - fits > 1) {
    const middle = (fits + fails) >> 1;
    if (smallestSize(tickets, middle) === undefined) fails = middle;
    else fits = middle;
  }
  return fits;
}

function inLowestTerms(weights: readonly bigint[]): bigint[] {
  const divisor = weights.reduce(greatestCommonDivisor, 0n);
  return weights.map((weight) => weight / divisor);
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let [x, y] = [a, b];
  while (y > 0n) [x, y] = [y, x % y];
  return x;
}

function requireShare(points: number): number {
  if (!Number.isSafeInteger(points) || points < 0 || 3 * points >= BASIS_POINTS)
    throw badShare(points / BASIS_POINTS);
  return points;
}

function badShare(share: number): UsageError {
  return new UsageError(
    'CORRUPT_SHARE',
    `corrupt share: got ${share}, expected a multiple of 0.0001 from 0 to 0.3333`,
    { metadata: { share } },
  );
}
