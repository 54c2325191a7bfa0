import { BallastError } from '../protocol/errors.ts';
import type { NodeId } from '../protocol/ids.ts';
import { MAX_ROSTER } from '../protocol/round-entry.ts';
import { type Committee, nodesOf } from './committee.ts';
import { compareText } from './compare.ts';

/** Every node whose updates count in an epoch: the committee, and the contributors, who train and do not vote. */
export type Roster = {
  /** Ascending by id: a node's place here is what reports name it by. */
  readonly nodes: readonly NodeId[];
  readonly places: ReadonlyMap<NodeId, number>;
};

/**
 * @param others nodes beside the committee; members among them are passed over.
 * @throws BallastError `ROSTER_SIZE`.
 */
export function createRoster(committee: Committee, others: readonly NodeId[] = NOBODY): Roster {
  const ofCommittee = rosters.get(committee) ?? new WeakMap<readonly NodeId[], Roster>();
  const roster = ofCommittee.get(others) ?? madeRoster(committee, others);
  rosters.set(committee, ofCommittee.set(others, roster));
  return roster;
}

const NOBODY: readonly NodeId[] = [];
const rosters = new WeakMap<Committee, WeakMap<readonly NodeId[], Roster>>();

function madeRoster(committee: Committee, others: readonly NodeId[]): Roster {
  const nodes = [...new Set([...nodesOf(committee), ...others])].sort(compareText);
  if (nodes.length > MAX_ROSTER) {
    throw new BallastError(
      'ROSTER_SIZE',
      `roster: got ${nodes.length} nodes, expected at most ${MAX_ROSTER}`,
      {
        metadata: { size: nodes.length, maximum: MAX_ROSTER },
      },
    );
  }
  return { nodes, places: new Map(nodes.map((node, place) => [node, place])) };
}
