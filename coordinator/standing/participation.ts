import type { NodeId } from '../../protocol/ids.ts';
import type { StandingTable } from './table.ts';
import type { Tier } from './tiers.ts';

/** How far a node took part since it joined: rounds in which its update was valid and in time, not merely sent. */
export type Participation = {
  readonly node: NodeId;
  readonly tier: Tier;
  /** Rounds since it joined, the first and the last of the table with them. */
  readonly rounds: number;
  readonly offered: number;
  readonly accepted: number;
  readonly selected: number;
  /** accepted ÷ rounds, within [0, 1]. */
  readonly rate: number;
};

/** Everyone's participation, by ascending node id as the table has them. */
export function participationOf(table: StandingTable): Participation[] {
  return [...table.rows].map(([node, { tier, joined, offered, accepted, selected }]) => {
    const rounds = table.round - joined + 1;
    return { node, tier, rounds, offered, accepted, selected, rate: accepted / rounds };
  });
}
