import { encodeState, stateDigest } from '../../aggregation/state.ts';
import { aggregateCandidate, type Version } from '../../coordinator/candidate.ts';
import { createCommittee } from '../../coordinator/committee.ts';
import { decisionOf, genesisHead } from '../../coordinator/entry.ts';
import { roundKey } from '../../coordinator/keys.ts';
import { RoundLog } from '../../coordinator/log.ts';
import { type Received, readMessage } from '../../coordinator/received.ts';
import { createRoster } from '../../coordinator/roster.ts';
import { basisOf, candidateEntry, rollOf, standingOf } from '../../coordinator/round/basis.ts';
import { startRound } from '../../coordinator/round/step.ts';
import { genesisState, hasState, type RoundAggregator } from '../../coordinator/round-aggregator.ts';
import { GENESIS_STANDING } from '../../coordinator/standing/index.ts';
import { encodeTranscript, transcriptKey } from '../../coordinator/transcript.ts';
import { encodeBody, normClass } from '../../coordinator/update-body.ts';
import { digestOf, digestOfBytes } from '../../protocol/digest.ts';
import { nodeSigner } from '../../protocol/ed25519.ts';
import type { Encodable } from '../../protocol/encoding.ts';
import { signEnvelope } from '../../protocol/envelope.ts';
import type { MessageType } from '../../protocol/message-types.ts';
import type { Payload } from '../../protocol/messages.ts';
import type { NetworkParameters } from '../../protocol/network.ts';
import { packRows } from '../../protocol/roster-rows.ts';
import type { KeyValueStore, StoreOperation } from '../../protocol/store.ts';
import { encodeWeights, weightsDigest } from '../../protocol/vectors.ts';
import { operatorFor } from '../world/operators.ts';
import { seededRandom } from '../world/random.ts';

export type CertifiedLogOptions = {
  readonly seed: string;
  readonly rounds: number;
  readonly nodes: number;
  /** Number of weights. */
  readonly size: number;
  readonly parameters: NetworkParameters;
};

/**
 * Writes the archive that a node of a network without faults would have: every message signed, every model computed
 * by the aggregation, every certificate voted for. No time passes, so a thousand rounds take seconds.
 *
 * @returns what `verifyLog` is given beside the store.
 */
export async function writeCertifiedLog(
  store: KeyValueStore,
  aggregator: RoundAggregator,
  { seed, rounds, nodes, size, parameters }: CertifiedLogOptions,
) {
  const random = seededRandom(seed);
  const network = digestOf('ballast/simulation/certified-log', { seed });
  const indices = Array.from({ length: nodes }, (_, index) => index);
  const signers = indices.map((index) => nodeSigner(random.fork(`key-${index}`).bytes(32)));
  const operators = indices.map(operatorFor);
  const committee = createCommittee(
    0,
    signers.map(({ nodeId }, i) => ({ node: nodeId, signer: operators[i]?.address ?? '0x' })),
  );
  const schemeOf = new Map(operators.map(({ address, scheme }) => [address, scheme]));
  const genesisWeights = new Float64Array(size);
  const genesis = genesisHead(
    network,
    weightsDigest(genesisWeights),
    1,
    stateDigest(genesisState(aggregator, size)),
  );
  const roster = createRoster(committee);
  const context = { self: '', network, committee, roster, parameters, minUpdates: aggregator.minRows };
  const log = await RoundLog.open(store, genesis, signers[0]);
  const { unit, relation, delta } = parameters.privacy;
  let version: Version = { weights: genesisWeights, state: genesisState(aggregator, size) };
  const rowSize = aggregator.rowSize(size);
  let hashed = 0;
  let standing = GENESIS_STANDING;

  for (let round = 1; round <= rounds; round++) {
    const { head } = log;
    const say = <Type extends MessageType>(type: Type, payloads: readonly Payload<Type>[]) =>
      signers.map((signer, i) => {
        const payload = payloads[i % payloads.length] as Encodable;
        const times = { ts: round * 1_000, expiry: Number.MAX_SAFE_INTEGER };
        const envelope = { net: network, type, round, view: 0, seq: round * 9, ...times, payload };
        return readMessage(signEnvelope(envelope, signer)) as Received<Type>;
      });
    const updates = signers.map(({ nodeId }) => ({
      node: nodeId,
      update: Int32Array.from({ length: rowSize }, () => 1_000 + random.below(1_000)),
    }));
    const bodies = updates.map(({ node, update }) => encodeBody(node, update));
    const headers = say(
      'update-header',
      updates.map(({ update }, i) => ({
        baseVersion: head.version,
        baseDigest: head.modelDigest,
        layout: network,
        digest: digestOfBytes(bodies[i] ?? new Uint8Array()),
        size: rowSize,
        normClass: normClass(update),
        privacy: { unit, relation, epsilon: null, delta },
        ledger: 0,
      })),
    );
    const claims = headers.map(({ sender, payload }) => ({ node: sender, digest: payload.digest }));
    const packed = packRows(
      claims.map(({ node, digest }) => ({ index: roster.places.get(node) ?? -1, digest })),
    );
    const seals = say('seal-report', [{ headers: packed, finalized: round * 10 }]);
    const reports = say('body-report', [{ held: packed, refused: [] }]);
    const beacon = digestOf('ballast/simulation/beacon', { seed, round });
    const known = { beacon, standing, offences: [] };
    const basis = basisOf(context, head.nextBeaconHeight, headers, seals, reports, known);
    if (basis === undefined) throw new Error(`round ${round} has no basis`);
    const rows = updates.map((each, i) => ({ ...each, digest: claims[i]?.digest ?? '' }));
    const candidate = await aggregateCandidate(aggregator, version, rows, { parameters, beacon });
    const state = { ...startRound(head, 0, undefined, standing), beacon };
    const entry = candidateEntry(context, state, basis, candidate, {
      verdict: 'accepted',
      worse: [],
    });
    const decision = decisionOf(network, entry, 0);
    const voters = committee.members.slice(0, committee.quorum);
    const signatures = await Promise.all(
      voters.map(async ({ signer }, index) => ({
        index,
        signature: (await schemeOf.get(signer)?.sign(decision)) ?? new Uint8Array(65),
      })),
    );
    version = candidate;
    const carried = hasState(aggregator, size) ? [encodeState(candidate.state)] : [];
    const blobs = [...bodies, encodeWeights(candidate.weights), ...carried];
    hashed += blobs.reduce((sum, { length }) => sum + length, 0);
    const certificate = { entry, view: 0, signatures };
    const roll = rollOf(basis, candidate.selected);
    standing = standingOf(context, standing, entry, roll);
    await log.append({ certificate, roll }, [
      { type: 'put', key: transcriptKey(round), value: encodeTranscript(basis) },
      ...blobs.flatMap((bytes): StoreOperation[] => [
        { type: 'put', key: `blob/${digestOfBytes(bytes)}`, value: bytes },
        { type: 'put', key: roundKey('blob-of', round, digestOfBytes(bytes)), value: new Uint8Array() },
      ]),
    ]);
  }
  return {
    options: { network, parameters, size, genesis, genesisWeights },
    committee,
    /** Bytes of all bodies and models. */
    bodyBytes: hashed,
  };
}
