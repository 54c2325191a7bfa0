import type { AggregationRule } from '../../aggregation/rule.ts';
import type { CommitScheme } from '../../coordinator/certificate.ts';
import type {
  Collaborators,
  Decided,
  Evaluator,
  ParticipantOptions,
  RoundTrainer,
} from '../../coordinator/collaborators.ts';
import { Participant } from '../../coordinator/participant.ts';
import type { NodeSigner } from '../../protocol/ed25519.ts';
import { openEnvelope } from '../../protocol/envelope.ts';
import type { NodeId } from '../../protocol/ids.ts';
import type { MessageType, Topic } from '../../protocol/message-types.ts';
import type { VirtualChain } from './chain.ts';
import { Equivocator } from './equivocator.ts';
import { MemoryStore } from './memory-store.ts';
import type { VirtualNetwork } from './network.ts';
import type { Scheduler } from './scheduler.ts';

/**
 * What goes wrong with a node: it crashes and comes back, its disk loses votes and locks in a crash though they
 * were durable, it never sends messages of one kind, or it leads with two stories.
 */
export type Misbehaviour =
  | { readonly kind: 'crash'; readonly atMs: number; readonly downMs: number }
  | { readonly kind: 'amnesia' }
  | { readonly kind: 'silent'; readonly about: MessageType }
  | { readonly kind: 'equivocate' };

export type WorldNodeOptions = {
  readonly index: number;
  readonly participant: ParticipantOptions;
  readonly signer: NodeSigner;
  readonly scheme: CommitScheme;
  readonly rule: AggregationRule;
  readonly trainer: RoundTrainer;
  readonly evaluator: Evaluator;
  readonly scheduler: Scheduler;
  readonly chain: VirtualChain;
  readonly network: VirtualNetwork;
  readonly syncMs: number;
  readonly misbehaviours: readonly Misbehaviour[];
  readonly onDecided: (decided: Decided) => void;
  readonly onRefused: (code: string) => void;
  readonly onError: (error: unknown) => void;
};

/** A participant with a virtual disk, network and chain, that can lose its power. */
export class WorldNode {
  readonly #options: WorldNodeOptions;
  readonly #store: MemoryStore;
  #participant: Participant | undefined;
  #stopListening: () => void = () => undefined;

  constructor(options: WorldNodeOptions) {
    this.#options = options;
    this.#store = new MemoryStore(options.scheduler, options.syncMs);
  }

  get nodeId(): NodeId {
    return this.#options.signer.nodeId;
  }

  get isUp(): boolean {
    return this.#participant !== undefined;
  }

  /** The round in progress; 0 while the node is down. */
  get round(): number {
    return this.#participant?.state.round ?? 0;
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
    for (const misbehaviour of this.#options.misbehaviours) {
      if (misbehaviour.kind !== 'crash') continue;
      this.#options.scheduler.after(misbehaviour.atMs, () => this.#crash(misbehaviour.downMs));
    }
    await this.#start();
  }

  /** Time stands still from here on, so nothing is waited for. */
  end(): void {
    this.#disconnect();
    void this.#participant?.stop();
  }

  async #start(): Promise<void> {
    const { participant: options, network, chain, signer, onDecided, onRefused, onError } = this.#options;
    const participant = await Participant.open(options, this.#collaborators(), {
      onDecided: (decided) => onDecided(decided),
      onRefused: ({ code }) => onRefused(code),
      onError: (error) => onError(error),
    });
    this.#participant = participant;
    network.connect(signer.nodeId, {
      receive: (bytes) => {
        const reception = participant.receive(bytes);
        if (reception.action === 'reject') onRefused(reception.code);
      },
      serve: (digest) => participant.serve(digest),
    });
    this.#stopListening = chain.onFinalized((height) => participant.onFinalized(height));
    participant.start();
  }

  /** The power goes: no farewell, and what was not yet on disk is gone. */
  #crash(downMs: number): void {
    const participant = this.#participant;
    if (participant === undefined) return;
    this.#disconnect();
    const isAmnesiac = this.#options.misbehaviours.some(({ kind }) => kind === 'amnesia');
    this.#store.crash(isAmnesiac ? isVoteOrLock : undefined);
    this.#participant = undefined;
    void participant.stop();
    this.#options.scheduler.after(downMs, () => {
      this.#start().catch((error: unknown) => this.#options.onError(error));
    });
  }

  #disconnect(): void {
    this.#options.network.disconnect(this.#options.signer.nodeId);
    this.#stopListening();
  }

  #collaborators(): Collaborators {
    const { scheduler, network, chain, signer, scheme, rule, trainer, evaluator } = this.#options;
    return {
      store: this.#store,
      signer,
      commitScheme: scheme,
      rule,
      trainer,
      evaluator,
      beacon: chain,
      clock: { now: () => scheduler.now(), setTimer: (ms, run) => scheduler.after(ms, run) },
      transport: {
        broadcast: this.#broadcaster(),
        fetch: (from, digest) => network.fetch(from, digest),
      },
    };
  }

  #broadcaster(): (topic: Topic, bytes: Uint8Array) => void {
    const { network, signer, scheme, misbehaviours, onError } = this.#options;
    const send = (bytes: Uint8Array, to?: (node: NodeId) => boolean) =>
      network.broadcast(signer.nodeId, bytes, to);
    if (misbehaviours.some(({ kind }) => kind === 'equivocate')) {
      const equivocator = new Equivocator(signer, scheme, send);
      return (_topic, bytes) => {
        equivocator.broadcast(bytes).catch(onError);
      };
    }
    const silences = misbehaviours.filter((misbehaviour) => misbehaviour.kind === 'silent');
    return (_topic, bytes) => {
      const isSilent =
        silences.length > 0 && silences.some(({ about }) => about === openEnvelope(bytes).envelope.type);
      if (!isSilent) send(bytes);
    };
  }
}

function isVoteOrLock(key: string): boolean {
  return key.startsWith('sent/') || key.startsWith('lock/');
}
