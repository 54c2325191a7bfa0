import type { NodeId } from '../../protocol/ids.ts';
import { FULL_WEIGHT, type Tier, tierWeight } from './tiers.ts';

/** What the rolls of past rounds say of one node. All of it is integers; rounds are below 2^32. */
export type StandingRow = {
  readonly tier: Tier;
  /** Good rounds in a row, at most 3. */
  readonly good: number;
  /** Bad rounds in a row. */
  readonly bad: number;
  /** How often it was quarantined. */
  readonly quarantines: number;
  /** The last round of its last quarantine; 0 where it had none. */
  readonly until: number;
  /** The round of its last punished offence: what it did up to then is settled. 0 where it had none. */
  readonly settled: number;
  /** The first round whose roll it stood on. */
  readonly joined: number;
  /** The last such round. */
  readonly last: number;
  /** Rounds in which the beacon asked it to train, where the network selects who does; it may not have. */
  readonly asked: number;
  /** Rounds in which an update of its reached the roll and was judged. */
  readonly offered: number;
  /** Those of them in which it was valid and in time. */
  readonly accepted: number;
  /** Those of them in which the rule gave it weight. */
  readonly selected: number;
};

/** The standing of every node after a round. It follows from the rolls and offences of the log alone. */
export type StandingTable = {
  /** The round after which this is so; 0 at genesis. */
  readonly round: number;
  /** The epoch of the first round: who is first seen in it founded the network. Null before that round. */
  readonly founding: number | null;
  readonly rows: ReadonlyMap<NodeId, StandingRow>;
};

/** So many nodes have a row; beyond that the one longest unseen loses its own. */
export const MAX_STANDING_ROWS = 4_096;

/** Before the first round nobody is known. */
export const GENESIS_STANDING: StandingTable = Object.freeze({ round: 0, founding: null, rows: new Map() });

/** The tier of a node that no roll names: the founders of a network are trusted, who comes later is not yet. */
export function firstTier(table: StandingTable, epoch: number): Tier {
  return table.founding === null || table.founding === epoch ? 'trusted' : 'newcomer';
}

/** The weight of a node's update in the round after the table's, in quarters from 0 to 4. */
export function weightOf(table: StandingTable, node: NodeId, epoch: number): number {
  const row = table.rows.get(node);
  return row === undefined ? tierWeight(firstTier(table, epoch), 0) : tierWeight(row.tier, row.good);
}

/** What becomes of a node's header in the round after the table's, before anything is known of its body. */
export type Admittance = 'full' | 'canary' | 'quarantined';

/**
 * A quarantined node's header is not sealed. Once its time is over its next update is a canary: sealed, fetched and
 * checked like any other, without weight; a valid one puts the node on probation.
 */
export function admittanceOf(table: StandingTable, node: NodeId): Admittance {
  const row = table.rows.get(node);
  if (row?.tier !== 'quarantined') return 'full';
  return table.round + 1 > row.until ? 'canary' : 'quarantined';
}

/**
 * An update as the rule sees it: scaled by weight/4 toward zero, exactly and without a row growing, so that whatever
 * norm bound it kept it keeps.
 *
 * @param update grid integers.
 * @param weight in quarters.
 * @returns the very same array under the full weight.
 */
export function weighted(update: Int32Array, weight: number): Int32Array {
  if (weight === FULL_WEIGHT) return update;
  return update.map((steps) => Math.trunc((steps * weight) / FULL_WEIGHT));
}
