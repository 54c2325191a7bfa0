import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { createRule } from '../../aggregation/index.ts';
import {
  type BeaconSource,
  type Clock,
  type Committee,
  type Decided,
  genesisHead,
  Participant,
  type Received,
  type Transport,
} from '../../coordinator/index.ts';
import { PrivacyLedger } from '../../privacy/index.ts';
import { BallastError } from '../../protocol/errors.ts';
import { layoutHash } from '../../protocol/layout.ts';
import { TOPICS, type Topic } from '../../protocol/message-types.ts';
import type { NetworkDocument } from '../../protocol/network.ts';
import { weightsDigest } from '../../protocol/vectors.ts';
import { createDataClock, type DataClock, loadSeries } from '../data/index.ts';
import type { OperatorIdentity } from '../keys/index.ts';
import { createPegModel, genesisWeights } from '../models/index.ts';
import { createNetwork, type Network } from '../network/index.ts';
import { LevelStore } from '../store/index.ts';
import { createTrainer, type EngineName, type Trainer } from '../training/index.ts';
import { AfterDecision } from './after-decision.ts';
import { ChainLink } from './chain-link.ts';
import type { Emit } from './events.ts';
import { FeeAdvisor } from './fee-advisor.ts';
import { describeError, type NodeConfig } from './node-config.ts';
import { pause } from './pause.ts';
import { createGate, createPublicMarket, type PublicMarket } from './public-market.ts';
import { createRoundTrainer } from './round-trainer.ts';

export type BallastNodeOptions = {
  readonly config: NodeConfig;
  readonly document: NetworkDocument;
  readonly identity: OperatorIdentity;
};

export type BallastNodeCollaborators = {
  readonly emit: Emit;
  /** What an attack makes of this node's updates: set by simulations of liars, never by an operator. */
  readonly revise?: (update: Float64Array) => Float64Array;
};

/** How long the others are waited for before the node goes on with a quorum. */
const PEERS_PATIENCE_MS = 20_000;
const FETCH_TIMEOUT_MS = 3_000;

/** A whole node: keys, store, ledger, trainer, network and chain around one participant. */
export class BallastNode {
  readonly #options: BallastNodeOptions;
  readonly #emit: Emit;
  readonly #stopping = new AbortController();
  readonly #closers: (() => Promise<void>)[] = [];
  readonly #revise: ((update: Float64Array) => Float64Array) | undefined;
  #stopped: Promise<void> | undefined;
  #isFinished = false;

  constructor(options: BallastNodeOptions, { emit, revise }: BallastNodeCollaborators) {
    this.#options = options;
    this.#emit = emit;
    this.#revise = revise;
  }

  /** Resolves when the node takes part. @throws what any of its parts throws; call `stop` then too. */
  async start(): Promise<void> {
    const { config, document, identity } = this.#options;
    const link = await ChainLink.open(document, config.rpc, identity.account);
    const committee = await link.committee();
    const store = await LevelStore.open(join(config.dataDir, 'db'));
    this.#closers.push(() => store.close());
    const ledger = await PrivacyLedger.open(store.sub('ledger'), document.parameters.privacy);
    const feed = await loadSeries(config.publicFeed, this.#stopping.signal);
    const clock = createDataClock(feed.series, { rounds: config.rounds });
    const model = createPegModel(config.model);
    const market = createPublicMarket(feed.series, clock, model);

    const trainer = createTrainer({
      source: config.slice,
      model: config.model,
      engine: (config.engine ?? 'tfjs') as EngineName,
      entropy: { kind: 'system' },
    });
    this.#closers.push(() => trainer.close());
    const { engine, flagged } = await trainer.ready(this.#stopping.signal);

    const network = await this.#createNetwork();
    const participant: Participant = await this.#createParticipant(
      { link, committee, store, ledger, clock, market, trainer, network },
      (decided) => this.#onDecided(decided, afterDecision),
    );
    this.#closers.push(() => participant.stop());
    const advisor = new FeeAdvisor({
      link,
      committee,
      self: identity.nodeId,
      account: identity.account,
      forecast: async (round) => {
        const weights = await participant.obtainWeights(participant.head.modelDigest, this.#stopping.signal);
        return market.medianForecast(round, weights);
      },
      say: (round, recommendation) => participant.recommend(round, recommendation),
      emit: this.#emit,
    });
    const afterDecision = new AfterDecision({
      self: identity.nodeId,
      link,
      committee,
      participant,
      market,
      advisor,
      emit: this.#emit,
      signal: this.#stopping.signal,
    });
    this.#join(network, participant, advisor);
    await network.start();
    await this.#meetPeers(network, committee);
    this.#emit({
      event: 'ready',
      node: identity.nodeId,
      engine,
      addresses: network.multiaddrs(),
      peers: network.peers().length,
      flaggedPrints: flagged.length,
    });
    this.#beside(link.watchFinalized((height) => participant.onFinalized(height), this.#stopping.signal));
    participant.start();
  }

  /** Ends everything that was begun, the last first. May be called more than once. */
  stop(): Promise<void> {
    this.#stopped ??= this.#close();
    return this.#stopped;
  }

  async #close(): Promise<void> {
    this.#stopping.abort(new BallastError('NODE_STOPPING', 'the node stops'));
    for (const close of this.#closers.reverse()) {
      await close().catch((error: unknown) => this.#tell(error));
    }
  }

  async #createNetwork(): Promise<Network> {
    const { config, document, identity } = this.#options;
    const network = await createNetwork(
      {
        privateKey: await identity.transportKey(),
        bootstrap: document.bootstrap.filter((address) => !address.endsWith(identity.nodeId)),
        ...(config.listen === undefined ? {} : { listen: config.listen }),
      },
      {
        onRefused: ({ code, peer }) =>
          this.#emit({ event: 'refused', code, sender: peer, reason: 'refused at the door' }),
        onError: (error) => this.#tell(error),
      },
    );
    this.#closers.push(() => network.stop());
    return network;
  }

  #createParticipant(
    parts: {
      readonly link: ChainLink;
      readonly committee: Committee;
      readonly store: LevelStore;
      readonly ledger: PrivacyLedger;
      readonly clock: DataClock;
      readonly market: PublicMarket;
      readonly trainer: Trainer;
      readonly network: Network;
    },
    onDecided: (decided: Decided) => void,
  ): Promise<Participant> {
    const { config, document, identity } = this.#options;
    const { link, committee, store, ledger, clock, market, trainer, network } = parts;
    const { parameters, genesis } = document;
    const model = createPegModel(config.model);
    const weights = genesisWeights(model);
    requireGenesis(document, layoutHash(model.layout), weightsDigest(weights));
    const { name, f } = parameters.rule;
    return Participant.open(
      {
        network: link.network,
        parameters,
        layout: genesis.layout,
        size: model.size,
        committee,
        genesis: genesisHead(link.network, genesis.modelDigest, genesis.beaconHeight),
        genesisWeights: weights,
      },
      {
        store: store.sub('round'),
        signer: identity.signer,
        commitScheme: link.commitScheme,
        rule: createRule(name, { f }),
        clock: realClock(),
        transport: this.#transport(network),
        beacon: this.#boundedBeacon(link),
        evaluator: createGate(market, parameters),
        trainer: createRoundTrainer(parameters, {
          ledger,
          clock,
          randomBytes: (length) => randomBytes(length),
          emit: this.#emit,
          now: () => performance.now(),
          trainLocally: (from, range, options) =>
            trainer.train({ weights: from, range, options }, this.#stopping.signal),
          ...(this.#revise === undefined ? {} : { revise: this.#revise }),
        }),
      },
      {
        onDecided,
        onPhase: (round, phase) => this.#emit({ event: 'phase', round, phase }),
        onView: (round, view) => this.#emit({ event: 'view', round, view }),
        onRefused: ({ sender, code, reason }) => this.#emit({ event: 'refused', code, sender, reason }),
        onEquivocation: () =>
          this.#emit({
            event: 'refused',
            code: 'EQUIVOCATION',
            sender: '',
            reason: 'a member signed two messages for one place',
          }),
        onError: (error) => this.#tell(error),
      },
    );
  }

  /** Gossip in both directions, and blobs. */
  #join(network: Network, participant: Participant, advisor: FeeAdvisor): void {
    for (const topic of TOPICS) {
      network.subscribe(
        this.#topicName(topic),
        (bytes) => {
          const reception = participant.receive(bytes);
          if (reception.action !== 'accept') return { action: reception.action, code: reception.code };
          const { message } = reception;
          if (message.type === 'recommendation') this.#beside(this.#weigh(message, advisor));
          return { action: 'accept' };
        },
        () => undefined,
      );
    }
    network.serveBlobs((digest) => participant.serve(digest));
  }

  async #weigh({ sender, payload }: Received<'recommendation'>, advisor: FeeAdvisor): Promise<void> {
    if (await advisor.receive(sender, payload)) return;
    const reason = 'the chain would not verify its signature';
    this.#emit({ event: 'refused', code: 'RECOMMENDATION_SIGNATURE', sender, reason });
  }

  #transport(network: Network): Transport {
    return {
      broadcast: (topic, bytes) => this.#beside(network.publish(this.#topicName(topic), bytes)),
      fetch: (from, digest, maxBytes, signal) =>
        network.fetch(from, digest, { maxBytes, signal, timeoutMs: FETCH_TIMEOUT_MS }),
    };
  }

  /** After the last round nobody asks for another beacon, so the network rests. */
  #boundedBeacon(link: ChainLink): BeaconSource {
    return {
      randomnessAt: async (height, signal) => {
        if (this.#isFinished) await pause(2 ** 31 - 1, signal);
        return link.beacon.randomnessAt(height, signal);
      },
    };
  }

  async #meetPeers(network: Network, committee: Committee): Promise<void> {
    const topic = this.#topicName('rounds');
    const patience = AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(PEERS_PATIENCE_MS)]);
    await network.ready(topic, committee.members.length - 1, patience).catch(async () => {
      this.#stopping.signal.throwIfAborted();
      await network.ready(topic, committee.quorum - 1, this.#stopping.signal);
    });
  }

  #onDecided(decided: Decided, afterDecision: AfterDecision): void {
    const { round } = decided.certificate.entry;
    const isLast = round >= this.#options.config.rounds;
    if (isLast) this.#isFinished = true;
    const followed = afterDecision.follow(decided);
    this.#beside(isLast ? followed.then(() => this.#emit({ event: 'finished', round })) : followed);
  }

  #topicName(topic: Topic): string {
    return `/ballast/${this.#options.document.name}/${topic}`;
  }

  #beside(work: Promise<unknown>): void {
    work.catch((error: unknown) => this.#tell(error));
  }

  #tell(error: unknown): void {
    if (error instanceof BallastError && (error.code === 'NODE_STOPPING' || error.code === 'ROUND_OVER'))
      return;
    if (!this.#stopping.signal.aborted) this.#emit({ event: 'error', ...describeError(error) });
  }
}

function realClock(): Clock {
  return {
    now: () => Date.now(),
    setTimer: (ms, run) => {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
  };
}

function requireGenesis({ genesis }: NetworkDocument, layout: string, modelDigest: string): void {
  if (genesis.layout === layout && genesis.modelDigest === modelDigest) return;
  throw new BallastError(
    'GENESIS_MISMATCH',
    `model: got layout ${layout.slice(0, 12)}, expected ${genesis.layout.slice(0, 12)} as in the network document`,
    {
      hint: 'configure the model that the network trains',
    },
  );
}
