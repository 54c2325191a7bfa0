import { encodeEvidence } from '../../coordinator/evidence/encoding.ts';
import { digestOfBytes, packDigests } from '../../protocol/digest.ts';
import { nodeSigner } from '../../protocol/ed25519.ts';
import { type Sealed, signEnvelope } from '../../protocol/envelope.ts';
import type { MessageType } from '../../protocol/message-types.ts';
import { encodable, type Payload, payloadOf, type RoundEntry } from '../../protocol/messages.ts';
import { packRows } from '../../protocol/roster-rows.ts';

const named = (name: string) => digestOfBytes(new TextEncoder().encode(name));
/** Bytes that count up, where a contract's signature would stand. */
const counted = (length: number, from: number) => Uint8Array.from({ length }, (_, i) => (from + i) % 256);

const [first, second] = [nodeSigner(new Uint8Array(32).fill(1)), nodeSigner(new Uint8Array(32).fill(2))];
const ROUND = 7;
const TIME = 1_700_000_000_000;

let sequence = 0;
function sealed<Type extends MessageType>(type: Type, payload: Payload<Type>, signer = first): Sealed {
  sequence += 1;
  const message = signEnvelope(
    {
      ...{
        net: named('network'),
        type,
        round: ROUND,
        view: 0,
        seq: sequence,
        ts: TIME,
        expiry: TIME + 600_000,
      },
      payload: encodable(payload),
    },
    signer,
  );
  // What no node would accept is no example.
  payloadOf(type, message.envelope);
  return message;
}

const entry: RoundEntry = {
  round: ROUND,
  epoch: 0,
  parent: named('entry 6'),
  beacon: named('beacon 7'),
  finalized: 1_020,
  nextBeaconHeight: 1_030,
  baseVersion: 6,
  baseDigest: named('model 6'),
  baseState: named('state 6'),
  updates: { root: named('roll 7'), sealed: 7, accepted: 7, selected: 6 },
  standing: named('standing 7'),
  offences: [],
  nextCommittee: null,
  outcome: 'accepted',
  reason: '',
  version: 7,
  modelDigest: named('model 7'),
  stateDigest: named('state 7'),
  candidateDigest: named('model 7'),
  candidateState: named('state 7'),
  privacy: { unit: 'record', relation: 'add-remove', epsilon: 2.5, delta: 0.00001 },
};
const entryDigest = named('entry 7');

/** One message of each kind, signed by a key of 32 bytes of 01, with numbers from 1 on. */
export function exampleMessages(): readonly Sealed[] {
  sequence = 0;
  const rows = packRows([
    { index: 0, digest: named('header 0') },
    { index: 3, digest: named('header 3') },
  ]);
  const header = sealed('update-header', {
    baseVersion: 6,
    baseDigest: entry.baseDigest,
    layout: named('layout'),
    digest: named('update'),
    size: 154,
    normClass: 18,
    privacy: entry.privacy,
    ledger: 7,
  });
  const sealReport = sealed('seal-report', { headers: rows, finalized: 1_020 });
  const refused = [{ node: second.nodeId, digest: named('body 5'), code: 'BODY_NOT_SERVED' }];
  const bodyReport = sealed('body-report', { held: rows, refused });
  const proposal = sealed('proposal', {
    entry,
    headers: packDigests([header.digest]),
    sealReports: packDigests([sealReport.digest]),
    bodyReports: packDigests([bodyReport.digest]),
    viewChanges: packDigests([]),
  });
  const prepare = sealed('prepare', { entry: entryDigest, outcome: 'accepted' });
  const other = signEnvelope(
    { ...prepare.envelope, payload: { entry: named('another'), outcome: 'accepted' } },
    first,
  );
  const proof = encodeEvidence({ kind: 'equivocation-vote', proof: [prepare.bytes, other.bytes] });
  return [
    header,
    sealReport,
    bodyReport,
    proposal,
    prepare,
    sealed('commit', { entry: entryDigest, signature: counted(65, 1) }),
    sealed('view-change', { lock: null, prepare: prepare.bytes }),
    sealed('handover', { last: entryDigest, signature: counted(65, 1) }),
    sealed('evidence', { proof }),
    sealed('certificate', {
      entry,
      view: 0,
      signatures: [
        { index: 0, signature: counted(65, 1) },
        { index: 1, signature: counted(65, 66) },
      ],
    }),
    sealed('status', { head: 6 }),
    sealed('recommendation', {
      sequence: 3,
      modelVersion: 7,
      modelDigest: entry.modelDigest,
      transcript: entryDigest,
      expiry: TIME + 600_000,
      changes: [
        { parameter: named('STABILITY_FEE'), expected: '50000000000000000', value: '50100000000000000' },
      ],
      explanation: named('explanation'),
      signature: counted(65, 1),
    }),
  ];
}
