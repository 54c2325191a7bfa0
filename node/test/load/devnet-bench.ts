import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { prepareNetwork } from '../e2e/network.ts';
import { apiToken } from './api-token.ts';
import { MEMORY_GROWTH_MIB, PREDICTION_P95_MS, READ_P95_MS, ROUND_GROWTH_MS } from './bounds.ts';
import type { Attack, AttackCount } from './hostile.ts';
import { Member } from './members.ts';
import { constantRate, getText, predictions, quantile, readPaths, report, type Target } from './shots.ts';

const NODES = 7;
/** More than are played: the bench ends the network. */
const ROUNDS = 200;
const QUIET_ROUNDS = 6;
const ATTACK_SECONDS = 30;

type Phase = {
  readonly name: string;
  readonly roundsMs: readonly number[];
  readonly peakMib: number;
  /** Shares of all processors: busy in all, and with the nodes. */
  readonly busy: number;
  readonly nodes: number;
};

/**
 * Seven nodes in processes of their own, the last a liar, a chain, and load on the first node: quiet rounds, reads at
 * a constant rate, predictions, and clients that mean harm. Prints each beside its bound.
 *
 * @returns whether every bound held.
 */
export async function benchDevnet(load: {
  readonly rate: number;
  readonly seconds: number;
}): Promise<boolean> {
  const network = await prepareNetwork({
    nodes: NODES,
    byzantine: 1,
    rounds: ROUNDS,
    rule: 'multi-krum',
    privacy: 'off',
  });
  const token = randomBytes(32).toString('hex');
  const [first] = network.nodes;
  if (first === undefined) throw new Error('a network has nodes');
  await apiToken(first.configPath, join(network.root, 'tokens'), token);
  const members = network.nodes.map(
    ({ configPath }, index) =>
      new Member([
        ...(index < NODES - 1 ? ['node'] : ['byzantine-node', '--attack', 'sign-flip']),
        '--config',
        configPath,
      ]),
  );
  const [member] = members;
  if (member === undefined) throw new Error('a network has nodes');
  try {
    const base = await member.until(() => member.url, 'the API', 60_000);
    const target: Target = { base, token };
    console.log(
      `${NODES} nodes, one a liar; API of node-1 at ${base}; load average ${loadavg()[0]?.toFixed(1)}`,
    );
    await roundsAfter(member, 2);
    const watch = new PhaseWatch(member, members);

    const quiet = await watch.during('quiet', () => roundsAfter(member, QUIET_ROUNDS));
    const paths = await readPaths(target);
    const under = await watch.during(`${load.rate} reads/s`, () => constantRate(target, paths, load));
    const reads = report('reads', under.result, READ_P95_MS);
    const asked = await watch.during('predictions', () => predictions(target, 800));
    const forecasts = report('predictions', asked.result, PREDICTION_P95_MS);
    const harmed = await watch.during('hostile clients', async () => {
      const hostile = attackWith({
        port: Number(new URL(base).port),
        token,
        seconds: ATTACK_SECONDS,
        slowSockets: 100,
        badTokens: 10_000,
        silentReaders: 200,
      });
      const shots = await constantRate(target, paths, { rate: 20, seconds: ATTACK_SECONDS });
      return { shots, count: await hostile };
    });
    const { slow, bodies, bodyMib, tokens, readers } = harmed.result.count;
    console.log(
      `hostile clients sent ${slow} requests without end, ${bodies} bodies (${bodyMib.toFixed(0)} MiB went out), ${tokens} unknown tokens, ${readers} readers that never read`,
    );
    const others = report('reads of others meanwhile', harmed.result.shots, READ_P95_MS);
    await sleep(3_000);
    const after = member.residentMib;

    console.log('');
    const rounds = [under, asked, harmed].map(({ phase }) => compare(phase, quiet.phase));
    console.log(`memory of node-1 at the end: ${after.toFixed(0)} MiB`);
    console.log(await stallsOf(target));
    return [reads, forecasts, others, ...rounds].every(Boolean);
  } finally {
    await Promise.all(members.map((each) => each.stop()));
    await network.remove();
  }
}

/** What happens to rounds and memory of a node while something is done to it. */
class PhaseWatch {
  readonly #member: Member;
  readonly #members: readonly Member[];

  constructor(member: Member, members: readonly Member[]) {
    this.#member = member;
    this.#members = members;
  }

  async during<Result>(
    name: string,
    run: () => Promise<Result>,
  ): Promise<{ readonly result: Result; readonly phase: Phase }> {
    let peakMib = this.#member.residentMib;
    const sampling = setInterval(() => {
      peakMib = Math.max(peakMib, this.#member.residentMib);
    }, 200);
    const fromMs = performance.now();
    const [busyBefore, nodesBefore] = [busyMs(), this.#nodesMs()];
    try {
      const result = await run();
      const times = this.#member.decisions.map(({ atMs }) => atMs);
      const roundsMs = times
        .map((atMs, i) => ({ atMs, took: atMs - (times[i - 1] ?? atMs) }))
        .filter(({ atMs, took }) => atMs - took >= fromMs)
        .map(({ took }) => took)
        .sort((a, b) => a - b);
      const wholeMs = (performance.now() - fromMs) * availableParallelism();
      const busy = (busyMs() - busyBefore) / wholeMs;
      const phase = { name, roundsMs, peakMib, busy, nodes: (this.#nodesMs() - nodesBefore) / wholeMs };
      console.log(describe(phase));
      return { result, phase };
    } finally {
      clearInterval(sampling);
    }
  }

  #nodesMs(): number {
    return this.#members.reduce((sum, member) => sum + member.processorMs, 0);
  }
}

/** What all processors have done since the start of the machine, for whomever. */
function busyMs(): number {
  return cpus().reduce((sum, { times: { user, nice, sys, irq } }) => sum + user + nice + sys + irq, 0);
}

function describe({ name, roundsMs, peakMib, busy, nodes }: Phase): string {
  const seconds = (ms: number | undefined) => ((ms ?? Number.NaN) / 1_000).toFixed(2);
  const rounds = `${roundsMs.length} rounds, median ${seconds(quantile(roundsMs, 0.5))} s, longest ${seconds(roundsMs.at(-1))} s`;
  return `${name}: ${rounds}; node-1 at most ${peakMib.toFixed(0)} MiB; processors ${percent(busy)} busy, ${percent(nodes)} with the nodes`;
}

const percent = (share: number): string => `${(share * 100).toFixed(0)} %`;

/** Phases that are shorter than a round say nothing of rounds. */
function compare(phase: Phase, quiet: Phase): boolean {
  const grownMib = phase.peakMib - quiet.peakMib;
  const slowerMs = quantile(phase.roundsMs, 0.5) - quantile(quiet.roundsMs, 0.5);
  const rounds =
    phase.roundsMs.length < 3
      ? 'too few rounds to compare'
      : `median round ${slowerMs >= 0 ? '+' : '−'}${Math.abs(slowerMs / 1_000).toFixed(2)} s (bound +${ROUND_GROWTH_MS / 1_000})`;
  console.log(
    `${phase.name} beside quiet: ${rounds}, memory ${grownMib >= 0 ? '+' : '−'}${Math.abs(grownMib).toFixed(0)} MiB (bound +${MEMORY_GROWTH_MIB})`,
  );
  return grownMib <= MEMORY_GROWTH_MIB && !(phase.roundsMs.length >= 3 && slowerMs > ROUND_GROWTH_MS);
}

/** The longest that the node's own loop stood still, as prom-client saw it since the last look. */
async function stallsOf(target: Target): Promise<string> {
  const text = await getText(target, '/metrics');
  const of = (name: string) =>
    (
      Number(new RegExp(`^ballast_nodejs_eventloop_lag_${name}_seconds (\\S+)`, 'm').exec(text)?.[1]) * 1_000
    ).toFixed(0);
  return `event loop of node-1 over the whole run: p99 ${of('p99')} ms, longest ${of('max')} ms`;
}

async function roundsAfter(member: Member, count: number): Promise<void> {
  const wanted = member.decisions.length + count;
  await member.until(
    () => (member.decisions.length >= wanted ? true : undefined),
    `${count} rounds`,
    60_000 + count * 30_000,
  );
}

async function attackWith(options: Attack): Promise<AttackCount> {
  const child = fork(fileURLToPath(new URL('./hostile-client.ts', import.meta.url)));
  const answered = once(child, 'message');
  child.send(options);
  const [count] = await answered;
  return count as AttackCount;
}
