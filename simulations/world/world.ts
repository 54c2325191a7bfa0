import { stateDigest } from '../../aggregation/state.ts';
import type { Candidate } from '../../coordinator/candidate.ts';
import type { Certificate, CommitScheme } from '../../coordinator/certificate.ts';
import type {
  Abstention,
  BeaconSource,
  Decided,
  Evaluator,
  ParticipantOptions,
  RoundTrainer,
} from '../../coordinator/collaborators.ts';
import { type Committee, createCommittee, type Member } from '../../coordinator/committee.ts';
import { entryDigest, genesisHead } from '../../coordinator/entry.ts';
import { genesisState, type RoundAggregator } from '../../coordinator/round-aggregator.ts';
import type { AuditedStep } from '../../coordinator/training-proof/index.ts';
import { type Digest, digestOf, digestOfBytes } from '../../protocol/digest.ts';
import { type NodeSigner, nodeSigner } from '../../protocol/ed25519.ts';
import { openEnvelope } from '../../protocol/envelope.ts';
import { type Layout, layoutHash, layoutSize } from '../../protocol/layout.ts';
import { REPEATABLE } from '../../protocol/message-types.ts';
import type { NetworkParameters } from '../../protocol/network.ts';
import type { KeyValueStore } from '../../protocol/store.ts';
import { weightsDigest } from '../../protocol/vectors.ts';
import { VirtualChain, type VirtualRequest } from './chain.ts';
import type { Weather } from './fault.ts';
import { VirtualNetwork } from './network.ts';
import { type SeededRandom, seededRandom } from './random.ts';
import { Scheduler } from './scheduler.ts';
import { type LinkQuality, weatherOf } from './weather.ts';
import { type Misbehaviour, type NodeWatch, WorldNode } from './world-node.ts';

/** Signs for one operator and verifies for all; the signer's address is lower-case. */
export type Operator = {
  readonly address: Member['signer'];
  readonly scheme: CommitScheme;
  /** For committees that vote with BLS. */
  readonly blsKey?: string;
};

export type WorldOptions = {
  /** Replays the run: the same options and seed give the same bits. */
  readonly seed: string;
  readonly nodes: number;
  readonly parameters: NetworkParameters;
  readonly layout: Layout;
  readonly genesisWeights: Float64Array;
  readonly aggregator: RoundAggregator;
  /** What a node computes with in place of it: the same bits, at another pace. */
  readonly aggregators?: (index: number) => RoundAggregator;
  readonly links: LinkQuality;
  /** What goes wrong on the links for a while. */
  readonly weather?: readonly Weather[];
  readonly operators: (index: number) => Operator;
  readonly trainers: (index: number, random: SeededRandom) => RoundTrainer;
  /** In their place, opened over a node's own disk at each of its starts: a ledger that crashes with it. */
  readonly reopenTrainer?: (
    index: number,
    random: SeededRandom,
    store: KeyValueStore,
  ) => Promise<RoundTrainer>;
  /** Hears every message as a node sends it. */
  readonly onSaid?: (node: number, bytes: Uint8Array) => void;
  /** Hears what a node tells its operator of updates. */
  readonly tellings?: (index: number) => NodeWatch['tellings'];
  /** Watches the run, and is asked after every event. */
  readonly monitor?: (world: World) => WorldMonitor;
  readonly evaluators: (index: number, random: SeededRandom) => Evaluator;
  /** The step of a node's audited training in a round, where the network audits. */
  readonly auditedSteps?: (index: number) => (round: number) => AuditedStep;
  /** What a node does wrong, if anything. */
  readonly misbehaviours?: (index: number) => readonly Misbehaviour[];
  /** Votes that decide, in place of the committee's own quorum: only to show what a wrong one breaks. */
  readonly quorum?: number;
  /** At a moment the first beacon turns out to be another for those nodes who had seen it from the lost blocks. */
  readonly reorganisation?: { readonly atMs: number; readonly isAffected: (index: number) => boolean };
  /** The last so many nodes are contributors of the first epoch; none where left out. */
  readonly contributors?: number;
  /** Whether a node is registered as of a block; always where left out. */
  readonly isRegistered?: (index: number, height: number) => boolean;
  readonly blockMs?: number;
  /** What governance asks for: versions to restore, by block. */
  readonly restores?: readonly VirtualRequest[];
  /** How long a write takes to become durable. */
  readonly syncMs?: number;
};

/** Sees everything that nodes do, and changes nothing. */
export type WorldMonitor = {
  readonly onSaid: (node: WorldNode, bytes: Uint8Array) => void;
  readonly onDecided: (node: WorldNode, decided: Decided) => void;
  readonly onAggregated: (node: WorldNode, round: number, candidate: Candidate) => void;
  readonly onError: (node: WorldNode, error: unknown) => void;
  /** After every event, when all that it set going has come to rest. @returns whether the run may end here. */
  readonly onEvent: () => boolean;
};

/** What a node said of a round, and when, in virtual milliseconds from the first block. */
export type Decision = { readonly node: number; readonly decided: Decided; readonly atMs: number };

export type WorldReport = {
  readonly reached: boolean;
  /** Every certificate that any node ever held, by round, once per distinct entry. */
  readonly certificates: ReadonlyMap<number, readonly Certificate[]>;
  /** What each node that aggregated said of each round. */
  readonly decisions: readonly Decision[];
  readonly refusals: ReadonlyMap<string, number>;
  /** Places in which a node that is not told to lie has said two things; a monitor looks for itself. */
  readonly contradictions: readonly string[];
  readonly abstentions: readonly (Abstention & { readonly node: number; readonly atMs: number })[];
  readonly errors: readonly unknown[];
  /** Virtual milliseconds from the first block. */
  readonly elapsedMs: number;
  readonly nodes: readonly WorldNode[];
  readonly committee: Committee;
};

const START = Date.UTC(2026, 0, 1);

/** Nodes and a chain in one process and in virtual time, running the same participants as a real node. */
export class World {
  readonly scheduler = new Scheduler(START);
  readonly chain: VirtualChain;
  readonly network: VirtualNetwork;
  readonly committee: Committee;
  readonly nodes: readonly WorldNode[];
  readonly networkId: Digest;
  /** The fewest updates that the aggregation takes. */
  readonly minUpdates: number;
  readonly #certificates = new Map<number, Map<Digest, Certificate>>();
  readonly #decisions: Decision[] = [];
  readonly #refusals = new Map<string, number>();
  readonly #errors: unknown[] = [];
  readonly #said = new Map<string, Digest>();
  readonly #heard = new WeakSet<Uint8Array>();
  readonly #contradictions: string[] = [];
  readonly #abstentions: WorldReport['abstentions'][number][] = [];
  readonly #reorganisation: WorldOptions['reorganisation'];
  readonly #monitor: WorldMonitor | undefined;

  constructor(options: WorldOptions) {
    const random = seededRandom(options.seed);
    this.#reorganisation = options.reorganisation;
    this.chain = new VirtualChain(this.scheduler, options.seed, options.blockMs ?? 1_000, options.restores);
    const indices = Array.from({ length: options.nodes }, (_, index) => index);
    const signers = indices.map((index) => nodeSigner(random.fork(`key-${index}`).bytes(32)));
    const ids = signers.map(({ nodeId }) => nodeId);
    this.network = new VirtualNetwork(
      this.scheduler,
      random.fork('links'),
      weatherOf(options.links, options.weather ?? [], ids, START),
    );
    const operators = indices.map((index) => options.operators(index));
    const operatorsOf = members(signers, operators);
    const first = operatorsOf.slice(0, options.nodes - (options.contributors ?? 0));
    const committee = createCommittee(0, first);
    this.committee = { ...committee, quorum: options.quorum ?? committee.quorum };
    const roster = { roster: ids.filter((_, index) => options.isRegistered?.(index, 0) ?? true) };
    const participant = { ...participantOptions(options, this.committee), ...roster };
    this.networkId = participant.network;
    this.minUpdates = options.aggregator.minRows;
    this.nodes = signers.flatMap((signer, index) => {
      const operator = operators[index];
      if (operator === undefined) return [];
      const { scheme } = operator;
      const misbehaviours = options.misbehaviours?.(index) ?? [];
      const isLiar = misbehaviours.some(({ kind }) => kind === 'byzantine');
      const node: WorldNode = new WorldNode({
        index,
        participant,
        signer,
        scheme,
        aggregator: options.aggregators?.(index) ?? options.aggregator,
        trainer: options.trainers(index, random.fork(`train-${index}`)),
        reopenTrainer: reopening(options, index, random),
        auditedStep: options.auditedSteps?.(index),
        evaluator: options.evaluators(index, random.fork(`gate-${index}`)),
        scheduler: this.scheduler,
        chain: this.chain,
        network: this.network,
        syncMs: options.syncMs ?? 2,
        misbehaviours,
        beacon: this.#beaconFor(index),
        registry: {
          rosterAt: async (height) =>
            operatorsOf
              .filter((_, at) => options.isRegistered?.(at, height) ?? true)
              .map((member) => ({ ...member, stake: 1n })),
        },
        nodes: ids,
        random: random.fork(`lies-${index}`),
        watch: {
          onSaid: (bytes) => {
            options.onSaid?.(index, bytes);
            if (this.#monitor !== undefined) this.#monitor.onSaid(node, bytes);
            else if (!isLiar) this.#onSaid(bytes);
          },
          onAbstain: (abstention) =>
            this.#abstentions.push({ ...abstention, node: index, atMs: this.elapsedMs }),
          onAggregated: (round, candidate) => this.#monitor?.onAggregated(node, round, candidate),
          onDecided: (decided) => {
            this.#onDecided(index, decided);
            this.#monitor?.onDecided(node, decided);
          },
          tellings: options.tellings?.(index),
          onRefused: (code) => this.#refusals.set(code, (this.#refusals.get(code) ?? 0) + 1),
          onError: (error) => {
            this.#errors.push(error);
            this.#monitor?.onError(node, error);
          },
        },
      });
      return node;
    });
    this.#monitor = options.monitor?.(this);
  }

  /** Virtual milliseconds from the first block. */
  get elapsedMs(): number {
    return this.scheduler.now() - START;
  }

  /** Runs until every honest node has `rounds` rounds in its log, or the monitor ends it, or virtual time is over. */
  async run(rounds: number | (() => number), limitMs: number): Promise<WorldReport> {
    const goal = typeof rounds === 'number' ? () => rounds : rounds;
    for (const node of this.nodes) await node.begin();
    const started = this.scheduler.now();
    this.scheduler.after(this.#reorganisation?.atMs ?? limitMs * 2, () => {
      for (const node of this.nodes) node.onReorganised();
    });
    const honest = this.nodes.filter(({ isByzantine }) => !isByzantine);
    const hasAll = () => honest.every(({ isUp, head }) => isUp && head !== undefined && head.round >= goal());
    const isDone = () => {
      const isEnded = this.#monitor?.onEvent() === true;
      return isEnded || hasAll();
    };
    const reached = (await this.scheduler.run(isDone, started + limitMs)) && hasAll();
    for (const node of this.nodes) node.end();
    return {
      reached,
      certificates: new Map(
        [...this.#certificates].map(([round, byEntry]) => [round, [...byEntry.values()]]),
      ),
      decisions: this.#decisions,
      refusals: this.#refusals,
      contradictions: this.#contradictions,
      abstentions: this.#abstentions,
      errors: this.#errors,
      elapsedMs: this.scheduler.now() - started,
      nodes: this.nodes,
      committee: this.committee,
    };
  }

  /** Before the reorganisation some nodes see another block than all see afterwards. */
  #beaconFor(index: number): BeaconSource {
    const reorganisation = this.#reorganisation;
    if (reorganisation === undefined || !reorganisation.isAffected(index)) return this.chain;
    return {
      restoreAt: (height) => this.chain.restoreAt(height),
      randomnessAt: async (height, signal) => {
        const randomness = await this.chain.randomnessAt(height, signal);
        const isLost = this.scheduler.now() - START < reorganisation.atMs;
        return isLost ? digestOf('ballast/simulation/lost-block', randomness) : randomness;
      },
    };
  }

  #onSaid(bytes: Uint8Array): void {
    // What is said again is the same bytes.
    if (this.#heard.has(bytes)) return;
    this.#heard.add(bytes);
    const { sender, type, round, view } = openEnvelope(bytes).envelope;
    if (REPEATABLE.has(type)) return;
    const place = `${type} of round ${round}, view ${view} by ${sender}`;
    const digest = digestOfBytes(bytes);
    const known = this.#said.get(place);
    if (known === undefined) this.#said.set(place, digest);
    else if (known !== digest && !this.#contradictions.includes(place)) this.#contradictions.push(place);
  }

  #onDecided(node: number, decided: Decided): void {
    this.#decisions.push({ node, decided, atMs: this.elapsedMs });
    const { entry } = decided.certificate;
    const known = this.#certificates.get(entry.round) ?? new Map<Digest, Certificate>();
    known.set(entryDigest(entry), decided.certificate);
    this.#certificates.set(entry.round, known);
  }
}

function members(signers: readonly NodeSigner[], operators: readonly Operator[]): Member[] {
  return signers.flatMap(({ nodeId }, index) => {
    const operator = operators[index];
    if (operator === undefined) return [];
    const { address, blsKey } = operator;
    return [{ node: nodeId, signer: address, ...(blsKey === undefined ? {} : { blsKey }) }];
  });
}

/** Each start draws on: a node that begins anew trains to another update. */
function reopening({ reopenTrainer }: WorldOptions, index: number, random: SeededRandom) {
  if (reopenTrainer === undefined) return undefined;
  const ofNode = random.fork(`ledger-${index}`);
  return (store: KeyValueStore) => reopenTrainer(index, ofNode, store);
}

function participantOptions(options: WorldOptions, committee: Committee): ParticipantOptions {
  const { seed, parameters, layout, genesisWeights, aggregator } = options;
  const size = layoutSize(layout);
  const state = stateDigest(genesisState(aggregator, size));
  const network = digestOf('ballast/simulation/network', { seed });
  return {
    network,
    parameters,
    layout: layoutHash(layout),
    size,
    committee,
    genesis: genesisHead(network, weightsDigest(genesisWeights), 1, state),
    genesisWeights,
  };
}
