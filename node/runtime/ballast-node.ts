import { join } from 'node:path';
import type { Clock, Committee } from '../../coordinator/index.ts';
import { BallastError } from '../../protocol/errors.ts';
import type { NetworkDocument } from '../../protocol/network.ts';
import { createDataClock, loadSeries } from '../data/index.ts';
import type { OperatorIdentity } from '../keys/index.ts';
import { createPegModel } from '../models/index.ts';
import { createNetwork, type Network } from '../network/index.ts';
import { FailStopStore, LevelStore, type NodeStore } from '../store/index.ts';
import { createTrainer, type EngineName } from '../training/index.ts';
import { ChainLink } from './chain-link.ts';
import { Conditions } from './conditions.ts';
import type { Emit, NodeEvent } from './events.ts';
import { GossipWiring } from './gossip.ts';
import { describeError, type NodeConfig } from './node-config.ts';
import { NodeCore } from './node-core.ts';
import type { NodeView, Readiness } from './node-view.ts';
import { createPublicMarket, type PublicMarket } from './public-market.ts';
import { closeWithin, STOP_STAGES_MS } from './shutdown.ts';
import { Supervisor } from './supervisor.ts';

export type BallastNodeOptions = {
  readonly config: NodeConfig;
  readonly document: NetworkDocument;
  readonly identity: OperatorIdentity;
};

export type BallastNodeCollaborators = {
  readonly emit: Emit;
  /** Hears every event too: the HTTP interface and the metrics. */
  readonly observe?: Emit;
  /** The machine's unless given. */
  readonly clock?: Clock;
  /** Opens the database in a folder: LevelDB unless given. */
  readonly openStore?: (folder: string) => Promise<NodeStore>;
  /** What an attack makes of this node's updates: set by simulations of liars, never by an operator. */
  readonly revise?: (update: Float64Array) => Float64Array;
};

/** How long the others are waited for before the node goes on with a quorum. */
const PEERS_PATIENCE_MS = 20_000;
const STORE_BACKOFF = { firstMs: 500, mostMs: 30_000 };

/** A whole node: keys, store, ledger, trainer, network and chain around one participant. */
export class BallastNode {
  readonly #options: BallastNodeOptions;
  readonly #emit: Emit;
  readonly #clock: Clock;
  readonly #openStore: (folder: string) => Promise<NodeStore>;
  readonly #conditions: Conditions;
  readonly #stopping = new AbortController();
  readonly #closers: { readonly name: string; readonly close: () => Promise<void> }[] = [];
  readonly #revise: ((update: Float64Array) => Float64Array) | undefined;
  #stopped: Promise<void> | undefined;
  #readiness: Readiness = { status: 'starting', reason: 'the node has not been started' };
  #link: ChainLink | undefined;
  #committee: Committee | undefined;
  #market: PublicMarket | undefined;
  #network: Network | undefined;
  #core: Supervisor<NodeCore> | undefined;
  #head: NodeView['head'];

  constructor(options: BallastNodeOptions, collaborators: BallastNodeCollaborators) {
    const { emit, observe, clock, openStore, revise } = collaborators;
    this.#options = options;
    this.#emit = (event: NodeEvent) => {
      emit(event);
      observe?.(event);
    };
    this.#clock = clock ?? systemClock();
    this.#openStore = openStore ?? ((folder) => LevelStore.open(folder));
    this.#revise = revise;
    this.#conditions = new Conditions({ emit: this.#emit, now: () => this.#clock.now() });
  }

  /** The node as it stands. */
  view(): NodeView {
    const participant = this.#core?.current?.participant;
    this.#head = participant?.head ?? this.#head;
    return {
      readiness: this.#readiness,
      document: this.#options.document,
      link: this.#link,
      committee: this.#committee,
      market: this.#market,
      participant,
      head: this.#head,
      conditions: this.#conditions.active,
      peers: this.#network?.peers() ?? [],
      finalizedHeight: undefined,
      clockSkewMs: undefined,
    };
  }

  /** Resolves when the node takes part. @throws what any of its parts throws; call `stop` then too. */
  async start(): Promise<void> {
    const { config, document, identity } = this.#options;
    const { signal } = this.#stopping;
    this.#starting('reaching the chain');
    const link = await ChainLink.open(document, config.rpc, identity.account);
    this.#link = link;
    const committee = await link.committee();
    this.#committee = committee;

    this.#starting('reading data');
    const feed = await loadSeries(config.publicFeed, signal);
    const dataClock = createDataClock(feed.series, { rounds: config.rounds });
    const model = createPegModel(config.model);
    const market = createPublicMarket(feed.series, dataClock, model);
    this.#market = market;
    const trainer = createTrainer({
      source: config.slice,
      model: config.model,
      engine: (config.engine ?? 'tfjs') as EngineName,
      entropy: { kind: 'system' },
    });
    this.#closers.push({ name: 'trainer', close: () => trainer.close() });

    const gossip = new GossipWiring(document.name, {
      network: () => this.#network,
      hear: (bytes) => this.#core?.current?.hear(bytes) ?? { action: 'ignore', code: 'NODE_NOT_READY' },
      serve: async (digest) => this.#core?.current?.participant.serve(digest),
      onError: (error) => this.#tell(error),
    });
    const core = new Supervisor(STORE_BACKOFF, {
      open: async (onFailure) => {
        const database = await this.#openStore(join(config.dataDir, 'db'));
        const store = FailStopStore.over(database, onFailure);
        try {
          await store.probe();
        } catch (error) {
          await store.close();
          throw error;
        }
        return NodeCore.open(
          { document, identity, committee, model, rounds: config.rounds },
          {
            link,
            stores: { round: store.sub('round'), ledger: store.sub('ledger') },
            transport: gossip.transport,
            clock: this.#clock,
            dataClock,
            market,
            trainer,
            emit: this.#emit,
            onError: (error) => this.#tell(error),
            closeStores: () => store.close(),
            ...(this.#revise === undefined ? {} : { revise: this.#revise }),
          },
        );
      },
      conditions: this.#conditions,
      onError: (error) => this.#tell(error),
      signal,
    });
    this.#core = core;
    await core.open();
    const { engine, flagged } = await trainer.ready(signal);

    this.#starting('finding peers');
    const network = await this.#createNetwork();
    this.#network = network;
    gossip.join(network);
    await network.start();
    await this.#meetPeers(network, committee, gossip.topic('rounds'));
    this.#readiness = { status: 'ready', reason: '' };
    this.#emit({
      event: 'ready',
      node: identity.nodeId,
      engine,
      addresses: network.multiaddrs(),
      peers: network.peers().length,
      flaggedPrints: flagged.length,
    });
    this.#beside(link.watchFinalized((height) => core.current?.participant.onFinalized(height), signal));
    core.start();
  }

  /**
   * Ends everything that was begun, in two stages: what is under way comes to its end, then what is open is closed.
   * May be called more than once.
   */
  stop(): Promise<void> {
    this.#stopped ??= this.#close();
    return this.#stopped;
  }

  async #close(): Promise<void> {
    const started = performance.now();
    const tell = (error: unknown) => this.#tell(error);
    this.#stopping.abort(new BallastError('NODE_STOPPING', 'the node stops'));
    const settle = { name: 'core', close: async () => this.#core?.stop() };
    const overran = [
      ...(await closeWithin([settle], STOP_STAGES_MS.settle, tell)),
      ...(await closeWithin(this.#closers.toReversed(), STOP_STAGES_MS.close, tell)),
    ];
    this.#emit({ event: 'stopped', milliseconds: Math.round(performance.now() - started), overran });
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
    this.#closers.push({ name: 'network', close: () => network.stop() });
    return network;
  }

  async #meetPeers(network: Network, { members, quorum }: Committee, topic: string): Promise<void> {
    const { signal } = this.#stopping;
    const patience = AbortSignal.any([signal, AbortSignal.timeout(PEERS_PATIENCE_MS)]);
    await network.ready(topic, members.length - 1, patience).catch(async () => {
      signal.throwIfAborted();
      await network.ready(topic, quorum - 1, signal);
    });
  }

  #starting(reason: string): void {
    this.#readiness = { status: 'starting', reason };
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

function systemClock(): Clock {
  return {
    now: () => Date.now(),
    setTimer: (ms, run) => {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
  };
}
