import { toHex } from '../../../protocol/digest.ts';
import { openEnvelope, type Sealed } from '../../../protocol/envelope.ts';
import type { Committee } from '../../committee.ts';
import {
  committeeOf,
  entryOf,
  header,
  NETWORK,
  NO_ROWS,
  PARAMETERS,
  received,
  signerOf,
} from '../../test/support.ts';
import {
  bodyWithheld,
  type Evidence,
  type EvidenceContext,
  encodeEvidence,
  equivocation,
  verifyEvidence,
} from '../index.ts';

export const ROUND = 9;
export const COMMITTEE: Committee = committeeOf(7);
export const OFFENDER = signerOf(0).nodeId;

export const CONTEXT: EvidenceContext = {
  network: NETWORK,
  parameters: PARAMETERS,
  isRegistered: (node) => COMMITTEE.members.some((member) => member.node === node),
  committeeAt: (round) => (round === ROUND ? COMMITTEE : undefined),
};

export const headerOf = (
  fields: Parameters<typeof header>[1] = {},
  round = ROUND,
  sender = 0,
): ReturnType<typeof received<'update-header'>> =>
  received(sender, 'update-header', header(sender, fields), { round });

/** A member's word that it could not have the offender's body, or that it found another fault with it. */
export function refusing(
  member: number,
  code = 'BODY_NOT_SERVED',
  of: ReturnType<typeof headerOf> = headerOf(),
): ReturnType<typeof received<'body-report'>> {
  const refused = [{ node: of.sender, digest: of.payload.digest, code }];
  return received(member, 'body-report', { held: NO_ROWS, refused }, { round: ROUND });
}

/** A proof of every kind that these messages can make. */
export function proofs(): { readonly name: string; readonly evidence: Evidence }[] {
  const entry = entryOf({ round: ROUND });
  const empty = { headers: NO_ROWS, sealReports: NO_ROWS, bodyReports: NO_ROWS, viewChanges: NO_ROWS };
  const proposal = (reason: string) =>
    received(0, 'proposal', { ...empty, entry: { ...entry, reason } }, { round: ROUND });
  const commit = (of: string, last: number) =>
    received(
      0,
      'commit',
      { entry: of.repeat(64), signature: new Uint8Array(65).fill(last) },
      { round: ROUND, view: 1 },
    );
  const pairs = {
    'two headers': [headerOf(), headerOf({ ledger: 2 })],
    'two commits': [commit('a', 1), commit('b', 1)],
    'two proposals': [proposal(''), proposal('another')],
  } as const;
  const equivocations = Object.entries(pairs).map(([name, [first, second]]) => {
    const evidence = equivocation(sealedOf(first), sealedOf(second));
    if (evidence === undefined) throw new Error(`${name}: no proof`);
    return { name, evidence };
  });
  const withheld = bodyWithheld(
    headerOf(),
    [1, 2, 3, 4].map((member) => refusing(member)),
    COMMITTEE.faults,
  );
  if (withheld === undefined) throw new Error('no proof of a withheld body');
  const falseLedger = (...headers: ReturnType<typeof headerOf>[]): Evidence => ({
    kind: 'false-ledger',
    proof: headers.map(({ bytes }) => bytes),
  });
  const overspent = headerOf({ privacy: { ...headerOf().payload.privacy, epsilon: 8.5 } });
  return [
    ...equivocations,
    { name: 'a withheld body', evidence: withheld },
    {
      name: 'a ledger that did not grow',
      evidence: falseLedger(headerOf({ ledger: 3 }, ROUND - 1), headerOf({ ledger: 3 })),
    },
    { name: 'a budget overspent', evidence: falseLedger(overspent) },
  ];
}

export function sealedOf(message: ReturnType<typeof received>): Sealed {
  return openEnvelope(message.bytes);
}

/** What `coordinator/test/vectors/evidence.json` holds. */
export function evidenceVectors() {
  const vectors = proofs().map(({ name, evidence }) => {
    const bytes = encodeEvidence(evidence);
    return { name, ...verifyEvidence(bytes, CONTEXT), bytes: toHex(bytes) };
  });
  return { network: NETWORK, faults: COMMITTEE.faults, epsilonBudget: 8, vectors };
}
