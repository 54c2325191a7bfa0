import type { Clock } from '../../coordinator/index.ts';
import { BallastError } from '../../protocol/errors.ts';
import { type NetworkDocument, networkId } from '../../protocol/network.ts';
import type { OperatorIdentity } from '../keys/index.ts';
import { createModel, parseModelSpec } from '../models/index.ts';
import { createNetwork } from '../network/index.ts';
import { FailStopStore, LevelStore, type NodeStore, StoreError } from '../store/index.ts';
import { BreakerKeeper, KEEPING, keeperTurn } from './breaker-keeper.ts';
import type { ChainLink } from './chain-link.ts';
import { ChainWatch } from './chain-watch.ts';
import { CLOCK_WATCH, ClockWatch } from './clock-watch.ts';
import { Conditions } from './conditions.ts';
import { describeError } from './describe-error.ts';
import { dryRunOf, openFolders } from './dry-run.ts';
import { type Emit, isVote } from './events.ts';
import { GossipWiring } from './gossip.ts';
import { loadPublicData } from './load-public-data.ts';
import { meetPeers } from './meet-peers.ts';
import { Membership } from './membership.ts';
import { NetworkHost } from './network-host.ts';
import { kernelOptionsOf, openNodeAggregator } from './node-aggregator.ts';
import { NodeCore } from './node-core.ts';
import { openNodeTrainer } from './node-trainer.ts';
import { type NodeTuning, TUNING } from './node-tuning.ts';
import type { NodeView, Readiness } from './node-view.ts';
import { OwnFolder } from './own-folder.ts';
import { pause } from './pause.ts';
import { PeerWatch } from './peer-watch.ts';
import type { PublicMarket } from './public-market.ts';
import { reachChain } from './reach-chain.ts';
import type { RuntimeConfig } from './runtime-config.ts';
import { closeWithin, STOP_STAGES_MS } from './shutdown.ts';
import { Supervisor } from './supervisor.ts';
import { systemClock } from './system-clock.ts';
import { telling } from './telling.ts';

export type BallastNodeOptions = {
  readonly config: RuntimeConfig;
  readonly document: NetworkDocument;
  readonly identity: OperatorIdentity;
  /** Of the package, told to peers; none unless given. */
  readonly release?: string;
};

export type BallastNodeCollaborators = {
  readonly emit: Emit;
  /** Hears every event too: the HTTP interface and the metrics. */
  readonly observe?: Emit;
  /** The machine's unless given. */
  readonly clock?: Clock;
  /** Times of a node that watches itself; {@link TUNING} unless given. */
  readonly tuning?: Partial<NodeTuning>;
  /** Opens the database in a folder: LevelDB unless given. */
  readonly openStore?: (folder: string) => Promise<NodeStore>;
  /** What an attack makes of this node's updates: set by simulations of liars, never by an operator. */
  readonly revise?: (update: Float64Array) => Float64Array;
};

const CATCH_UP_POLL_MS = 50;

/** A whole node: keys, store, ledger, trainer, network and chain around one participant. */
export class BallastNode {
  readonly #options: BallastNodeOptions;
  readonly #emit: Emit;
  readonly #clock: Clock;
  readonly #openStore: (folder: string) => Promise<NodeStore>;
  readonly #conditions: Conditions;
  readonly #clockWatch: ClockWatch;
  readonly #tuning: NodeTuning;
  readonly #stopping = new AbortController();
  readonly #closers: { readonly name: string; readonly close: () => Promise<void> }[] = [];
  readonly #revise: ((update: Float64Array) => Float64Array) | undefined;
  #started: Promise<void> | undefined;
  #stopped: Promise<void> | undefined;
  #readiness: Readiness = { status: 'starting', reason: 'the node has not been started' };
  #link: ChainLink | undefined;
  readonly #membership: Membership;
  #market: PublicMarket | undefined;
  readonly #folder: OwnFolder;
  #host: NetworkHost | undefined;
  #chainWatch: ChainWatch | undefined;
  #core: Supervisor<NodeCore> | undefined;
  #head: NodeView['head'];

  constructor(options: BallastNodeOptions, collaborators: BallastNodeCollaborators) {
    const { emit, observe, clock, openStore, revise, tuning } = collaborators;
    this.#options = options;
    this.#emit = telling(emit, observe);
    this.#clock = clock ?? systemClock();
    this.#openStore = openStore ?? ((folder) => LevelStore.open(folder));
    this.#revise = revise;
    const now = () => this.#clock.now();
    const owner = { network: networkId(options.document), node: options.identity.nodeId };
    const { dataDir, dryRun } = options.config;
    this.#membership = new Membership(options.identity.nodeId, () => this.#core?.current);
    this.#folder = new OwnFolder(() => openFolders(dryRun, dataDir, owner, { now }));
    this.#conditions = new Conditions({ emit: this.#emit, now });
    this.#clockWatch = new ClockWatch(CLOCK_WATCH, now, this.#conditions);
    this.#tuning = { ...TUNING, ...tuning };
  }

  /** The node as it stands. */
  view(): NodeView {
    const core = this.#core?.current;
    const participant = core?.participant;
    this.#head = participant?.head ?? this.#head;
    return {
      readiness: this.#readinessNow,
      document: this.#options.document,
      link: this.#link,
      committee: this.#membership.committee,
      market: this.#market,
      participant,
      ledger: core?.ledger,
      monitor: core === undefined ? undefined : () => core.monitor.status(),
      notes: core?.notes,
      head: this.#head,
      conditions: this.#conditions.active,
      peers: () => this.#host?.current?.peers() ?? [],
      finalized: this.#chainWatch?.finalized,
      clockSkewMs: this.#clockWatch.skewMs,
    };
  }

  /** Faults that concern what is beside the node, its HTTP interface for one, are raised and cleared here. */
  get conditions(): Conditions {
    return this.#conditions;
  }

  /**
   * Resolves when the node takes part. A chain that does not answer, a full disk or a port that is taken are waited
   * for.
   *
   * @throws what any of its parts throws for a mistake of its configuration; call `stop` then too.
   */
  start(): Promise<void> {
    this.#started ??= this.#begin();
    return this.#started;
  }

  async #begin(): Promise<void> {
    const { config, document, identity } = this.#options;
    const { signal } = this.#stopping;
    this.#starting('reading data');
    const model = createModel(parseModelSpec(document.model));
    const data = await loadPublicData(config, document, model, signal);
    const { market, auditedStep } = data;
    this.#market = market;

    await this.#folder.claim();
    this.#starting('reaching the chain');
    const reaching = { ...this.#options, pollMs: this.#tuning.chainPollMs };
    const link = await reachChain(reaching, this.#conditions, this.#stopping.signal);
    this.#link = link;
    const committee = await link.firstCommittee();
    this.#membership.startWith(committee);
    const trainer = openNodeTrainer(config, document);
    this.#closers.push({ name: 'trainer', close: () => trainer.close() });
    const aggregator = openNodeAggregator(document.parameters, kernelOptionsOf(config));
    this.#closers.push({ name: 'aggregator', close: aggregator.close });

    this.#starting('opening the store');
    const gossip = this.#gossip();
    const { rounds, archive } = config;
    const epsilonBudget = config.privacy?.epsilonBudget;
    const options = {
      document,
      identity,
      committee,
      model,
      rounds,
      archive: archive === true,
      epsilonBudget,
      reportsEvidence: config.evidence?.report === true,
      monitoring: data.monitoring,
    };
    const core = new Supervisor(this.#tuning.storeBackoff, {
      open: async (onFailure) => {
        const store = await this.#openStores(onFailure);
        return NodeCore.open(
          { ...options, restored: this.#folder.current?.restored ?? false },
          {
            link,
            stores: {
              round: store.sub('round'),
              ledger: store.sub('ledger'),
              monitor: store.sub('monitor'),
              notes: store.sub('notes'),
            },
            closeStores: () => store.close(),
            transport: gossip.transport,
            clock: this.#clock,
            dataClock: data.clock,
            market,
            ...(auditedStep === undefined ? {} : { auditedStep }),
            trainer,
            aggregator,
            emit: this.#emit,
            conditions: this.#conditions,
            onEpoch: () => gossip.followCommittee(),
            onConfirmed: () => this.#beside(this.#folder.current?.clearRestored() ?? Promise.resolve()),
            onError: (error) => this.#tell(error),
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
    const { engine, flagged, version } = await trainer.ready(signal);

    // From here on its log can be read, and may be old.
    this.#readiness = { status: 'syncing', reason: 'finding peers' };
    const host = this.#networkHost(gossip);
    this.#host = host;
    await host.start();
    this.#watch(link);
    const others = this.#membership.committee ?? committee;
    await meetPeers(() => this.#host?.current, gossip.topic('rounds'), others, signal);
    this.#readiness = { status: 'syncing', reason: 'catching up with the others' };
    this.#emit({
      event: 'ready',
      node: identity.nodeId,
      engine,
      kernels: aggregator.kernels,
      addresses: host.current?.multiaddrs() ?? [],
      peers: host.current?.peers().length ?? 0,
      flaggedPrints: flagged.length,
      data: version,
    });
    core.start();
    this.#beside(this.#catchUp(core));
  }

  /** Ready when it is as far as the others. */
  async #catchUp(core: Supervisor<NodeCore>): Promise<void> {
    while (core.current?.participant.isBehind !== false) await pause(CATCH_UP_POLL_MS, this.#stopping.signal);
    this.#readiness = { status: 'ready', reason: '' };
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
    this.#starting('the node stops');
    this.#stopping.abort(new BallastError('NODE_STOPPING', 'the node stops'));
    // A start that is under way ends first: what it opens in its last steps would else be left open.
    const starting = { name: 'start', close: async () => this.#started?.catch(() => undefined) };
    const settle = { name: 'core', close: async () => this.#core?.stop() };
    const folder = { name: 'data folder', close: () => this.#folder.close() };
    const overran = [
      ...(await closeWithin([starting, settle], STOP_STAGES_MS.settle, tell)),
      ...(await closeWithin([...this.#closers.toReversed(), folder], STOP_STAGES_MS.close, tell)),
    ];
    this.#emit({ event: 'stopped', milliseconds: Math.round(performance.now() - started), overran });
  }

  async #openStores(onFailure: (error: unknown) => void): Promise<FailStopStore> {
    const database = await this.#openStore((await this.#folder.open()).database);
    const store = FailStopStore.over(database, onFailure);
    try {
      await store.probe();
      return store;
    } catch (error) {
      await store.close();
      throw error;
    }
  }

  #gossip(): GossipWiring {
    return new GossipWiring(this.#options.document.name, {
      network: () => this.#host?.current,
      hear: (bytes, { sender, ts }) => {
        const verdict = this.#core?.current?.hear(bytes) ?? { action: 'defer' };
        if (verdict.action === 'accept') this.#clockWatch.heardPeer(sender, ts);
        return verdict;
      },
      isVoter: () => this.#membership.voters.has(this.#options.identity.nodeId),
      onVote: ({ type, round, view }, digest) => {
        if (isVote(type)) this.#emit({ event: 'voted', vote: type, round, view, digest });
      },
      ...dryRunOf(this.#options.config, this.#emit),
      serve: async (digest, peer) =>
        this.#options.config.dryRun === true
          ? undefined
          : this.#core?.current?.participant.serve(digest, peer),
      participant: () => this.#core?.current?.participant,
      onError: (error) => this.#tell(error),
      now: () => performance.now(),
    });
  }

  #networkHost(gossip: GossipWiring): NetworkHost {
    const { config, document, identity, release } = this.#options;
    const host = new NetworkHost(
      { listen: config.listen, backoff: this.#tuning.portBackoff },
      {
        create: async (listen) =>
          createNetwork(
            {
              privateKey: await identity.transportKey(),
              bootstrap: document.bootstrap.filter((address) => !address.endsWith(identity.nodeId)),
              ...(listen === undefined ? {} : { listen }),
              ...(config.announce === undefined ? {} : { announce: config.announce }),
              ...(release === undefined ? {} : { release }),
            },
            {
              onRefused: ({ code, peer, score }) =>
                this.#emit({ event: 'refused', code, sender: peer, reason: 'refused at the door', score }),
              onError: (error) => this.#tell(error),
              isMember: (peer) => this.#membership.voters.has(peer),
              isRegistered: (peer) => this.#membership.isRegistered(peer),
              voters: () => this.#membership.voters,
            },
          ),
        join: (network) => gossip.join(network),
        conditions: this.#conditions,
        onError: (error) => this.#tell(error),
        signal: this.#stopping.signal,
      },
    );
    this.#closers.push({ name: 'network', close: () => host.stop() });
    return host;
  }

  /** Keeps an eye on chain and peers from now on. */
  #watch(link: ChainLink): void {
    const { signal } = this.#stopping;
    const { chainPollMs, stalledAfterMs, peersPollMs, peersGraceMs } = this.#tuning;
    const watch = new ChainWatch(
      { pollMs: chainPollMs, stalledAfterMs },
      {
        source: link.source,
        conditions: this.#conditions,
        onFinalized: (height) => this.#core?.current?.participant.onFinalized(height),
        onReorganised: () => this.#core?.current?.participant.onReorganised(),
        onBlock: (timestamp) => this.#clockWatch.sawBlock(timestamp),
        onRecovered: () => this.#core?.current?.publishMissing(),
        monotonic: () => performance.now(),
      },
    );
    this.#chainWatch = watch;
    this.#beside(watch.run(signal));
    const peers = new PeerWatch(
      { wanted: () => this.#membership.peersWanted, pollMs: peersPollMs, graceMs: peersGraceMs },
      {
        connected: () =>
          this.#host?.current?.peers().filter(({ id }) => this.#membership.isMember(id)).length ?? 0,
        conditions: this.#conditions,
        monotonic: () => performance.now(),
      },
    );
    this.#beside(peers.run(signal));
    if (this.#options.config.breaker?.observe !== true) return;
    const turn = () => keeperTurn(this.#membership.committee, this.#options.identity.nodeId);
    const keeping = { link, turn, conditions: this.#conditions, emit: this.#emit };
    this.#beside(new BreakerKeeper(KEEPING, keeping).run(signal));
  }

  /** A node that has started takes part as far as its faults let it. */
  get #readinessNow(): Readiness {
    const [fault] = this.#conditions.faults;
    if (fault === undefined || this.#stopping.signal.aborted) return this.#readiness;
    const reason = `${fault.code}: ${fault.message}`;
    return { status: this.#readiness.status === 'starting' ? 'starting' : 'syncing', reason };
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
    // A fault of the store is a condition, which the supervisor raises and clears.
    if (error instanceof StoreError && (error.code === 'DISK_FULL' || error.code === 'STORE_FAILED')) return;
    if (!this.#stopping.signal.aborted) this.#emit({ event: 'error', ...describeError(error) });
  }
}
