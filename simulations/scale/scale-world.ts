import { type Aggregator, createAggregator } from '../../aggregation/index.ts';
import { stateDigest } from '../../aggregation/state.ts';
import type { Candidate } from '../../coordinator/candidate.ts';
import type { Collaborators, ParticipantOptions } from '../../coordinator/collaborators.ts';
import { type Committee, createCommittee, isMember } from '../../coordinator/committee.ts';
import { selectCommittee } from '../../coordinator/committee-draw.ts';
import { genesisHead } from '../../coordinator/entry.ts';
import { Participant } from '../../coordinator/participant.ts';
import { genesisState } from '../../coordinator/round-aggregator.ts';
import { BoundedCache } from '../../protocol/cache.ts';
import { digestOf } from '../../protocol/digest.ts';
import { type NodeSigner, nodeSigner } from '../../protocol/ed25519.ts';
import { BallastError } from '../../protocol/errors.ts';
import type { NodeId } from '../../protocol/ids.ts';
import type { Topic } from '../../protocol/message-types.ts';
import type { NetworkParameters } from '../../protocol/network.ts';
import { weightsDigest } from '../../protocol/vectors.ts';
import { VirtualChain } from '../world/chain.ts';
import { operatorFor, warmOperators } from '../world/operators.ts';
import { SCENARIO_PARAMETERS } from '../world/parameters.ts';
import { seededRandom } from '../world/random.ts';
import { Scheduler } from '../world/scheduler.ts';
import { CalmNetwork } from './calm-network.ts';
import { SharedStore } from './shared-store.ts';
import { toyTrainer } from './toy-trainer.ts';
import { Traffic } from './traffic.ts';

export type ScaleOptions = {
  readonly seed: string;
  /** Registered nodes: all of them train. */
  readonly nodes: number;
  /** In basis points: what the committee's size is drawn for, and the share that the rule trims. */
  readonly corruptShare: number;
  /** Number of weights. */
  readonly size: number;
  readonly rounds: number;
};

export type ScaleReport = {
  readonly committee: Committee;
  readonly nodes: readonly NodeId[];
  readonly traffic: Traffic;
  /** What was decided, as `outcome@view`, and by how many nodes, for each round. */
  readonly outcomes: ReadonlyMap<number, ReadonlyMap<string, number>>;
  readonly virtualMs: number;
};

const START = Date.UTC(2026, 0, 1);
const BLOCK_MS = 1_000;
/** What contributors hear: certificates and parameters. Headers and votes are for members. */
const CONTRIBUTED: ReadonlySet<Topic> = new Set(['rounds', 'parameters']);

/**
 * A network in which nothing fails: every node runs the participant of a real one, over a calm network in virtual
 * time. Messages are opened, bodies read and candidates computed once for all participants of this process; nothing
 * else is shared.
 *
 * @throws BallastError `SCALE_STUCK` where the rounds do not end, or the first error of a participant.
 */
export async function runScale(options: ScaleOptions): Promise<ScaleReport> {
  await warmOperators();
  const random = seededRandom(`scale/${options.seed}`);
  const scheduler = new Scheduler(START);
  const chain = new VirtualChain(scheduler, options.seed, BLOCK_MS);
  const traffic = new Traffic();
  const network = new CalmNetwork(scheduler, traffic);
  const signers = Array.from({ length: options.nodes }, (_, i) =>
    nodeSigner(random.fork(`key-${i}`).bytes(32)),
  );
  const committee = drawn(options, signers);
  const f = Math.floor((options.nodes * options.corruptShare) / 10_000);
  const aggregator = createAggregator('trimmed-mean', { f });
  const participantOptions = termsOf(options, committee, signers, aggregator);
  const candidates = sharedCandidates();
  const participants = new Map<NodeId, Participant>();
  const outcomes = new Map<number, Map<string, number>>();
  const errors: unknown[] = [];
  let last = 0;

  for (const [index, signer] of signers.entries()) {
    const self = signer.nodeId;
    const counted = async (from: NodeId, answers: Promise<readonly Uint8Array[]> | undefined) => {
      const given = (await answers) ?? [];
      for (const { length } of given) {
        traffic.sent(from, 'log', length);
        traffic.received(self, 'log', length);
      }
      return given;
    };
    const collaborators: Collaborators = {
      store: new SharedStore(),
      signer,
      commitScheme: operatorFor(index).scheme,
      clock: { now: () => scheduler.now(), setTimer: (ms, run) => scheduler.after(ms, run) },
      transport: {
        broadcast: (topic, bytes) => network.broadcast(self, topic, bytes),
        fetch: (from, digest) => network.fetch(self, from, digest),
        fetchLog: (from, request) => counted(from, participants.get(from)?.serveLog(request, self)),
        fetchWitness: (from) => counted(from, participants.get(from)?.serveWitness(self)),
      },
      beacon: chain,
      trainer: toyTrainer(index, options.size),
      evaluator: { judge: async () => 'accepted' },
      aggregator,
      candidates,
    };
    const participant = await Participant.open(participantOptions, collaborators, {
      onError: (error) => errors.push(error),
      onDecided: ({ certificate: { entry, view } }) => {
        const outcome = `${entry.outcome}@${view}`;
        const ofRound = outcomes.get(entry.round) ?? new Map<string, number>();
        outcomes.set(entry.round, ofRound.set(outcome, (ofRound.get(outcome) ?? 0) + 1));
        if (entry.round === options.rounds) last += 1;
      },
    });
    participants.set(self, participant);
    network.connect(self, {
      latencyMs: 20 + 10 * (index % 8),
      hears: isMember(committee, self) ? () => true : (topic) => CONTRIBUTED.has(topic),
      receive: (message) => participant.receive(message),
      serve: (digest, from) => participant.serve(digest, from),
    });
    chain.onFinalized((height) => participant.onFinalized(height));
  }
  for (const participant of participants.values()) participant.start();
  const isOver = () => errors.length > 0 || last >= options.nodes;
  await scheduler.run(isOver, START + options.rounds * 60_000);
  for (const participant of participants.values()) await participant.stop();
  if (errors.length > 0) throw errors[0];
  if (last < options.nodes)
    throw new BallastError(
      'SCALE_STUCK',
      `scale: ${last} of ${options.nodes} nodes ended ${options.rounds} rounds`,
    );
  const nodes = signers.map(({ nodeId }) => nodeId);
  return { committee, nodes, traffic, outcomes, virtualMs: scheduler.now() - START };
}

function drawn({ seed, corruptShare }: ScaleOptions, signers: readonly NodeSigner[]): Committee {
  const roster = signers.map(({ nodeId }) => ({ node: nodeId, stake: 1n, quarters: 4 }));
  const { nodes } = selectCommittee(digestOf('ballast/simulation/draw', { seed }), roster, corruptShare);
  const places = new Map(signers.map(({ nodeId }, index) => [nodeId, index]));
  return createCommittee(
    0,
    nodes.map((node) => ({ node, signer: operatorFor(places.get(node) ?? 0).address })),
  );
}

function termsOf(
  { seed, size }: ScaleOptions,
  committee: Committee,
  signers: readonly NodeSigner[],
  aggregator: Aggregator,
): ParticipantOptions {
  const parameters: NetworkParameters = {
    ...SCENARIO_PARAMETERS,
    rule: { name: aggregator.name, f: 0 },
    // A message is said again where it may have been lost; here none is.
    timeouts: { collectMs: 2_000, fetchMs: 4_000, viewMs: 4_000, resendMs: 60_000 },
    retention: { rounds: 1 },
  };
  const genesisWeights = new Float64Array(size);
  const network = digestOf('ballast/simulation/network', { seed });
  const state = stateDigest(genesisState(aggregator, size));
  return {
    network,
    parameters,
    layout: digestOf('ballast/simulation/layout', { size }),
    size,
    committee,
    roster: signers.map(({ nodeId }) => nodeId),
    genesis: genesisHead(network, weightsDigest(genesisWeights), 1, state),
    genesisWeights,
  };
}

/** Members aggregate the same rows to the same bits: once is enough. */
function sharedCandidates(): NonNullable<Collaborators['candidates']> {
  const computed = new BoundedCache<Promise<Candidate>>(4);
  return (key, compute) => {
    const candidate = computed.get(key) ?? compute();
    computed.set(key, candidate, 1);
    return candidate;
  };
}
