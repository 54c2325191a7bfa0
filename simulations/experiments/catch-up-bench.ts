import { createHash } from 'node:crypto';
import { createAggregator } from '../../aggregation/index.ts';
import { Blobs } from '../../coordinator/blobs.ts';
import {
  type Collaborators,
  createCommittee,
  createRoll,
  decisionOf,
  EMPTY_STANDING,
  genesisHead,
  type Head,
  headAfter,
  type LoggedRound,
  memberIndex,
  NO_STATE,
  Participant,
  type ParticipantOptions,
  RoundLog,
  type Transport,
  updatesOf,
} from '../../coordinator/index.ts';
import { OperatorIdentity } from '../../node/keys/index.ts';
import { createNetwork, type Network } from '../../node/network/index.ts';
import { systemClock } from '../../node/runtime/system-clock.ts';
import { digestOf } from '../../protocol/digest.ts';
import type { KeyValueStore } from '../../protocol/store.ts';
import { encodeWeights, weightsDigest } from '../../protocol/vectors.ts';
import { MemoryStore } from '../world/memory-store.ts';
import { operatorFor } from '../world/operators.ts';
import { SCENARIO_PARAMETERS } from '../world/parameters.ts';

/**
 * How long a node that is N rounds behind takes over real libp2p until it has the head and its model: the last of
 * seven members comes back, the others serve. Signatures are those of the chain; the disk is memory.
 *
 * `node simulations/experiments/catch-up-bench.ts [rounds]`
 */

const MEMBERS = 7;
const SIZE = 300;
const network = digestOf('ballast/bench/catch-up', 1);
const genesisWeights = new Float64Array(SIZE);
const identities = Array.from({ length: MEMBERS }, (_, i) => {
  const secret = (use: string) =>
    Uint8Array.from(createHash('sha256').update(`catch-up ${use} ${i}`).digest());
  return new OperatorIdentity({ nodeSeed: secret('node'), chainKey: secret('chain') });
});
const members = identities.map(({ nodeId }, i) => ({ node: nodeId, signer: operatorFor(i).address }));
const committee = createCommittee(0, members);
const options: ParticipantOptions = {
  network,
  parameters: SCENARIO_PARAMETERS,
  layout: digestOf('ballast/bench/layout', SIZE),
  size: SIZE,
  committee,
  genesis: genesisHead(network, weightsDigest(genesisWeights), 1, NO_STATE),
  genesisWeights,
};

/** Versions that differ, each certified by a quorum. */
async function certified(rounds: number): Promise<{ log: LoggedRound[]; newest: Float64Array }> {
  const log: LoggedRound[] = [];
  let head: Head = options.genesis;
  let newest = genesisWeights;
  for (let round = 1; round <= rounds; round++) {
    newest = Float64Array.from({ length: SIZE }, (_, i) => round + i / SIZE);
    const modelDigest = weightsDigest(newest);
    const roll = createRoll(
      members.map(({ node }) => ({
        node,
        digest: digestOf('ballast/bench/body', { node, round }),
        fate: 'selected',
      })),
    );
    const entry = {
      round,
      epoch: 0,
      parent: head.entry,
      beacon: digestOf('ballast/bench/beacon', round),
      finalized: 2 ** 40 - 3,
      nextBeaconHeight: 2 ** 40,
      baseVersion: head.version,
      baseDigest: head.modelDigest,
      baseState: head.stateDigest,
      updates: updatesOf(roll),
      standing: EMPTY_STANDING,
      offences: [],
      nextCommittee: null,
      outcome: 'accepted' as const,
      reason: '',
      version: round,
      modelDigest,
      stateDigest: NO_STATE,
      candidateDigest: modelDigest,
      candidateState: NO_STATE,
      privacy: { unit: 'none' as const, relation: 'add-remove' as const, epsilon: null, delta: 1e-5 },
    };
    const decision = decisionOf(network, entry, 0);
    const signatures = await Promise.all(
      members.slice(0, committee.quorum).map(async ({ node }, i) => ({
        index: memberIndex(committee, node),
        signature: await operatorFor(i).scheme.sign(decision),
      })),
    );
    signatures.sort((a, b) => a.index - b.index);
    log.push({ certificate: { entry, view: 0, signatures }, roll });
    head = headAfter(entry);
  }
  return { log, newest };
}

const memory = (): KeyValueStore =>
  new MemoryStore(
    {
      after: (_ms, run) => {
        const now = setImmediate(run);
        return () => clearImmediate(now);
      },
    },
    0,
  );

function transport(wire: Network): Transport {
  return {
    broadcast: () => undefined,
    fetch: (from, digest, maxBytes, signal) => wire.fetch(from, digest, { maxBytes, signal }),
    fetchLog: (from, request, signal) =>
      wire.fetchLog(from, request.from === 'newest' ? { from: 0, most: 1 } : request, signal),
    fetchWitness: (from, signal) => wire.fetchWitness(from, signal),
  };
}

async function member(
  index: number,
  store: KeyValueStore,
  bootstrap: readonly string[],
  onError: (error: unknown) => void,
  onDecided?: (round: number) => void,
) {
  const identity = identities[index];
  if (identity === undefined) throw new RangeError(`member ${index}: expected 0 to ${MEMBERS - 1}`);
  const wire = await createNetwork({ privateKey: await identity.transportKey(), bootstrap });
  await wire.start();
  const collaborators: Collaborators = {
    store,
    signer: identity.signer,
    commitScheme: operatorFor(index).scheme,
    clock: systemClock(),
    transport: transport(wire),
    beacon: { randomnessAt: () => new Promise(() => undefined), restoreAt: async () => undefined },
    trainer: { debits: () => 0, hasReleased: () => true, train: async () => undefined },
    evaluator: { judge: async () => 'accepted' },
    aggregator: createAggregator('multi-krum', { f: 1 }),
  };
  const participant = await Participant.open(options, collaborators, {
    onDecided: ({ certificate }) => onDecided?.(certificate.entry.round),
    onError,
    onRefused: ({ code, reason }) => onError(new Error(`${code}: ${reason}`)),
  });
  wire.serveBlobs((digest, peer) => participant.serve(digest, peer));
  wire.serveLog(async ({ from, most }, peer) =>
    participant.serveLog(from === 0 ? { from: 'newest' } : { from, most }, peer),
  );
  wire.serveWitness((peer) => participant.serveWitness(peer));
  return { participant, wire };
}

/** @returns milliseconds from the start of the node that is behind, its network included. */
export async function catchUpOver(rounds: number): Promise<{ headMs: number; modelMs: number }> {
  const { log, newest } = await certified(rounds);
  const { promise: caughtUp, resolve, reject } = Promise.withResolvers<void>();
  const peers = await Promise.all(
    Array.from({ length: MEMBERS - 1 }, async (_, index) => {
      const store = memory();
      const own = await RoundLog.open(store, options.genesis);
      await own.appendAll(log);
      await new Blobs(store).put(rounds, encodeWeights(newest));
      return member(index, store, [], reject);
    }),
  );
  const addresses = peers.flatMap(({ wire }) => wire.multiaddrs().slice(0, 1));
  const before = performance.now();
  const last = await member(
    MEMBERS - 1,
    memory(),
    addresses,
    reject,
    (round) => round === rounds && resolve(),
  );
  while (last.wire.peers().length < MEMBERS - 1) await new Promise((wake) => setTimeout(wake, 5));
  last.participant.start();
  await caughtUp;
  const headMs = performance.now() - before;
  await last.participant.obtainWeights(weightsDigest(newest), AbortSignal.timeout(10_000));
  const modelMs = performance.now() - before;
  for (const { participant, wire } of [...peers, last]) {
    await participant.stop();
    await wire.stop();
  }
  return { headMs, modelMs };
}

if (import.meta.main) {
  const rounds = Number(process.argv[2] ?? 200);
  const { headMs, modelMs } = await catchUpOver(rounds);
  process.stdout.write(
    `${rounds} rounds behind, ${MEMBERS} members, ${SIZE} weights: head after ${(headMs / 1000).toFixed(2)} s, model after ${(modelMs / 1000).toFixed(2)} s\n`,
  );
}
