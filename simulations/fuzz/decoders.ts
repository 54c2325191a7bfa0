import {
  decodeDelta,
  decodeSparse,
  encodeDelta,
  encodeSparse,
  sparseOf,
} from '../../aggregation/compression/index.ts';
import { decodeState, encodeState } from '../../aggregation/state.ts';
import { openCheckpoint, signCheckpoint } from '../../coordinator/checkpoint.ts';
import { decodeEpoch, encodeEpoch } from '../../coordinator/committee-record.ts';
import { encodeEvidence, equivocation, verifyEvidence } from '../../coordinator/evidence/index.ts';
import { encodeLoggedRound, readLoggedRound } from '../../coordinator/logged-round.ts';
import { readMessage } from '../../coordinator/received.ts';
import { decodeRoll, encodeRoll } from '../../coordinator/roll.ts';
import {
  decodeStanding,
  encodeStanding,
  GENESIS_STANDING,
  standingAfter,
} from '../../coordinator/standing/index.ts';
import {
  type AuditedStep,
  decodeOpening,
  encodeFailedAudit,
  encodeOpening,
  type FailedAuditContext,
  openTrajectory,
  runTrajectory,
  trajectoryCommitment,
  verifyFailedAudit,
} from '../../coordinator/training-proof/index.ts';
import { decodeTranscript } from '../../coordinator/transcript.ts';
import { encodeBody, normClass, openUpdate } from '../../coordinator/update-body.ts';
import { digestOf, digestOfBytes } from '../../protocol/digest.ts';
import { decodeCanonical, type Encodable, encodeCanonical, sameBytes } from '../../protocol/encoding.ts';
import { openEnvelope, signEnvelope } from '../../protocol/envelope.ts';
import type { NodeId } from '../../protocol/ids.ts';
import { parseNetworkDocument } from '../../protocol/network.ts';
import { decodeWeights, encodeWeights, weightsDigest } from '../../protocol/vectors.ts';
import { FUZZED_MEMBER, FUZZED_PARAMETERS, FUZZED_SIZE, type HonestRun } from './honest-run.ts';
import type { FuzzTarget } from './target.ts';

/** Everything that reads what a peer sent or a disk gave back, by itself. */
export function decoderTargets(run: HonestRun): FuzzTarget[] {
  const under = (prefix: string) =>
    [...run.stored].filter(([key]) => key.startsWith(`${prefix}/`)).map(([, value]) => value);
  return [
    decoder('canonical', [...run.said.slice(0, 20), ...under('log')], decodeCanonical, encodeCanonical),
    decoder(
      'envelope',
      run.said,
      (bytes) => readMessage(openEnvelope(bytes)).bytes,
      (bytes) => bytes,
    ),
    decoder('committee', under('committee'), (bytes) => decodeEpoch(bytes, 0), encodeEpoch),
    decoder('transcript', under('transcript'), decodeTranscript),
    decoder('weights', [encodeWeights(WEIGHTS)], (bytes) => decodeWeights(bytes, FUZZED_SIZE), encodeWeights),
    decoder('state', [encodeState(STATE)], (bytes) => decodeState(bytes, SHAPE), encodeState),
    decoder('sparse', [encodeSparse(SPARSE)], (bytes) => decodeSparse(bytes, { maxSize: 64 }), encodeSparse),
    decoder('delta', [encodeDelta(DELTA)], (bytes) => decodeDelta(bytes, 64), encodeDelta),
    ...bodyTargets(run),
    decoder('standing', [encodeStanding(standingOf(run))], decodeStanding, encodeStanding),
    decoder('opening', [openingOf(run)], (bytes) => decodeOpening(bytes, FUZZED_SIZE, AUDIT), encodeOpening),
    decoder('network', [encodeCanonical(documentOf(run) as Encodable)], (bytes) =>
      parseNetworkDocument(decodeCanonical(bytes)),
    ),
    decoder('roll', under('roll'), decodeRoll, encodeRoll),
    loggedRoundTarget(run),
    checkpointTarget(run),
    evidenceTarget(run),
    auditTarget(run),
  ];
}

/** @param encode its one encoding, where it has one: whatever decodes has to be that. */
function decoder<T>(
  name: string,
  corpus: readonly Uint8Array[],
  decode: (bytes: Uint8Array) => T,
  encode?: (value: T) => Uint8Array,
): FuzzTarget {
  return {
    name,
    corpus,
    feed: (input) => {
      const value = decode(input);
      if (encode === undefined || sameBytes(encode(value), input)) return undefined;
      return 'took another encoding of what it read';
    },
  };
}

const WEIGHTS = Float64Array.from({ length: FUZZED_SIZE }, (_, i) => i / 7 - 0.3);
const SHAPE = { momentum: FUZZED_SIZE, second: 2 };
const STATE = { step: 3, vectors: { momentum: WEIGHTS, second: Float64Array.of(1, -2) } };
const SPARSE = sparseOf(Int32Array.from({ length: 40 }, (_, i) => (i % 3 === 0 ? (i - 20) * 64 : 0)));
const DELTA = { from: digestOf('fuzz', 1), to: digestOf('fuzz', 2), gridBits: 20, update: SPARSE };
const AUDIT = { steps: 6, challenged: 2 };

function bodyTargets({ signers }: HonestRun): FuzzTarget[] {
  const [owner] = signers;
  if (owner === undefined) return [];
  const update = Int32Array.of(5, -900, 0, 77, 20_000, -1);
  return [undefined, { keep: 0.5 }].map((compression) => {
    const sent = compression === undefined ? update : Int32Array.of(0, -512, 0, 0, 16_384, 0);
    const parameters = {
      ...FUZZED_PARAMETERS,
      update: { ...FUZZED_PARAMETERS.update, ...(compression === undefined ? {} : { compression }) },
    };
    const header = { sender: owner.nodeId, payload: headerOf(sent) };
    return decoder(
      compression === undefined ? 'body' : 'compressed-body',
      [encodeBody(owner.nodeId, sent, compression)],
      (bytes) => openUpdate(bytes, header, parameters),
      (opened) => encodeBody(owner.nodeId, opened, compression),
    );
  });
}

function headerOf(update: Int32Array) {
  const { unit, relation, delta } = FUZZED_PARAMETERS.privacy;
  return {
    baseVersion: 0,
    baseDigest: digestOf('fuzz', 'base'),
    layout: digestOf('fuzz', 'layout'),
    digest: digestOf('fuzz', 'body'),
    size: update.length,
    normClass: normClass(update),
    privacy: { unit, relation, epsilon: null, delta },
    ledger: 1,
  };
}

function standingOf({ signers }: HonestRun) {
  const fates = ['selected', 'accepted', 'UPDATE_NORM', 'BODY_NOT_SERVED'];
  let table = GENESIS_STANDING;
  for (let round = 1; round <= 7; round++) {
    const roll = signers.map(({ nodeId: node }, i) => ({ node, fate: fates[i] ?? 'selected' }));
    table = standingAfter(table, { round, epoch: 0, roll, offences: [] }, 60);
  }
  return table;
}

function openingOf({ signers }: HonestRun): Uint8Array {
  const owner = { node: signers[0]?.nodeId ?? '', beacon: digestOf('fuzz', 'beacon') };
  const trajectory = runTrajectory(WEIGHTS, owner, AUDIT, halving);
  return encodeOpening(openTrajectory(trajectory, owner, digestOf('fuzz', 'challenge'), AUDIT));
}

/** The answer of a node that trained as it should: no change of it may prove the node guilty. */
function auditTarget({ network, signers }: HonestRun): FuzzTarget {
  const [signer] = signers;
  if (signer === undefined) throw new RangeError('auditTarget: got no signer, expected one');
  const owner = { node: signer.nodeId, beacon: digestOf('fuzz', 'beacon') };
  const challenge = digestOf('fuzz', 'challenge');
  const trajectory = runTrajectory(WEIGHTS, owner, AUDIT, halving);
  const opening = encodeOpening(openTrajectory(trajectory, owner, challenge, AUDIT));
  const commitment = trajectoryCommitment(trajectory);
  const say = (round: number, opened: string | null) => {
    const payload = { ...headerOf(new Int32Array(FUZZED_SIZE)), trajectory: { commitment, opening: opened } };
    const times = { view: 0, seq: round, ts: 0, expiry: 0 };
    return signEnvelope({ net: network, type: 'update-header', round, ...times, payload }, signer).bytes;
  };
  const context: FailedAuditContext = {
    network,
    size: FUZZED_SIZE,
    audit: AUDIT,
    entryAt: (round) => ({
      beacon: round === 1 ? owner.beacon : challenge,
      baseDigest: weightsDigest(WEIGHTS),
    }),
    stepOf: () => halving,
  };
  const honest = encodeFailedAudit({
    commitment: say(1, null),
    answer: say(2, digestOfBytes(opening)),
    opening,
  });
  return {
    name: 'failed-audit',
    corpus: [honest],
    weight: 4,
    feed: (input) => `proved ${verifyFailedAudit(input, context).node} guilty, who is not`,
  };
}

const halving: AuditedStep = (weights, _, index) => weights.map((weight) => weight / 2 + index);

function documentOf({ network }: HonestRun) {
  const address = (digit: string) => `0x${digit.repeat(40)}`;
  return {
    name: 'fuzzed',
    chain: 'eip155:31337',
    contracts: {
      nodeRegistry: address('1'),
      modelRegistry: address('2'),
      parameterRegistry: address('3'),
      controller: address('4'),
    },
    bootstrap: ['/ip4/127.0.0.1/tcp/4001'],
    genesis: { modelDigest: network, layout: network, beaconHeight: 1 },
    model: { heads: { peg: { kind: 'linear' } } },
    parameters: FUZZED_PARAMETERS,
  };
}

/** A round as a peer's log gives it. */
function loggedRoundTarget(run: HonestRun): FuzzTarget {
  const rounds = [...run.stored].flatMap(([key, certificate]) => {
    if (!key.startsWith('log/')) return [];
    return encodeLoggedRound(certificate, run.stored.get(key.replace(/^log/, 'roll')));
  });
  return decoder('logged-round', rounds, (bytes) => readLoggedRound(bytes, 'a peer'));
}

/** A checkpoint is the node's own word: no change of one may be taken. */
function checkpointTarget({ signers }: HonestRun): FuzzTarget {
  const [signer] = signers;
  if (signer === undefined) throw new RangeError('checkpointTarget: got no signer, expected one');
  const round = 100;
  const record = new Uint8Array(32).fill(7);
  const bytes = signCheckpoint({ round, certificate: encodeCanonical({ entry: 1 }), record }, signer);
  return {
    name: 'checkpoint',
    corpus: [bytes],
    feed: (input) => {
      const { node } = openCheckpoint(input, round);
      return sameBytes(input, bytes) || node !== signer.nodeId ? undefined : 'took a forged checkpoint';
    },
  };
}

/** Proofs against the one member that lied: none may speak against another. */
function evidenceTarget(run: HonestRun): FuzzTarget {
  const liar = run.signers[FUZZED_MEMBER];
  const proofs = run.said.flatMap((bytes) => {
    const first = openEnvelope(bytes);
    const { v, sig, sender, ...unsigned } = first.envelope;
    if (liar === undefined || sender !== liar.nodeId) return [];
    const second = signEnvelope(
      { ...unsigned, seq: unsigned.seq + 1, payload: changedPayload(unsigned.payload) },
      liar,
    );
    const evidence = equivocation(first, second);
    return evidence === undefined ? [] : [encodeEvidence(evidence)];
  });
  const registered = new Set<NodeId>(run.signers.map(({ nodeId }) => nodeId));
  const context = {
    network: run.network,
    parameters: FUZZED_PARAMETERS,
    isRegistered: (node: NodeId) => registered.has(node),
    committeeAt: () => run.committee,
  };
  return {
    name: 'evidence',
    corpus: proofs,
    feed: (input) => {
      const { node } = verifyEvidence(input, context);
      return node === liar?.nodeId ? undefined : `proved ${node} guilty, who is not`;
    },
  };
}

/** Another thing in the same place. */
function changedPayload(payload: Encodable): Encodable {
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) return payload;
  const fields = payload as { readonly [key: string]: Encodable };
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [
      key,
      typeof value === 'string' && /^[0-9a-f]{64}$/.test(value) ? digestOf('fuzz', value) : value,
    ]),
  );
}
