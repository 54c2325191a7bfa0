import type { RoundDecision } from '../../protocol/decision.ts';
import { fromHex } from '../../protocol/digest.ts';
import { BallastError } from '../../protocol/errors.ts';
import { aggregateBlsSignatures, isSignedByAll, signBls, validBlsSignatures } from './bls.ts';
import { type ContractDomain, roundDecisionDigest } from './typed-data.ts';

type Keyed = { readonly blsKey?: string };

/** Commit votes with BLS for one ModelRegistry: what a round's commit scheme needs for committees with BLS keys. */
export type BlsCommitScheme = {
  readonly sign: (decision: RoundDecision) => Promise<Uint8Array>;
  readonly valid: (
    decision: RoundDecision,
    votes: readonly { readonly member: Keyed; readonly signature: Uint8Array }[],
  ) => boolean[];
  readonly sum: (signatures: readonly Uint8Array[]) => Uint8Array;
  readonly verify: (decision: RoundDecision, members: readonly Keyed[], signature: Uint8Array) => boolean;
};

/**
 * @param secret of this node's BLS key; without it the scheme checks and does not sign (`BLS_SECRET_MISSING`).
 */
export function blsCommitScheme(domain: ContractDomain, secret?: Uint8Array): BlsCommitScheme {
  return {
    sign: async (decision) => {
      if (secret === undefined) {
        throw new BallastError(
          'BLS_SECRET_MISSING',
          'commit vote: the committee votes with BLS, got no BLS key',
        );
      }
      return signBls(secret, 'vote', roundDecisionDigest(domain, decision));
    },
    valid: (decision, votes) =>
      validBlsSignatures(
        'vote',
        roundDecisionDigest(domain, decision),
        votes.map(({ member, signature }) => ({ key: keyOf(member), signature })),
      ),
    sum: aggregateBlsSignatures,
    verify: (decision, members, signature) =>
      isSignedByAll(members.map(keyOf), 'vote', roundDecisionDigest(domain, decision), signature),
  };
}

/** A member without a key has one that is no point: nothing counts as its vote. */
const keyOf = ({ blsKey }: Keyed): Uint8Array => (blsKey === undefined ? new Uint8Array() : fromHex(blsKey));
