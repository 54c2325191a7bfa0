import type { Candidate } from '../../coordinator/candidate.ts';
import type { CommitScheme } from '../../coordinator/certificate.ts';
import type {
  Abstention,
  BeaconSource,
  Clock,
  Collaborators,
  Decided,
  Evaluator,
  ParticipantObserver,
  ParticipantOptions,
  RosterSource,
  RoundTrainer,
} from '../../coordinator/collaborators.ts';
import { compareText } from '../../coordinator/compare.ts';
import { Participant } from '../../coordinator/participant.ts';
import type { RoundState } from '../../coordinator/round/types.ts';
import type { RoundAggregator } from '../../coordinator/round-aggregator.ts';
import type { NodeSigner } from '../../protocol/ed25519.ts';
import { openEnvelope } from '../../protocol/envelope.ts';
import type { NodeId } from '../../protocol/ids.ts';
import type { MessageType, Topic } from '../../protocol/message-types.ts';
import type { KeyValueStore } from '../../protocol/store.ts';
import type { Behaviour, BehaviourHost } from './behaviours/behaviour.ts';
import { type BehaviourName, createBehaviour } from './behaviours/registry.ts';
import type { VirtualChain } from './chain.ts';
import { MemoryStore } from './memory-store.ts';
import type { VirtualNetwork } from './network.ts';
import type { SeededRandom } from './random.ts';
import type { Scheduler } from './scheduler.ts';

/**
 * What goes wrong with a node: it crashes and comes back, its disk loses votes and locks in a crash though they
 * were durable, it never sends messages of one kind, its clock is off, or it is Byzantine.
 */
export type Misbehaviour =
  | { readonly kind: 'crash'; readonly atMs: number; readonly downMs: number }
  | { readonly kind: 'amnesia' }
  | {
      /** The power goes just before or just after its n-th write is on disk. */
      readonly kind: 'crash-at-write';
      readonly write: number;
      readonly when: 'before' | 'after';
      readonly downMs: number;
    }
  | {
      /** The power goes as soon as it has said this for the first time in each of these rounds. */
      readonly kind: 'crash-in-round';
      readonly said: MessageType;
      readonly rounds: readonly number[];
      readonly downMs: number;
    }
  | {
      /** Its disk is put back to what it was at `copyAtMs`: by an operator who says so, or behind its back. */
      readonly kind: 'rollback';
      readonly copyAtMs: number;
      readonly atMs: number;
      readonly downMs: number;
      readonly isDeclared: boolean;
    }
  /** It does not ask what the others hold of it, where that is to be shown to be wrong. */
  | { readonly kind: 'unwitnessed' }
  | { readonly kind: 'silent'; readonly about: MessageType }
  /** Its clock shows `offsetMs` more than the others' and runs faster by a share of `drift`. */
  | { readonly kind: 'clock'; readonly offsetMs: number; readonly drift: number }
  | {
      readonly kind: 'byzantine';
      /** One that a schedule can name, or one of a test's own. */
      readonly behaviour: BehaviourName | ((host: BehaviourHost) => Behaviour);
      readonly victim: number;
    };

/** What a node tells of itself, for those who watch that it keeps its promises. None of it feeds back. */
export type NodeWatch = {
  /** It sends a message: the very bytes that go out, of whatever its behaviour makes of the participant's words. */
  readonly onSaid: (bytes: Uint8Array) => void;
  readonly onDecided: (decided: Decided) => void;
  readonly onAggregated: (round: number, candidate: Candidate) => void;
  readonly onRefused: (code: string) => void;
  /** Of its own update, and of updates that point the same way: compared only where somebody listens. */
  readonly tellings?: Pick<ParticipantObserver, 'onOwnRow' | 'onSuspected'> | undefined;
  readonly onError: (error: unknown) => void;
  readonly onAbstain: (abstention: Abstention) => void;
};

export type WorldNodeOptions = {
  readonly index: number;
  readonly participant: ParticipantOptions;
  readonly signer: NodeSigner;
  readonly scheme: CommitScheme;
  readonly aggregator: RoundAggregator;
  readonly trainer: RoundTrainer;
  /** In its place, opened over the node's own disk at each start. */
  readonly reopenTrainer?: ((store: KeyValueStore) => Promise<RoundTrainer>) | undefined;
  readonly evaluator: Evaluator;
  readonly auditedStep: Collaborators['auditedStep'] | undefined;
  readonly scheduler: Scheduler;
  readonly chain: VirtualChain;
  /** What this node sees of the chain's randomness. */
  readonly beacon: BeaconSource;
  readonly registry: RosterSource;
  readonly network: VirtualNetwork;
  readonly syncMs: number;
  readonly misbehaviours: readonly Misbehaviour[];
  /** All nodes by their index. */
  readonly nodes: readonly NodeId[];
  /** For its lies. */
  readonly random: SeededRandom;
  readonly watch: NodeWatch;
};

/** A participant with a virtual disk, network and chain, that can lose its power. */
export class WorldNode {
  readonly #options: WorldNodeOptions;
  readonly #store: MemoryStore;
  readonly #crashedIn = new Set<number>();
  readonly #behaviour: Behaviour | undefined;
  #participant: Participant | undefined;
  #stopListening: () => void = () => undefined;

  constructor(options: WorldNodeOptions) {
    this.#options = options;
    this.#behaviour = behaviourOf(options);
    this.#store = new MemoryStore(options.scheduler, options.syncMs, (write, when) => {
      for (const each of options.misbehaviours) {
        const isNow = each.kind === 'crash-at-write' && each.write === write && each.when === when;
        if (isNow) this.#crash(each.downMs);
      }
    });
  }

  get nodeId(): NodeId {
    return this.#options.signer.nodeId;
  }

  /** What is on its disk. */
  stored(): ReadonlyMap<string, Uint8Array> {
    return this.#store.copy();
  }

  /** A value that is durable now. */
  peek(key: string): Uint8Array | undefined {
    return this.#store.peek(key);
  }

  /** Whether it may do anything. */
  get isByzantine(): boolean {
    return this.#behaviour !== undefined;
  }

  get isUp(): boolean {
    return this.#participant !== undefined;
  }

  /** The round in progress; 0 while the node is down. */
  get round(): number {
    return this.#participant?.state.round ?? 0;
  }

  /** The round in progress as the node sees it; undefined while it is down. Another object whenever it has changed. */
  get state(): RoundState | undefined {
    return this.#participant?.state;
  }

  get head() {
    return this.#participant?.head;
  }

  /** Weights of the node's last certified version. */
  async weights(): Promise<Float64Array | undefined> {
    const participant = this.#participant;
    return participant?.weights(participant.head.modelDigest);
  }

  async begin(): Promise<void> {
    const { scheduler } = this.#options;
    for (const misbehaviour of this.#options.misbehaviours) {
      if (misbehaviour.kind === 'crash')
        scheduler.after(misbehaviour.atMs, () => this.#crash(misbehaviour.downMs));
      if (misbehaviour.kind === 'rollback') {
        const { copyAtMs, atMs, downMs, isDeclared } = misbehaviour;
        let copy: ReadonlyMap<string, Uint8Array> = new Map();
        scheduler.after(copyAtMs, () => {
          copy = this.#store.copy();
        });
        scheduler.after(atMs, () => {
          this.#crash(downMs, isDeclared);
          this.#store.restore(copy);
        });
      }
    }
    await this.#start(false);
  }

  /** Its chain has other blocks than before. */
  onReorganised(): void {
    this.#participant?.onReorganised();
  }

  /** Time stands still from here on, so nothing is waited for. */
  end(): void {
    this.#disconnect();
    void this.#participant?.stop();
  }

  async #start(restored: boolean): Promise<void> {
    const { network, chain, signer, watch } = this.#options;
    const options = { ...this.#options.participant, restored };
    const store = this.#store.ofThisLife();
    const trainer = (await this.#options.reopenTrainer?.(store)) ?? this.#options.trainer;
    const participant = await Participant.open(options, this.#collaborators(store, trainer), {
      onDecided: (decided) => watch.onDecided(decided),
      onAggregated: (round, candidate) => watch.onAggregated(round, candidate),
      onRefused: ({ code }) => watch.onRefused(code),
      ...watch.tellings,
      onError: (error) => watch.onError(error),
      onAbstain: (abstention) => watch.onAbstain(abstention),
    });
    this.#participant = participant;
    network.connect(signer.nodeId, {
      receive: (bytes) => {
        if (this.#behaviour?.hear?.(bytes) === false) return;
        const reception = participant.receive(bytes);
        if (reception.action === 'reject') watch.onRefused(reception.code);
      },
      serve: async (digest, asker) =>
        this.#behaviour?.serve?.(asker) === false ? undefined : participant.serve(digest, asker),
      serveLog: (request, peer) => participant.serveLog(request, peer),
      serveWitness: (peer) => participant.serveWitness(peer),
    });
    this.#stopListening = chain.onFinalized((height) => participant.onFinalized(height));
    participant.start();
  }

  /** The power goes: no farewell, and what was not yet on disk is gone. */
  #crash(downMs: number, restored = false): void {
    const participant = this.#participant;
    if (participant === undefined) return;
    this.#disconnect();
    const isAmnesiac = this.#options.misbehaviours.some(({ kind }) => kind === 'amnesia');
    this.#store.crash(isAmnesiac ? isVoteOrLock : undefined);
    this.#participant = undefined;
    void participant.stop();
    this.#options.scheduler.after(downMs, () => {
      this.#start(restored).catch((error: unknown) => this.#options.watch.onError(error));
    });
  }

  #crashAfter(bytes: Uint8Array): void {
    for (const each of this.#options.misbehaviours) {
      if (each.kind !== 'crash-in-round') continue;
      const { type, round } = openEnvelope(bytes).envelope;
      if (type !== each.said || !each.rounds.includes(round) || this.#crashedIn.has(round)) continue;
      this.#crashedIn.add(round);
      this.#crash(each.downMs);
    }
  }

  #disconnect(): void {
    this.#options.network.disconnect(this.#options.signer.nodeId);
    this.#stopListening();
  }

  #collaborators(store: KeyValueStore, trainer: RoundTrainer): Collaborators {
    const { network, beacon, signer, scheme, aggregator, evaluator, auditedStep } = this.#options;
    const isUnwitnessed = this.#options.misbehaviours.some(({ kind }) => kind === 'unwitnessed');
    return {
      store,
      signer,
      commitScheme: scheme,
      aggregator,
      trainer,
      evaluator,
      ...(auditedStep === undefined ? {} : { auditedStep }),
      beacon,
      registry: this.#options.registry,
      clock: this.#clock(),
      transport: {
        broadcast: this.#broadcaster(),
        fetch: (from, digest) => network.fetch(signer.nodeId, from, digest),
        fetchLog: (from, request) => network.fetchLog(signer.nodeId, from, request),
        fetchWitness: async (from) => (isUnwitnessed ? [] : network.fetchWitness(signer.nodeId, from)),
      },
    };
  }

  #clock(): Clock {
    const { scheduler, misbehaviours } = this.#options;
    const skew = misbehaviours.find((misbehaviour) => misbehaviour.kind === 'clock');
    const [offsetMs, rate] = [skew?.offsetMs ?? 0, 1 + (skew?.drift ?? 0)];
    if (offsetMs === 0 && rate === 1)
      return { now: () => scheduler.now(), setTimer: (ms, run) => scheduler.after(ms, run) };
    const { start } = scheduler;
    return {
      now: () => Math.floor(start + offsetMs + (scheduler.now() - start) * rate),
      setTimer: (ms, run) => scheduler.after(ms / rate, run),
    };
  }

  #broadcaster(): (topic: Topic, bytes: Uint8Array) => void {
    const { misbehaviours, watch } = this.#options;
    const say = this.#behaviour?.say;
    if (say !== undefined) {
      return (_topic, bytes) => {
        Promise.resolve(say(bytes)).catch(watch.onError);
      };
    }
    const silences = misbehaviours.filter((misbehaviour) => misbehaviour.kind === 'silent');
    return (_topic, bytes) => {
      const isSilent =
        silences.length > 0 && silences.some(({ about }) => about === openEnvelope(bytes).envelope.type);
      if (isSilent) return;
      send(this.#options, bytes);
      this.#crashAfter(bytes);
    };
  }
}

function send(
  { watch, network, signer }: WorldNodeOptions,
  bytes: Uint8Array,
  to?: (node: NodeId) => boolean,
) {
  watch.onSaid(bytes);
  network.broadcast(signer.nodeId, bytes, to);
}

function behaviourOf(options: WorldNodeOptions): Behaviour | undefined {
  const byzantine = options.misbehaviours.find((misbehaviour) => misbehaviour.kind === 'byzantine');
  if (byzantine === undefined) return undefined;
  const { signer, scheme, scheduler, random, participant, nodes } = options;
  const { quorum, members } = participant.committee;
  const victim = nodes[byzantine.victim] ?? signer.nodeId;
  const { behaviour } = byzantine;
  const host: BehaviourHost = {
    self: signer.nodeId,
    signer,
    scheme,
    scheduler,
    random,
    quorum,
    size: members.length,
    victim,
    victimPlace: [...nodes].sort(compareText).indexOf(victim),
    send: (bytes, to) => send(options, bytes, to),
  };
  return typeof behaviour === 'string' ? createBehaviour(behaviour, host) : behaviour(host);
}

function isVoteOrLock(key: string): boolean {
  return key.startsWith('sent/') || key.startsWith('lock/');
}
