import { join } from 'node:path';
import { chainHead, createReader, startAnvil } from '../../contracts/client/index.ts';
import { aggregatorOf, type Convergence, convergenceOf } from '../../coordinator/index.ts';
import {
  epsilonOf,
  expectedNoiseToSignal,
  formatGuarantee,
  isGaussianRelease,
  ledgerAccountant,
  type ReleaseEvent,
} from '../../privacy/index.ts';
import { BallastError } from '../../protocol/errors.ts';
import { layoutSize } from '../../protocol/layout.ts';
import type { NetworkDocument, NetworkParameters } from '../../protocol/network.ts';
import { slicesFor } from '../data/index.ts';
import { createModel, parseModelSpec } from '../models/index.ts';
import { type HeldOut, localTrainingOptions, type NodeEvent } from '../runtime/index.ts';
import type { ServiceEvent } from '../service/index.ts';
import { trainingRelease } from '../training/index.ts';
import { convergenceLines } from './convergence-lines.ts';
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
import { skillLines } from './skill-lines.ts';
import { type SuiteReader, suiteLine, type WrittenSuite, written } from './suite-line.ts';

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

export type DevnetSummary = {
  readonly rounds: number;
  readonly version: number;
  readonly modelDigest: string;
  /** Whether every node's digest is the chain's. */
  readonly agreed: boolean;
  readonly accepted: number;
  readonly loss: number | null;
  readonly baselines: { readonly B0: number; readonly B2: number; readonly B3: number } | null;
  /** The last version's figures on held-out data, both heads', with 95 % intervals. */
  readonly heldOut: HeldOut | null;
  readonly epsilon: number | null;
  readonly liarLeftOut: number;
  /** Whether the held-out loss still falls, and the round after which it was best. */
  readonly convergence: Convergence;
  /** Nodes that had no word of the last round when it was over: liars whose peers have cut them off. */
  readonly cutOff: number;
};

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
    for (const line of introduction(options, parameters, document, nodes)) print(line);
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
    const summary = this.#summarise(summaries, await scene.head());
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

  #summarise(
    summaries: readonly RoundSummary[],
    head: { version: number; modelDigest: string },
  ): DevnetSummary {
    const last = summaries.at(-1);
    const first = [...this.#names.keys()].slice(0, this.#options.nodes);
    const liars = new Set(first.slice(this.#honest));
    const leftOut = summaries.filter(
      ({ decided }) => decided.outcome !== 'aborted' && !decided.selected.some((node) => liars.has(node)),
    );
    const digests = [...(last?.digests.values() ?? [])];
    return {
      rounds: summaries.length,
      version: head.version,
      modelDigest: head.modelDigest,
      agreed: digests.length >= this.#honest && digests.every((digest) => digest === head.modelDigest),
      accepted: summaries.filter(({ decided }) => decided.outcome === 'accepted').length,
      loss: last?.decided.heldOut?.loss ?? null,
      baselines: last?.decided.heldOut?.baselines ?? null,
      heldOut: last?.decided.heldOut ?? null,
      epsilon: summaries.reduce<number | null>(
        (max, { decided }) => largest(max, decided.privacy.epsilon),
        0,
      ),
      liarLeftOut: leftOut.length,
      convergence: convergenceOf(
        summaries.flatMap(({ metrics: { round, holdoutLoss } }) =>
          holdoutLoss === null ? [] : [{ round, holdoutLoss }],
        ),
      ),
      cutOff: first.filter((node) => last?.digests.has(node) !== true).length,
    };
  }

  #nameOf(node: string): string {
    return this.#names.get(node) ?? node;
  }
}

function largest(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : Math.max(a, b);
}

function introduction(
  options: DevnetOptions,
  parameters: NetworkParameters,
  document: NetworkDocument,
  nodes: readonly PreparedNode[],
): string[] {
  const { privacy } = parameters;
  const liars = options.byzantine === 0 ? 'all honest' : `${options.byzantine} ${options.attack}`;
  const { name, f } = parameters.rule;
  const { minRows } = aggregatorOf(parameters);
  const rule = `${name} (${f > 0 ? `f = ${f}, ` : ''}${minRows} updates at least)`;
  return [
    `network ${document.name} on ${document.chain}, folder ${options.dataDir}`,
    `${nodes.length} nodes (${liars}), rule ${rule}; data: ${nodes.map(({ label }) => label).join(', ')}`,
    `privacy: ${privacyLine(options, parameters, layoutSize(createModel(parseModelSpec(document.model)).layout))}`,
    ...(privacy.unit === 'none'
      ? ['warning: without privacy anyone who reads an update learns about the rows behind it']
      : []),
  ];
}

/** What the mode will have cost after all rounds, and how loud its noise is beside the signal it hides. */
function privacyLine(options: DevnetOptions, parameters: NetworkParameters, dimension: number): string {
  const { privacy, training } = parameters;
  if (privacy.unit === 'none') {
    const none = formatGuarantee(privacy, { epsilon: Number.POSITIVE_INFINITY, delta: privacy.delta });
    return `${none}; expected noise-to-signal 0`;
  }
  const release = trainingRelease(localTrainingOptions(parameters));
  const epsilon = epsilonAfter(options.rounds, release, parameters);
  const { samplingRate = 1 } = training;
  const ratio = expectedNoiseToSignal({
    noiseMultiplier: privacy.noiseMultiplier,
    dimension,
    ...(privacy.unit === 'record'
      ? { count: training.nominalRecords, draws: 1 }
      : { count: options.nodes, draws: options.nodes }),
  });
  const expected = privacy.unit === 'record' ? ratio / samplingRate : ratio;
  const of = privacy.unit === 'record' ? 'of a gradient step of one node' : 'of the mean update';
  const what =
    privacy.unit === 'record' && privacy.record !== undefined
      ? `; a record is a block of ${privacy.record.days} days`
      : '';
  return `${formatGuarantee(privacy, { epsilon, delta: privacy.delta })} after ${options.rounds} rounds; expected noise-to-signal ${expected.toFixed(2)} ${of}${what}`;
}

function epsilonAfter(rounds: number, release: ReleaseEvent, parameters: NetworkParameters): number {
  const { delta, relation } = parameters.privacy;
  if (release.unit === 'none' || isGaussianRelease(release)) {
    return epsilonOf(
      Array.from({ length: rounds }, () => release),
      delta,
    );
  }
  const accountant = ledgerAccountant(parameters)(relation);
  accountant.compose(release.event, rounds * release.releases);
  return accountant.epsilon(delta);
}

function conclusion(summary: DevnetSummary, options: DevnetOptions): string[] {
  const lines = [
    `version ${summary.version} ${summary.modelDigest.slice(0, 16)}: ${summary.agreed ? "every node's hash equals the chain's" : 'NOT every node holds what the chain has'}; ${summary.accepted}/${summary.rounds} candidates accepted`,
  ];
  if (summary.heldOut !== null) {
    lines.push(...skillLines(summary.heldOut));
    lines.push(
      'skill is 1 − loss / loss of the baseline on held-out data, in brackets 95 % by blocks of five days',
    );
  }
  lines.push(...convergenceLines(summary.convergence));
  lines.push(`ε ${summary.epsilon === null ? '∞' : summary.epsilon.toFixed(2)} spent at most by a node`);
  if (options.byzantine > 0) {
    const cutOff = summary.cutOff === 0 ? '' : ' and was cut off by its peers';
    lines.push(`the liar had no weight in ${summary.liarLeftOut}/${summary.rounds} rounds${cutOff}`);
  }
  return lines;
}
