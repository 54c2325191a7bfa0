import { join } from 'node:path';
import { chainHead, createReader, startAnvil } from '../../contracts/client/index.ts';
import { BallastError } from '../../protocol/errors.ts';
import type { NetworkParameters } from '../../protocol/network.ts';
import { slicesFor } from '../data/index.ts';
import type { NodeEvent } from '../runtime/index.ts';
import type { ServiceEvent } from '../service/index.ts';
import { introduction } from './introduction.ts';
import { describeModel } from './model.ts';
import { NodeProcess } from './node-process.ts';
import { checkDevnetOptions, type DevnetOptions, devnetParameters } from './options.ts';
import { PEOPLE_FOLDER } from './people.ts';
import { roundLine } from './round-line.ts';
import { type RoundSummary, RoundTable } from './round-table.ts';
import {
  configureNodes,
  freePort,
  makeIdentities,
  type PreparedNode,
  prepareFolder,
  registerIdentity,
  setUpChain,
  startBlocks,
} from './setup.ts';
import { type SuiteReader, suiteLine, type WrittenSuite, written } from './suite-line.ts';
import { conclusion, type DevnetSummary, summarise } from './summary.ts';

export type DevnetCollaborators = {
  /** The command line's entry file, which the nodes are started with. */
  readonly entry: string;
  /** A finished line for the person. */
  readonly print: (line: string) => void;
  /** What is going on just now. */
  readonly progress: (text: string) => void;
  /** Everything, for `--json`. */
  readonly record: (event: DevnetEvent) => void;
  readonly signal: AbortSignal;
  /** Fires at a second Ctrl-C: nothing is waited for any more. */
  readonly force: AbortSignal;
};

export type DevnetEvent =
  | { readonly event: 'node'; readonly node: string; readonly detail: ServiceEvent }
  | {
      readonly event: 'round';
      readonly summary: Omit<RoundSummary, 'digests'> & { readonly digests: Record<string, string> };
    }
  | {
      readonly event: 'suite';
      readonly round: number;
      readonly before: WrittenSuite;
      readonly after: WrittenSuite;
    }
  | { readonly event: 'summary'; readonly summary: DevnetSummary };

const STOP_MS = 8_000;
/** A round that takes longer than this has failed. */
const ROUND_PATIENCE_MS = 90_000;

const POLL_MS = 100;
const LIAR_GRACE_MS = 2_000;

/**
 * A whole network on this machine: a chain, contracts, registered operators, nodes in processes of their own, some
 * of them lying. Returns when the rounds are over and, unless `exit` is set, the signal fires.
 *
 * @throws UsageError for options that cannot be; BallastError `DEVNET_NODE_FAILED`, `DEVNET_ROUND_LATE`, and what
 *   the parts throw.
 */
export async function runDevnet(
  options: DevnetOptions,
  collaborators: DevnetCollaborators,
): Promise<DevnetSummary> {
  checkDevnetOptions(options);
  const { progress, print, signal, force } = collaborators;
  const parameters = devnetParameters(options);
  const total = options.nodes + (options.joining ?? 0);
  const slices = await slicesFor(options.data, options.seed, total, options.collaterals);
  const spec = await describeModel(slices, options.rounds);
  await prepareFolder(options.dataDir);
  progress('starting the chain');
  const anvil = await startAnvil({ signal: force });
  const devnet = new Devnet(options, parameters, collaborators);
  try {
    progress('making keys');
    const identities = await makeIdentities(options.dataDir, total);
    const port = await freePort();
    const configured = await configureNodes(options, slices, anvil, identities, port);
    const nodes = configured.slice(0, options.nodes);
    progress('deploying contracts and registering operators');
    const { document, readSuite } = await setUpChain(
      anvil,
      options,
      parameters,
      identities.slice(0, options.nodes),
      port,
      spec,
    );
    await startBlocks(anvil);
    signal.throwIfAborted();
    for (const line of introduction(options, parameters, document, nodes, anvil.rpcUrl)) print(line);
    devnet.launch(nodes);
    const reader = createReader({ rpcUrl: anvil.rpcUrl, chainId: anvil.chainId });
    const { modelRegistry, nodeRegistry } = document.contracts;
    const summary = await devnet.play({
      head: () => chainHead(reader, modelRegistry),
      suite: readSuite,
      joining: configured.slice(options.nodes),
      register: ({ identity }) =>
        registerIdentity(anvil, options.dataDir, nodeRegistry, identity, identities.indexOf(identity)),
    });
    for (const line of conclusion(summary, options)) print(line);
    if (!options.exit) {
      print(`network keeps running at ${anvil.rpcUrl}; Ctrl-C ends it`);
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    }
    return summary;
  } finally {
    progress('stopping');
    await devnet.stop(force);
    await anvil.stop();
  }
}

/** What a devnet plays with, beside its nodes' processes. */
type Scene = {
  readonly head: () => Promise<{ readonly version: number; readonly modelDigest: string }>;
  readonly suite: SuiteReader;
  readonly joining: readonly PreparedNode[];
  readonly register: (node: PreparedNode) => Promise<void>;
};

class Devnet {
  readonly #options: DevnetOptions;
  readonly #parameters: NetworkParameters;
  readonly #collaborators: DevnetCollaborators;
  readonly #table = new RoundTable();
  readonly #names = new Map<string, string>();
  /** Where each node's HTTP interface listens. */
  readonly #urls = new Map<string, string>();
  readonly #ready = new Map<string, Extract<NodeEvent, { event: 'ready' }>>();
  readonly #processes: NodeProcess[] = [];
  /** Nodes that have registered and not voted yet. */
  readonly #joining = new Set<string>();
  #failure: BallastError | undefined;
  #isStopping = false;
  /** The last epoch that the chain has rotated to. */
  #rotated = 0;
  readonly #phase = new Map<number, string>();
  /** When the honest nodes had decided a round. */
  readonly #honestSince = new Map<number, number>();

  constructor(options: DevnetOptions, parameters: NetworkParameters, collaborators: DevnetCollaborators) {
    this.#options = options;
    this.#parameters = parameters;
    this.#collaborators = collaborators;
  }

  launch(nodes: readonly PreparedNode[]): void {
    for (const [index, node] of nodes.entries()) {
      const isHonest = index < this.#honest;
      const boost = this.#options.boost === undefined ? [] : ['--boost', String(this.#options.boost)];
      this.#launch(
        node,
        isHonest ? ['node'] : ['byzantine-node', '--attack', this.#options.attack, ...boost],
      );
    }
  }

  #launch(node: PreparedNode, args: readonly string[]): void {
    const name = `node-${this.#names.size + 1}`;
    this.#names.set(node.identity.nodeId, name);
    const process = new NodeProcess(
      { name, entry: this.#collaborators.entry, args: [...args, '--config', node.configPath, '--json'] },
      (event) => this.#hear(node.identity.nodeId, event),
    );
    void process.exited.then((code) => this.#onExit(process, code));
    this.#processes.push(process);
  }

  /** Nodes that are registered while the network runs take part from the next epoch on. */
  async #join({ joining, register }: Scene): Promise<void> {
    for (const node of joining) {
      await register(node);
      if (this.#isStopping) return;
      this.#joining.add(node.identity.nodeId);
      this.#launch(node, ['node']);
    }
  }

  /** Waits for the nodes and then for each round, and prints it. */
  async play(scene: Scene): Promise<DevnetSummary> {
    const { nodes, rounds } = this.#options;
    const { print, progress, record } = this.#collaborators;
    await this.#until(
      () => this.#ready.size === nodes,
      'the nodes to find each other',
      () => `${this.#ready.size}/${nodes} nodes ready`,
    );
    print(this.#readyLine());
    this.#join(scene).catch((cause: unknown) => {
      this.#failure ??= new BallastError('DEVNET_NODE_FAILED', 'a node that joins could not be registered', {
        cause,
      });
    });
    const [first = ''] = this.#names.keys();
    const url = this.#urls.get(first);
    if (url !== undefined) {
      print(`HTTP API of ${this.#nameOf(first)}: ${url}/v1`);
      print(`dashboard of ${this.#nameOf(first)}: ${url}/dashboard`);
      print(`keys of its guardian and voters: ${join(this.#options.dataDir, PEOPLE_FOLDER)}`);
    }
    const summaries: RoundSummary[] = [];
    let suite = await scene.suite();
    for (let round = 1; round <= rounds; round++) {
      progress(`round ${round}/${rounds}`);
      await this.#until(
        () => this.#isOver(round),
        `round ${round}`,
        () => this.#phaseText(round),
      );
      const summary = this.#table.take(round);
      if (summary === undefined) continue;
      summaries.push(summary);
      record({ event: 'round', summary: { ...summary, digests: Object.fromEntries(summary.digests) } });
      print(
        roundLine(summary, {
          nameOf: (node) => this.#nameOf(node),
          epsilonBudget: this.#parameters.privacy.epsilonBudget,
          nodes: Math.max(this.#honest, summary.digests.size),
        }),
      );
      const before = suite;
      suite = await scene.suite();
      record({ event: 'suite', round, before: written(before), after: written(suite) });
      print(suiteLine(before, suite));
    }
    const handOvers = this.#handOversIn(rounds);
    await this.#until(
      () => this.#rotated >= handOvers,
      'the chain to rotate',
      () => `${this.#rotated}/${handOvers} hand-overs on the chain`,
    );
    const starters = [...this.#names.keys()].slice(0, nodes);
    const summary = summarise(summaries, await scene.head(), starters, this.#options.byzantine);
    record({ event: 'summary', summary });
    return summary;
  }

  async stop(force: AbortSignal): Promise<void> {
    this.#isStopping = true;
    const kill = () => {
      for (const process of this.#processes) process.kill();
    };
    if (force.aborted) kill();
    force.addEventListener('abort', kill, { once: true });
    await Promise.all(this.#processes.map((process) => process.stop(STOP_MS)));
    force.removeEventListener('abort', kill);
  }

  #hear(node: string, event: ServiceEvent): void {
    this.#collaborators.record({ event: 'node', node: this.#nameOf(node), detail: event });
    if (event.event === 'listening') {
      this.#urls.set(node, event.url);
      return;
    }
    if (event.event === 'voted' && this.#joining.delete(node))
      this.#collaborators.print(`${this.#nameOf(node)} has joined, and votes from round ${event.round} on`);
    if (event.event === 'rotated') {
      this.#rotated = Math.max(this.#rotated, event.epoch);
      const by = this.#nameOf(node);
      this.#collaborators.print(
        `epoch ${event.epoch}: ${by} has rotated the chain after round ${event.round} and version ${event.version}`,
      );
    }
    if (event.event === 'ready') this.#ready.set(node, event);
    if (event.event === 'phase') this.#phase.set(event.round, event.phase);
    this.#table.add(node, event);
  }

  #onExit(process: NodeProcess, code: number): void {
    if (this.#isStopping) return;
    this.#failure ??= new BallastError(
      'DEVNET_NODE_FAILED',
      `${process.name}: ended with status ${code}${process.complaint === '' ? '' : `: ${process.complaint}`}`,
    );
  }

  /**
   * All nodes have decided and the chain has followed. A liar that its peers have cut off is waited for a moment
   * only; and where the network is two rounds on, nothing more is waited for.
   */
  #isOver(round: number): boolean {
    if (this.#table.isComplete(round, this.#options.nodes) || this.#table.isDecided(round + 2)) return true;
    if (!this.#table.isComplete(round, this.#honest)) return false;
    this.#honestSince.set(round, this.#honestSince.get(round) ?? performance.now());
    return performance.now() - (this.#honestSince.get(round) ?? 0) > LIAR_GRACE_MS;
  }

  #handOversIn(rounds: number): number {
    const { epochRounds } = this.#options;
    return epochRounds === undefined ? 0 : Math.floor(rounds / epochRounds);
  }

  get #honest(): number {
    return this.#options.nodes - this.#options.byzantine;
  }

  #readyLine(): string {
    const ready = [...this.#ready.values()];
    const engines = [...new Set(ready.map(({ engine }) => engine))].join(', ');
    const kernels = [...new Set(ready.map((event) => event.kernels))].join('; ');
    const flagged = ready.reduce((sum, { flaggedPrints }) => sum + flaggedPrints, 0);
    return `all nodes connected; training with ${engines}, aggregating with ${kernels}; ${flagged} single prints of the data flagged and held back`;
  }

  #phaseText(round: number): string {
    return `round ${round}/${this.#options.rounds}: ${this.#phase.get(round) ?? 'waiting for the beacon'}`;
  }

  async #until(done: () => boolean, what: string, text: () => string): Promise<void> {
    const { signal, progress } = this.#collaborators;
    for (let waited = 0; !done(); waited += POLL_MS) {
      signal.throwIfAborted();
      if (this.#failure !== undefined) throw this.#failure;
      if (waited > ROUND_PATIENCE_MS) {
        throw new BallastError('DEVNET_ROUND_LATE', `waited ${ROUND_PATIENCE_MS / 1000} s for ${what}`);
      }
      progress(text());
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  #nameOf(node: string): string {
    return this.#names.get(node) ?? node;
  }
}
