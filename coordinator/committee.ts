import { BallastError } from '../protocol/errors.ts';
import type { NodeId } from '../protocol/ids.ts';
import { faultsTolerated, quorum } from '../protocol/quorum.ts';
import { MAX_COMMITTEE } from '../protocol/round-entry.ts';
import { compareText } from './compare.ts';

/** Who may vote in an epoch. `signer` is the lower-case address whose commit votes the chain verifies. */
export type Member = { readonly node: NodeId; readonly signer: `0x${string}` };

export type Committee = {
  readonly epoch: number;
  /** In ascending order of `signer`: a member's index here is its index on-chain. */
  readonly members: readonly Member[];
  /** F, the faulty members that the committee bears. */
  readonly faults: number;
  /** q, the votes that decide. */
  readonly quorum: number;
};

/** @throws BallastError `COMMITTEE_SIZE` or `COMMITTEE_DUPLICATE`. */
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
  return {
    epoch,
    members: [...members].sort((a, b) => compareText(a.signer, b.signer)),
    faults: faultsTolerated(members.length),
    quorum: quorum(members.length),
  };
}

export function memberIndex(committee: Committee, node: NodeId): number {
  return committee.members.findIndex((member) => member.node === node);
}

export function isMember(committee: Committee, node: NodeId): boolean {
  return memberIndex(committee, node) >= 0;
}

export function nodesOf(committee: Committee): NodeId[] {
  return committee.members.map(({ node }) => node);
}
