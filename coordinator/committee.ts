import { BallastError } from '../protocol/errors.ts';
import type { NodeId } from '../protocol/ids.ts';
import { faultsTolerated, quorum } from '../protocol/quorum.ts';
import { MAX_COMMITTEE } from '../protocol/round-entry.ts';
import { compareText } from './compare.ts';

/**
 * Who may vote in an epoch. `signer` is the lower-case address whose commit votes the chain verifies. In a committee
 * that votes with BLS each member has a key, of which its owner has proven possession: 48 bytes in hexadecimal.
 */
export type Member = {
  readonly node: NodeId;
  readonly signer: `0x${string}`;
  readonly blsKey?: string;
};

/** From this size on one BLS signature costs less to publish than a quorum's ECDSA (docs/contracts.md, gas). */
export const BLS_COMMITTEE_SIZE = 41;

export type Committee = {
  readonly epoch: number;
  /** In ascending order of `signer`: a member's index here is its index on-chain. */
  readonly members: readonly Member[];
  /** F, the faulty members that the committee bears. */
  readonly faults: number;
  /** q, the votes that decide. */
  readonly quorum: number;
};

/** @throws BallastError `COMMITTEE_SIZE`, `COMMITTEE_DUPLICATE`, or `COMMITTEE_KEYS` where some have BLS keys. */
export function createCommittee(epoch: number, members: readonly Member[]): Committee {
  if (members.length < 1 || members.length > MAX_COMMITTEE) {
    throw new BallastError(
      'COMMITTEE_SIZE',
      `committee: got ${members.length} members, expected 1 to ${MAX_COMMITTEE}`,
    );
  }
  const distinct = new Set(members.flatMap(({ node, signer }) => [node, signer]));
  if (distinct.size !== members.length * 2) {
    throw new BallastError(
      'COMMITTEE_DUPLICATE',
      'committee: a node or a signer stands twice, expected each once',
    );
  }
  const keys = members.flatMap(({ blsKey }) => (blsKey === undefined ? [] : [blsKey]));
  if (new Set(keys).size !== keys.length || (keys.length !== 0 && keys.length !== members.length)) {
    throw new BallastError(
      'COMMITTEE_KEYS',
      `committee: got ${keys.length} BLS keys of ${members.length} members, expected a distinct one for each or none`,
    );
  }
  return {
    epoch,
    members: [...members].sort((a, b) => compareText(a.signer, b.signer)),
    faults: faultsTolerated(members.length),
    quorum: quorum(members.length),
  };
}

/** Whether the committee's votes are BLS signatures, which add up to one. */
export function hasBlsKeys(committee: Committee): boolean {
  return committee.members[0]?.blsKey !== undefined;
}

/** Committees are never changed, and asked for every message. */
const indices = new WeakMap<Committee, ReadonlyMap<NodeId, number>>();

/** A member's index, here and on the chain; -1 for who is none. */
export function memberIndex(committee: Committee, node: NodeId): number {
  let known = indices.get(committee);
  if (known === undefined) {
    known = new Map(committee.members.map((member, index) => [member.node, index]));
    indices.set(committee, known);
  }
  return known.get(node) ?? -1;
}

export function isMember(committee: Committee, node: NodeId): boolean {
  return memberIndex(committee, node) >= 0;
}

export function nodesOf(committee: Committee): NodeId[] {
  return committee.members.map(({ node }) => node);
}
