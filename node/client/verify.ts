import { committeeRoot } from '../../contracts/client/committee.ts';
import { isSignedBy } from '../../contracts/client/signatures.ts';
import { roundDecisionDigest } from '../../contracts/client/typed-data.ts';
import { type Certificate, isCertified, signersOf } from '../../coordinator/certificate.ts';
import { type Committee, createCommittee, hasBlsKeys, type Member } from '../../coordinator/committee.ts';
import { isRollOf, type Roll, type RollRow, updatesOf } from '../../coordinator/roll.ts';
import { isRowOf } from '../../coordinator/roll-row.ts';
import { type Digest, digestOfBytes, fromHex } from '../../protocol/digest.ts';
import { BallastError } from '../../protocol/errors.ts';
import type { NodeId } from '../../protocol/ids.ts';
import { type NetworkDocument, networkId, parseNetworkDocument } from '../../protocol/network.ts';
import {
  readCertificateAnswer,
  readCommitteeAnswer,
  readNetworkAnswer,
  readRollAnswer,
  readRowAnswer,
} from './answers.ts';
import { NodeFailure } from './errors.ts';

/**
 * The network document that hashes to the id on the chain.
 *
 * @throws NodeFailure `NETWORK_ID_MISMATCH`, `NODE_RESPONSE_MALFORMED`.
 * @throws UsageError `NETWORK_DOCUMENT` for the right document in a form that this client does not know.
 */
export function verifyNetwork(node: string, bytes: Uint8Array, expected: Digest): NetworkDocument {
  const document = readNetworkAnswer(node, bytes);
  const given = identify(node, document);
  if (given !== expected) {
    throw mismatch('NETWORK_ID_MISMATCH', node, `the network document hashes to ${given}`, expected, {
      given,
    });
  }
  return parseNetworkDocument(document);
}

function identify(node: string, document: unknown): Digest {
  try {
    return networkId(document as NetworkDocument);
  } catch (cause) {
    throw new NodeFailure('NODE_RESPONSE_MALFORMED', node, 'network: the document has no canonical form', {
      cause,
    });
  }
}

const blsVotes = () => import('./bls-votes.ts');

/** What the chain knows a committee by. */
export type CommitteeClaim = {
  readonly epoch: number;
  readonly root: Digest;
  /** Commitment to its BLS keys; undefined where it votes with ECDSA. */
  readonly keys: Digest | undefined;
};

/**
 * The committee of an epoch, whose signers hash to the root on the chain, and whose BLS keys are those of the chain's
 * commitment. The node ids beside them are the node's word: no root covers them.
 *
 * @throws NodeFailure `COMMITTEE_ROOT_MISMATCH`, `COMMITTEE_KEYS_MISMATCH`, `NODE_RESPONSE_MALFORMED`.
 */
export async function verifyCommittee(
  node: string,
  bytes: Uint8Array,
  { epoch, root: expected, keys }: CommitteeClaim,
): Promise<Committee> {
  const { epoch: givenEpoch, members } = readCommitteeAnswer(node, bytes);
  const given = rootOf(node, members);
  if (givenEpoch !== epoch || given !== expected) {
    const what = `the signers of epoch ${givenEpoch} have the root ${given}`;
    throw mismatch('COMMITTEE_ROOT_MISMATCH', node, what, `epoch ${epoch} with ${expected}`, {
      given,
      epoch,
    });
  }
  const committee = createCommittee(epoch, members);
  const givenKeys = await keysOf(node, committee);
  if (givenKeys === keys) return committee;
  const what = `the BLS keys of epoch ${epoch} have the commitment ${givenKeys ?? 'none'}`;
  throw mismatch('COMMITTEE_KEYS_MISMATCH', node, what, keys ?? 'none', {
    given: givenKeys ?? 'none',
    epoch,
  });
}

async function keysOf(node: string, committee: Committee): Promise<Digest | undefined> {
  if (!hasBlsKeys(committee)) return undefined;
  const { committeeKeysCommitment } = await blsVotes();
  try {
    return committeeKeysCommitment(committee.members.map(({ blsKey }) => fromHex(blsKey ?? '')));
  } catch (cause) {
    const reason = cause instanceof BallastError ? cause.message : String(cause);
    throw new NodeFailure('NODE_RESPONSE_MALFORMED', node, reason, { cause });
  }
}

function rootOf(node: string, members: readonly Member[]): Digest {
  try {
    createCommittee(0, members);
    return committeeRoot(members.map(({ signer }) => signer));
  } catch (cause) {
    const reason = cause instanceof BallastError ? cause.message : String(cause);
    throw new NodeFailure('NODE_RESPONSE_MALFORMED', node, reason, { cause });
  }
}

/** What a certificate must be of. */
export type CertificateClaim = { readonly version: number; readonly modelDigest: Digest };

/**
 * A certificate of the version that the chain has: what it says of itself, before its signatures are checked.
 *
 * @throws NodeFailure `CERTIFICATE_MISMATCH`, `NODE_RESPONSE_MALFORMED`.
 */
export function readCertificate(node: string, bytes: Uint8Array, claim: CertificateClaim): Certificate {
  const certificate = readCertificateAnswer(node, bytes);
  const { version, modelDigest, outcome } = certificate.entry;
  const differs = (field: string, given: unknown, expected: unknown) => {
    throw mismatch('CERTIFICATE_MISMATCH', node, `the certificate's ${field} is ${given}`, expected, {
      field,
      given,
    });
  };
  if (outcome !== 'accepted') differs('outcome', outcome, 'accepted');
  if (version !== claim.version) differs('version', version, claim.version);
  if (modelDigest !== claim.modelDigest) differs('model digest', modelDigest, claim.modelDigest);
  return certificate;
}

/**
 * That a quorum of the epoch's committee signed the certificate's entry, as the ModelRegistry checks it.
 *
 * @throws NodeFailure `CERTIFICATE_QUORUM`.
 */
export async function verifySignatures(
  node: string,
  certificate: Certificate,
  committee: Committee,
  domain: { readonly network: Digest; readonly chainId: number; readonly contract: string },
): Promise<void> {
  const isValid = await isCertified(certificate, domain.network, committee, {
    ...(hasBlsKeys(committee) ? { aggregate: (await blsVotes()).blsCommitScheme(domain) } : {}),
    verify: (decision, signer, signature) =>
      isSignedBy(roundDecisionDigest(domain, decision), signature, signer),
  });
  if (isValid) return;
  const { length } = signersOf(certificate);
  throw mismatch(
    'CERTIFICATE_QUORUM',
    node,
    `the certificate of version ${certificate.entry.version} has ${length} signatures, too few of them valid`,
    `${committee.quorum} of distinct members of epoch ${committee.epoch}`,
    { version: certificate.entry.version, quorum: committee.quorum, signatures: length },
  );
}

/**
 * The updates of a certified round, whose root its entry has.
 *
 * @throws NodeFailure `ROLL_MISMATCH`, `NODE_RESPONSE_MALFORMED`.
 */
export function verifyRoll(node: string, bytes: Uint8Array, { round, updates }: Certificate['entry']): Roll {
  const roll = readRollAnswer(node, bytes);
  if (isRollOf({ updates }, roll)) return roll;
  const { root } = updatesOf(roll);
  throw mismatch('ROLL_MISMATCH', node, `the updates of round ${round} have the root ${root}`, updates.root, {
    given: root,
    round,
  });
}

/**
 * One node's row of a certified round, proven against the root that its entry has.
 *
 * @throws NodeFailure `ROLL_MISMATCH`, `NODE_RESPONSE_MALFORMED`.
 */
export function verifyRow(
  node: string,
  bytes: Uint8Array,
  { round, updates }: Certificate['entry'],
  of: NodeId,
): RollRow {
  const proven = readRowAnswer(node, bytes);
  if (proven.row.node === of && isRowOf({ updates }, proven)) return proven.row;
  const what = `the row of ${proven.row.node} in round ${round} is not proven`;
  throw mismatch('ROLL_MISMATCH', node, what, `the row of ${of} under ${updates.root}`, { round });
}

/** @throws NodeFailure `WEIGHTS_DIGEST_MISMATCH`. */
export function verifyWeights(node: string, bytes: Uint8Array, expected: Digest): Uint8Array {
  const given = digestOfBytes(bytes);
  if (given === expected) return bytes;
  throw mismatch('WEIGHTS_DIGEST_MISMATCH', node, `the weights hash to ${given}`, expected, { given });
}

function mismatch(
  code: NodeFailure['code'],
  node: string,
  got: string,
  expected: unknown,
  metadata: Record<string, unknown>,
): NodeFailure {
  return new NodeFailure(code, node, `${got}, expected ${String(expected)}`, {
    metadata: { ...metadata, expected },
    hint: 'the node is of another network, or it lies: take it out of the list',
  });
}
