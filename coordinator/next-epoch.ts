import type { Digest } from '../protocol/digest.ts';
import { BallastError } from '../protocol/errors.ts';
import type { NodeId } from '../protocol/ids.ts';
import type { NetworkParameters } from '../protocol/network.ts';
import { MAX_ROSTER } from '../protocol/round-entry.ts';
import { BLS_COMMITTEE_SIZE, createCommittee, isMember, type Member } from './committee.ts';
import { selectCommittee } from './committee-draw.ts';
import type { Epoch } from './committee-record.ts';
import { basisPoints } from './committee-size.ts';
import { compareText } from './compare.ts';
import { createRoster } from './roster.ts';
import { type StandingTable, weightOf } from './standing/index.ts';

/** A node as the registry has it at a block. */
export type Registrant = Member & {
  /** Its bond, in the chain's smallest unit. */
  readonly stake: bigint;
};

/** Fewer registered nodes than this bear no fault: the committee stays. */
const FEWEST = 4;

/** Whether a round is the last of its epoch: always no where the network keeps one committee for ever. */
export function isLastOfEpoch({ committee }: Pick<NetworkParameters, 'committee'>, round: number): boolean {
  return committee !== undefined && round % committee.epochRounds === 0;
}

/** The epoch of a round under epochs of so many rounds. */
export function epochOfRound(epochRounds: number, round: number): number {
  return Math.max(0, Math.ceil(round / epochRounds) - 1);
}

/** The last round of an epoch. The first round is the first of epoch 0. */
export function lastRoundOf(epochRounds: number, epoch: number): number {
  return (epoch + 1) * epochRounds;
}

/**
 * Who takes part in the epoch after `current`, from public inputs alone: the beacon of its last round, the registry as
 * of that beacon's block, and everybody's standing before that round. Beyond 4,096 registered nodes those with the
 * largest stakes make the roster, ties by id. Where the registry gives no committee that bears a third of the corrupt
 * share, or fewer than four nodes, everybody stays: a network does not end because nobody registered.
 */
export function nextEpoch(
  committee: NonNullable<NetworkParameters['committee']>,
  current: Epoch,
  beacon: Digest,
  registry: readonly Registrant[],
  standing: StandingTable,
): Epoch {
  const epoch = current.committee.epoch + 1;
  const listed = largest(registry);
  const nodes = drawn(beacon, listed, standing, epoch, basisPoints(committee.corruptShare));
  if (nodes === undefined) {
    const same = createCommittee(epoch, current.committee.members);
    return { committee: same, roster: createRoster(same, current.roster.nodes) };
  }
  const drawnOnes = new Set(nodes);
  const next = createCommittee(epoch, votersOf(listed.filter(({ node }) => drawnOnes.has(node))));
  const others = listed.map(({ node }) => node).filter((node) => !isMember(next, node));
  return { committee: next, roster: createRoster(next, others) };
}

/** A large committee votes with BLS keys where every member has registered one; any other with its addresses. */
function votersOf(registered: readonly Registrant[]): Member[] {
  const keys = registered.flatMap(({ blsKey }) => (blsKey === undefined ? [] : [blsKey]));
  const hasKeys = registered.length >= BLS_COMMITTEE_SIZE && new Set(keys).size === registered.length;
  return registered.map(({ node, signer, blsKey }) =>
    hasKeys && blsKey !== undefined ? { node, signer, blsKey } : { node, signer },
  );
}

function drawn(
  beacon: Digest,
  listed: readonly Registrant[],
  standing: StandingTable,
  epoch: number,
  corruptShare: number,
): readonly NodeId[] | undefined {
  const candidates = listed.map(({ node, stake }) => ({
    node,
    stake,
    quarters: weightOf(standing, node, epoch),
  }));
  if (candidates.length < FEWEST) return undefined;
  try {
    return selectCommittee(beacon, candidates, corruptShare).nodes;
  } catch (error) {
    if (error instanceof BallastError) return undefined;
    throw error;
  }
}

/** Each node and each signer once, the largest stakes first where there are too many. */
function largest(registry: readonly Registrant[]): Registrant[] {
  const byStake = [...registry].sort(
    (a, b) => (a.stake < b.stake ? 1 : a.stake > b.stake ? -1 : 0) || compareText(a.node, b.node),
  );
  const seen = new Set<string>();
  const distinct = byStake.filter(({ node, signer }) => {
    if (seen.has(node) || seen.has(signer)) return false;
    seen.add(node).add(signer);
    return true;
  });
  return distinct.slice(0, MAX_ROSTER);
}
