/** exp(x) is neither overflowing nor subnormal for |x| up to here. */
export const MAX_EXPONENT = 700;

/**
 * Where a pair's mass lies around a point y of its coordinate. Each number is accurate relative to itself within
 * `error`, in units of roundoff.
 */
export type Tails = {
  /** P[x > y] and P[x ≤ y], losses of +∞ and −∞ apart. */
  pAbove: number;
  pBelow: number;
  /** Q[x > y] and Q[x ≤ y], likewise. */
  qAbove: number;
  qBelow: number;
  error: number;
};

/**
 * Two distributions P and Q that dominate what a release does to neighbours, as a privacy loss ln dP/dQ that rises
 * with one coordinate (Zhu, Dong and Wang 2022: a pair dominates when its hockey-stick divergence is not below the
 * release's at any ε; products of dominating pairs dominate adaptive compositions).
 */
export interface LossPair {
  /** The largest finite loss, rounded up; infinite where there is none. */
  readonly largestLoss: number;
  /** P of an infinite loss. */
  readonly infinityMass: number;
  /** Coordinates that leave out at most exp(logTail) of P on either side (all of a bounded pair). */
  range(logTail: number): readonly [number, number];
  /** The loss at a coordinate, never falling. */
  lossAt(y: number): number;
  /** A coordinate whose loss is `loss` within {@link LossPair.lossError}; ±∞ beyond the losses that occur. */
  coordinateOf(loss: number): number;
  /** How far a loss up to `loss` in size, and the boundaries of P and Q at its coordinate, may lie apart. */
  lossError(loss: number): number;
  tails(y: number, out: Tails): void;
}

/**
 * A pair without sampling whose two directions are mirror images: the loss ln dP/dQ under P has the law of
 * ln dQ/dP under Q. Its coordinate is the loss.
 */
export type MirrorPair = LossPair & { readonly mirror: true };

export function emptyTails(): Tails {
  return { pAbove: 0, pBelow: 0, qAbove: 0, qBelow: 0, error: 0 };
}
