import type { LocalAccount } from 'viem';
import {
  aggregateBlsSignatures,
  type CommitteeRotation,
  type ContractDomain,
  committeeKeysCommitment,
  committeeRoot,
  committeeRotationDigest,
  isSignedBy,
  signBls,
  signCommitteeRotation,
  type Votes,
  validBlsSignatures,
} from '../../contracts/client/index.ts';
import { type Certificate, type Committee, hasBlsKeys } from '../../coordinator/index.ts';
import { type Digest, fromHex } from '../../protocol/digest.ts';
import { BallastError } from '../../protocol/errors.ts';

/** A member's signature over a rotation, by its place in the outgoing committee. */
export type RotationVote = { readonly index: number; readonly signature: Uint8Array };

/** What the last entry of an epoch makes its members sign for the chain: it names the last version of that epoch. */
export function rotationTo(
  next: Committee,
  network: Digest,
  { epoch, version }: Pick<Certificate['entry'], 'epoch' | 'version'>,
): CommitteeRotation {
  return {
    network,
    epoch: epoch + 1,
    version,
    nextRoot: committeeRoot(next.members.map(({ signer }) => signer)),
    nextSize: next.members.length,
    ...(hasBlsKeys(next) ? { nextKeys: committeeKeysCommitment(blsKeysOf(next)) } : {}),
  };
}

/** Signs and checks rotations as the ModelRegistry does, in the one way in which the outgoing committee votes. */
export class RotationScheme {
  readonly #domain: ContractDomain;
  readonly #account: LocalAccount;
  readonly #blsSecret: Uint8Array | undefined;

  constructor(domain: ContractDomain, account: LocalAccount, blsSecret: Uint8Array | undefined) {
    this.#domain = domain;
    this.#account = account;
    this.#blsSecret = blsSecret;
  }

  /**
   * A member's vote: 65 bytes, or 96 where the committee votes with BLS.
   *
   * @throws BallastError `BLS_SECRET_MISSING`.
   */
  async sign(outgoing: Committee, rotation: CommitteeRotation): Promise<Uint8Array> {
    if (!hasBlsKeys(outgoing)) return signCommitteeRotation(this.#account, this.#domain, rotation);
    if (this.#blsSecret === undefined) {
      throw new BallastError('BLS_SECRET_MISSING', 'rotation: the committee votes with BLS, got no BLS key');
    }
    return signBls(this.#blsSecret, 'vote', committeeRotationDigest(this.#domain, rotation));
  }

  /** Which of some members' votes the chain takes. */
  async valid(
    outgoing: Committee,
    rotation: CommitteeRotation,
    votes: readonly RotationVote[],
  ): Promise<readonly boolean[]> {
    const digest = committeeRotationDigest(this.#domain, rotation);
    if (hasBlsKeys(outgoing)) {
      const keys = blsKeysOf(outgoing);
      const cast = votes.map(({ index, signature }) => ({ key: keys[index] ?? new Uint8Array(), signature }));
      return validBlsSignatures('vote', digest, cast);
    }
    const valid: boolean[] = [];
    for (const { index, signature } of votes) {
      const signer = outgoing.members[index]?.signer;
      valid.push(signer !== undefined && (await isSignedBy(digest, signature, signer)));
    }
    return valid;
  }

  /** A quorum's valid votes in the form that the chain takes. */
  sealed(outgoing: Committee, votes: readonly RotationVote[]): Votes {
    const ascending = [...votes].sort((a, b) => a.index - b.index);
    if (!hasBlsKeys(outgoing))
      return { committee: outgoing.members.map(({ signer }) => signer), signatures: ascending };
    const signers = ascending.map(({ index }) => index);
    const signature = aggregateBlsSignatures(ascending.map((vote) => vote.signature));
    return { keys: blsKeysOf(outgoing), aggregate: { signers, signature } };
  }
}

const blsKeysOf = ({ members }: Committee): Uint8Array[] =>
  members.map(({ blsKey }) => fromHex(blsKey ?? ''));
