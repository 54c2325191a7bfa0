import { setImmediate } from 'node:timers/promises';
import { BallastError } from '../../protocol/errors.ts';
import { networkId } from '../../protocol/network.ts';
import { type Api, type ApiConfig, type ApiMetrics, createApi, EventFeed, toApiEvent } from '../api/index.ts';
import { dashboardFiles } from '../dashboard/index.ts';
import { createMetrics, type Metrics } from '../metrics/index.ts';
import {
  BallastNode,
  type BallastNodeCollaborators,
  type BallastNodeOptions,
  type ChainLink,
  describeError,
  type NodeEvent,
  type NodeView,
  tries,
} from '../runtime/index.ts';
import { createApiSource, measureOf } from './api-source.ts';
import { ChainBreaker } from './chain-breaker.ts';
import { ChainDecisions } from './chain-decisions.ts';
import { type ChainReadings, chainGauges } from './chain-metrics.ts';
import { ChainParameters } from './chain-parameters.ts';
import { ChainProposals } from './chain-proposals.ts';
import { fresh } from './fresh.ts';
import { monitorGauges } from './monitoring.ts';
import { PrivacyAccounts } from './privacy-accounts.ts';
import { VersionReports } from './version-reports.ts';

export type NodeServiceOptions = BallastNodeOptions & {
  /** Undefined for a node without an HTTP interface. */
  readonly api: ApiConfig | undefined;
};

/** What a service tells besides its node. */
export type ServiceEvent = NodeEvent | { readonly event: 'listening'; readonly url: string };

export type NodeServiceCollaborators = Omit<BallastNodeCollaborators, 'emit' | 'observe'> & {
  readonly emit: (event: ServiceEvent) => void;
};

/** How long requests in flight may take to end when the node stops. */
const API_GRACE_MS = 1_000;
/** A port that is taken is tried again after this, and after twice as long each time up to the longest. */
const PORT_BACKOFF = { firstMs: 500, mostMs: 15_000 };

/** A node with its HTTP interface and metrics: the interface is there first and goes last. */
export class NodeService {
  readonly node: BallastNode;
  readonly #emit: (event: ServiceEvent) => void;
  readonly #api: Api | undefined;
  readonly #stopping = new AbortController();
  #listening: Promise<void> = Promise.resolve();
  #awaitingPort: Promise<void> | undefined;

  constructor(options: NodeServiceOptions, collaborators: NodeServiceCollaborators) {
    const { api: config, ...nodeOptions } = options;
    const { emit, ...others } = collaborators;
    this.#emit = emit;
    const feed = new EventFeed();
    const metrics = createMetrics({ now: () => performance.now() });
    const parameters = new ChainParameters(() => Date.now());
    const breaker = new ChainBreaker(() => Date.now());
    const decisions = new ChainDecisions();
    const proposals = new ChainProposals();
    const view = () => this.node.view();
    const reports = new VersionReports(measureOf(view));
    const accounts = new PrivacyAccounts(nodeOptions.document.parameters);
    this.node = new BallastNode(nodeOptions, {
      ...others,
      emit,
      observe: (event) => {
        metrics.observe(event);
        parameters.observe(event);
        decisions.observe(event);
        reports.observe(event);
        const shown = toApiEvent(event);
        if (shown !== undefined) feed.append(shown);
      },
    });
    if (config === undefined) return;
    this.#api = createApi(config, {
      status: {
        readiness: () => view().readiness,
        conditions: () =>
          view().conditions.map(({ code, message, since }) => ({ code, message, sinceMs: since })),
      },
      feed,
      metrics: withView(metrics, view, accounts, {
        version: fresh(
          () => Date.now(),
          (link: ChainLink) => link.publishedVersion(),
        ),
        parameters: (link) => parameters.read(link),
        breaker: breaker.breaker,
        overrides: breaker.overrides,
      }),
      now: () => performance.now(),
      onError: (error) => emit({ event: 'error', ...describeError(error) }),
      pages: () => dashboardFiles(),
    });
    const source = createApiSource({
      node: options.identity.nodeId,
      network: networkId(options.document),
      release: options.release,
      view,
      parameters,
      breaker,
      decisions,
      proposals,
      reports,
      accounts,
    });
    this.#api.serve(source);
  }

  /** Resolves when the node takes part. @throws as {@link BallastNode.start}, and what a wrong `api` key deserves. */
  async start(): Promise<void> {
    this.#listening = this.#listen();
    await this.#listening;
    await this.node.start();
  }

  /** Ends the node, then its interface. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.node.stop();
    // What was still being opened when the node was told to stop is closed too.
    await this.#listening.catch(() => undefined);
    await this.#awaitingPort;
    await this.#api?.stop(API_GRACE_MS);
  }

  /** A port that is taken holds nothing up: it is tried again until it is free. */
  async #listen(): Promise<void> {
    if (this.#api === undefined) return;
    try {
      await this.#open(this.#api);
    } catch (error) {
      if (!(error instanceof BallastError) || error.code !== 'API_PORT_IN_USE') throw error;
      this.node.conditions.raise('API_PORT_IN_USE', error.message);
      this.#awaitingPort = this.#awaitPort(this.#api);
    }
  }

  async #awaitPort(api: Api): Promise<void> {
    try {
      for await (const _ of tries(PORT_BACKOFF, this.#stopping.signal)) if (await this.#reopens(api)) return;
    } catch (error) {
      if (!this.#stopping.signal.aborted) this.#emit({ event: 'error', ...describeError(error) });
    }
  }

  /** @returns whether the port was free. @throws whatever else is in the way. */
  async #reopens(api: Api): Promise<boolean> {
    try {
      await this.#open(api);
    } catch (error) {
      if (error instanceof BallastError && error.code === 'API_PORT_IN_USE') return false;
      throw error;
    }
    this.node.conditions.clear('API_PORT_IN_USE');
    return true;
  }

  async #open(api: Api): Promise<void> {
    const { url } = await api.start();
    this.#emit({ event: 'listening', url });
  }
}

/** What the node does not tell of by itself is read when somebody asks; several who ask at once share one answer. */
export function withView(
  metrics: Pick<Metrics, 'api' | 'set' | 'setAll' | 'text'>,
  view: () => NodeView,
  accounts: PrivacyAccounts,
  readings: ChainReadings,
): ApiMetrics {
  const read = (): void => {
    const { ledger, monitor, peers, finalized, clockSkewMs } = view();
    const { readiness, participant } = view();
    metrics.set('ballast_ready', readiness.status === 'ready' ? 1 : 0);
    if (participant !== undefined) metrics.set('ballast_roster_nodes', participant.epoch.roster.places.size);
    readPrivacy(metrics, ledger, accounts);
    readMonitor(metrics, monitor);
    metrics.set('ballast_peers', peers().length);
    if (clockSkewMs !== undefined) metrics.set('ballast_clock_skew_seconds', clockSkewMs / 1_000);
    if (finalized === undefined) return;
    metrics.set('ballast_chain_finalized_height', finalized.height);
    metrics.set('ballast_chain_lag_seconds', finalized.ageMs / 1_000);
  };
  const readChain = chainGauges(metrics, readings);
  const write = async (): Promise<string> => {
    // Whoever else asks in this turn of the event loop has come when it is read.
    await setImmediate();
    read();
    await readChain(view());
    return metrics.text();
  };
  let writing: Promise<string> | undefined;
  return {
    ...metrics.api,
    text: () => {
      writing ??= write().finally(() => {
        writing = undefined;
      });
      return writing;
    },
  };
}

function readMonitor(metrics: Pick<Metrics, 'set' | 'setAll'>, monitor: NodeView['monitor']): void {
  if (monitor === undefined) return;
  const { drift, coverage, skill, shadow } = monitorGauges(monitor());
  metrics.setAll('ballast_drift_active', drift);
  metrics.setAll('ballast_interval_coverage_ratio', coverage);
  metrics.setAll('ballast_live_skill_ratio', skill);
  if (shadow === null) return;
  metrics.set('ballast_shadow_blocks', shadow.blocks);
  metrics.set('ballast_shadow_advantage_low_ratio', shadow.advantage.low);
}

/**
 * Rounds left are not a number until the ledger has been read, and infinite without a guarantee: 0 says that the budget
 * is spent. A ledger that cannot say what was spent is told as an error elsewhere.
 */
function readPrivacy(
  metrics: Pick<Metrics, 'set'>,
  ledger: NodeView['ledger'],
  accounts: PrivacyAccounts,
): void {
  try {
    const account = ledger && accounts.of(ledger);
    metrics.set('ballast_privacy_rounds_left', account ? (account.roundsLeft ?? Infinity) : Number.NaN);
    if (account === undefined) return;
    const { spent, budget } = account;
    metrics.set('ballast_privacy_releases', spent.releases);
    if (spent.epsilon !== null) metrics.set('ballast_privacy_epsilon', spent.epsilon);
    if (budget !== null) metrics.set('ballast_privacy_epsilon_budget', budget);
  } catch (error) {
    if (!(error instanceof BallastError)) throw error;
    metrics.set('ballast_privacy_rounds_left', Number.NaN);
  }
}
