import type { NodeId } from '../protocol/ids.ts';
import { validVotes } from './certificate.ts';
import type { Collaborators, EpochOptions } from './collaborators.ts';
import { decisionOf } from './entry.ts';
import type { RoundEffect, RoundEvent } from './round/types.ts';

/** Which commits carry a signature that the chain would verify, and who sent the others. */
export async function checkCommits(
  { round, entry, view, commits }: Extract<RoundEffect, { type: 'check-commits' }>,
  { committee, network }: Pick<EpochOptions, 'committee' | 'network'>,
  commitScheme: Collaborators['commitScheme'],
): Promise<{ readonly event: RoundEvent; readonly invalid: readonly NodeId[] }> {
  const votes = commits.flatMap(({ sender, payload, digest }) => {
    const member = committee.members.find(({ node }) => node === sender);
    return member === undefined ? [] : [{ member, signature: payload.signature, digest }];
  });
  const counting = await validVotes(commitScheme, committee, decisionOf(network, entry, view), votes);
  const valid = votes.flatMap(({ digest }, i) => (counting[i] === true ? [digest] : []));
  const invalid = commits.filter(({ digest }) => !valid.includes(digest));
  return {
    event: { type: 'commits-checked', round, valid, invalid: invalid.map(({ digest }) => digest) },
    invalid: invalid.map(({ sender }) => sender),
  };
}
