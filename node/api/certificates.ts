import {
  beaconOrder,
  type Certificate,
  type Committee,
  entryDigest,
  leaderOf,
  nodesOf,
  type ProvenRow,
  positionsOf,
  type Roll,
  type RollRow,
  signersOf,
} from '../../coordinator/index.ts';
import { toHex } from '../../protocol/digest.ts';
import type { NodeId } from '../../protocol/ids.ts';
import type { RoundEntry } from '../../protocol/messages.ts';
import type {
  CertificateJson,
  CommitteeJson,
  ProvenRowJson,
  RollJson,
  RoundJson,
  RoundSummaryJson,
} from './schemas/index.ts';

export function certificateJson({ entry, view, signatures, aggregate }: Certificate): CertificateJson {
  return {
    entry: entryJson(entry),
    entryDigest: entryDigest(entry),
    view,
    signatures: signatures.map(({ index, signature }) => ({ index, signature: toHex(signature) })),
    ...(aggregate === undefined
      ? {}
      : {
          aggregate: {
            signers: positionsOf(aggregate.signers),
            signature: toHex(aggregate.signature),
          },
        }),
  };
}

export function roundJson(certificate: Certificate, committee: Committee | undefined): RoundJson {
  const { entry, view } = certificate;
  const leader = committee && leaderOf(beaconOrder(entry.beacon, nodesOf(committee)), view);
  return {
    entry: entryJson(entry),
    entryDigest: entryDigest(entry),
    view,
    leader: leader ?? null,
    signatures: signersOf(certificate).length,
  };
}

export function roundSummaryJson({ entry }: Certificate): RoundSummaryJson {
  const { round, outcome, reason, version, modelDigest, updates } = entry;
  return {
    round,
    outcome,
    reason,
    version,
    modelDigest,
    entryDigest: entryDigest(entry),
    sealed: updates.sealed,
    selected: updates.selected,
  };
}

export function committeeJson({ epoch, faults, quorum, members }: Committee): CommitteeJson {
  return {
    epoch,
    faults,
    quorum,
    members: members.map(({ node, signer, blsKey }, index) => ({
      index,
      node,
      signer,
      ...(blsKey === undefined ? {} : { blsKey }),
    })),
  };
}

/** @param reasons why updates have no weight, by node; a code that is the row's fate says no more. */
export function rollJson(
  round: number,
  roll: Roll,
  reasons: ReadonlyMap<NodeId, string> | undefined,
): RollJson {
  const reasonOf = ({ node, fate }: RollRow): string | null => {
    const reason = fate === 'selected' ? undefined : reasons?.get(node);
    return reason === undefined || reason === fate ? null : reason;
  };
  return { round, updates: roll.map((row) => ({ ...row, reason: reasonOf(row) })) };
}

export function provenRowJson(round: number, { row, proof }: ProvenRow): ProvenRowJson {
  const { index, count, path } = proof;
  return { round, row: { ...row }, proof: { index, count, path: path.map(toHex) } };
}

/** The entry's members are text and whole numbers already. */
const entryJson = (entry: RoundEntry): RoundJson['entry'] => entry;
