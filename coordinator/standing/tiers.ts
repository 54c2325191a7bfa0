/**
 * How far a node is trusted. Trust sets the weight of its updates and how many messages of it are heard; every check
 * is made of every node alike, whatever its tier.
 */
export type Tier = 'newcomer' | 'trusted' | 'probation' | 'quarantined';

/** In the order of their codes in an encoded table. */
export const TIERS: readonly Tier[] = ['newcomer', 'trusted', 'probation', 'quarantined'];

/** Good rounds in a row after which a newcomer, or a node on probation, is trusted. */
export const GOOD_ROUNDS = 3;
/** Bad rounds in a row after which a node falls by a tier. */
export const BAD_ROUNDS = 5;
/** The weight of a whole update: weights are counted in quarters. */
export const FULL_WEIGHT = 4;

/** The first quarantine, in rounds, where the network says nothing: five minutes of rounds of five seconds. */
export const QUARANTINE_ROUNDS = 60;
/** A quarantine doubles each time, up to this many first ones. */
export const LONGEST_QUARANTINE = 1_024;

const NEWCOMER_WEIGHT = 1;
/** By good rounds in a row: 25, 50, 100 %. */
const PROBATION_WEIGHTS: readonly number[] = [1, 2, FULL_WEIGHT];

/** The weight in quarters, 0 to 4, of a node's update after `good` good rounds in a row. */
export function tierWeight(tier: Tier, good: number): number {
  switch (tier) {
    case 'trusted':
      return FULL_WEIGHT;
    case 'newcomer':
      return NEWCOMER_WEIGHT;
    case 'probation':
      return PROBATION_WEIGHTS[good] ?? FULL_WEIGHT;
    case 'quarantined':
      return 0;
  }
}

/** Rounds of the quarantine after `earlier` others. */
export function quarantineLength(first: number, earlier: number): number {
  return first * Math.min(2 ** earlier, LONGEST_QUARANTINE);
}
