/**
 * What 20,000 junk messages in a burst do to the votes of a network: nodes in processes of their own, a chain, and
 * peers that flood every node from the moment that a round is voted on.
 *
 *     npm run bench:flood -- [--rounds 4] [--messages 20000] [--only 'votes of a member']
 *
 * A round's votes take from the first node that has its candidate to the last that has its certificate. Quiet and
 * flooded rounds alternate; those whose leader had to be given up are left out. Ends with 1 where a bound is passed.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Topic } from '../../../protocol/message-types.ts';
import { createModel, parseModelSpec } from '../../models/index.ts';
import { Forger } from '../e2e/hostile-messages.ts';
import { type PreparedNetwork, prepareNetwork } from '../e2e/network.ts';
import { MEMORY_GROWTH_MIB, VOTE_DELAY_MS } from './bounds.ts';
import type { Flood, FloodCount } from './flood.ts';
import type { ToFlooders } from './flood-client.ts';
import { Member } from './members.ts';
import { quantile } from './shots.ts';

/** The last two of them have keys in the committee and flood; they run no node. */
const REGISTERED = 9;
const FLOODERS = 2;
const JUNK_BYTES = 300;
const FLOOD_SECONDS = 20;
const STRANGERS = 40;
/** Gossipsub's own, below which it tells a peer nothing of what there is. */
const GOSSIP_THRESHOLD = -10;

type Kind = {
  readonly name: string;
  readonly flood: Omit<Flood, 'addresses' | 'seconds' | 'messages'>;
  /** Other bytes in every round: what gossip has seen costs it nothing, and what was signed long ago is too old. */
  readonly messages: () => readonly Uint8Array[];
};

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '4' },
    messages: { type: 'string', default: '20000' },
    /** The kinds of flood whose names begin so. */
    only: { type: 'string', default: '' },
  },
});
const [rounds, messages] = [Number(values.rounds), Number(values.messages)];

async function bench(): Promise<boolean> {
  const network = await prepareNetwork({ nodes: REGISTERED, rounds: 500, privacy: 'off' });
  const honest = network.nodes.slice(0, -FLOODERS);
  const kinds = (await kindsOf(network)).filter(({ name }) => name.startsWith(values.only));
  for (const { configPath } of honest) await loadFast(configPath);
  const members = honest.map(({ configPath }) => new Member(['node', '--config', configPath]));
  const flooders = fork(fileURLToPath(new URL('./flood-client.ts', import.meta.url)), {
    serialization: 'advanced',
  });
  try {
    console.log(
      `${members.length} nodes of ${REGISTERED} registered, ${messages} messages to each node; load average ${loadavg()[0]?.toFixed(1)}`,
    );
    await Promise.all(members.map((member) => member.until(() => addressOf(member), 'a node', 240_000)));
    for (let i = 0; i < 2; i++) await addRound(members, emptyVotes());
    const outcomes: boolean[] = [];
    for (const kind of kinds) {
      const [quiet, flooded] = [emptyVotes(), emptyVotes()];
      for (let i = 0; i < rounds; i++) {
        await addRound(members, quiet);
        await addRound(members, flooded, new Burst(flooders, members, kind));
      }
      outcomes.push(compare(kind.name, flooded, quiet, members));
    }
    return outcomes.every(Boolean);
  } finally {
    flooders.kill();
    await Promise.all(members.map((member) => member.stop()));
    await network.remove();
  }
}

/** Who floods with what. Whatever is signed is signed before the burst. */
async function kindsOf({ document, nodes }: PreparedNetwork): Promise<readonly Kind[]> {
  const [registered, other] = nodes.slice(-FLOODERS).map(({ identity }) => identity);
  if (registered === undefined || other === undefined) throw new Error('a network has nodes');
  const [key, otherKey] = [(await registered.transportKey()).raw, (await other.transportKey()).raw];
  const topic = (name: Topic) => `/ballast/${document.name}/${name}`;
  const { size } = createModel(parseModelSpec(document.model));
  const forger = new Forger(document, size, registered.signer, registered.signer);
  const statuses = () => Array.from({ length: messages }, () => forger.sign('status', { head: 0 }));
  const entry = () => randomBytes(32).toString('hex');
  const votes = () =>
    Array.from({ length: messages }, () => forger.sign('prepare', { entry: entry(), outcome: 'accepted' }));
  const gossip = { topic: topic('rounds'), returns: 20 };
  return [
    {
      name: 'junk of a stranger',
      flood: { ...gossip, keys: [undefined] },
      messages: () => junk(messages),
    },
    {
      name: `junk of ${STRANGERS} strangers`,
      flood: {
        ...gossip,
        // Handshakes are limited by address, and here all peers have the same one, which is not.
        returns: 0,
        keys: Array.from({ length: STRANGERS }, () => undefined),
      },
      messages: () => junk(Math.ceil(messages / STRANGERS)),
    },
    { name: 'votes of a member', flood: { topic: undefined, keys: [key], returns: 20 }, messages: votes },
    { name: 'signed statuses of a member', flood: { ...gossip, keys: [key] }, messages: statuses },
    {
      name: 'junk of a member',
      flood: { ...gossip, keys: [otherKey] },
      messages: () => junk(messages),
    },
  ];
}

function junk(count: number): readonly Uint8Array[] {
  return Array.from({ length: count }, () => randomBytes(JUNK_BYTES));
}

/** One flood of peers that are connected beforehand. */
class Burst {
  readonly #flooders: ChildProcess;
  readonly #flood: Flood;

  constructor(flooders: ChildProcess, members: readonly Member[], { flood, messages }: Kind) {
    this.#flooders = flooders;
    const addresses = members.flatMap((member) => addressOf(member) ?? []);
    this.#flood = { ...flood, messages: messages(), addresses, seconds: FLOOD_SECONDS };
  }

  async prepare(): Promise<void> {
    await this.#ask({ prepare: this.#flood });
  }

  async fire(): Promise<FloodCount> {
    const count = await this.#ask({ fire: true });
    if (count === null) throw new Error('a flood that was not prepared');
    return count;
  }

  async #ask(message: ToFlooders): Promise<FloodCount | null> {
    const answered = once(this.#flooders, 'message');
    this.#flooders.send(message);
    const [answer] = await answered;
    return answer as FloodCount | null;
  }
}

type Votes = {
  /** Of each round, in milliseconds. */
  readonly latencies: number[];
  /** Processor time of all nodes meanwhile, until the round was over everywhere. */
  readonly processorMs: number[];
  readonly floods: FloodCount[];
  /** Of each node after the first burst: the lowest score that it gave a flooder, and when that one was below the threshold. */
  readonly scores: { readonly score: number; readonly belowMs: number }[];
  residentMib: number;
  heapMib: number;
};

function emptyVotes(): Votes {
  return { latencies: [], processorMs: [], floods: [], scores: [], residentMib: 0, heapMib: 0 };
}

/** Adds the next round that its first leader brings to an end; a burst begins when the first node has its candidate. */
async function addRound(members: readonly Member[], votes: Votes, burst?: Burst): Promise<void> {
  const [first] = members;
  if (first === undefined) throw new Error('a network has nodes');
  const sampling = setInterval(() => {
    votes.residentMib = Math.max(votes.residentMib, ...members.map((member) => member.residentMib));
  }, 100);
  try {
    for (;;) {
      const round =
        Math.max(0, ...members.flatMap(({ decisions }) => decisions.map((each) => each.round))) + 1;
      const reached = (phase: string) => () => firstIn(members, round, phase);
      await first.until(reached('collecting'), `round ${round}`, 60_000);
      await burst?.prepare();
      const from = await first.until(reached('evaluated'), `the candidate of round ${round}`, 60_000);
      const before = processorMs(members);
      const firing = burst?.fire();
      const decided = () => members.flatMap((member) => decision(member, round) ?? []);
      const isOver = () => (decided().length === members.length ? true : undefined);
      await first.until(isOver, `round ${round}`, 60_000);
      votes.processorMs.push(processorMs(members) - before);
      if (firing !== undefined) {
        // A flooder that is kept out is told of no more.
        if (votes.scores.length === 0) votes.scores.push(...members.map((member) => worstPeer(member, from)));
        votes.floods.push(await firing);
      }
      // Asking costs a node more than a quiet round does.
      votes.heapMib = Math.max(votes.heapMib, ...(await Promise.all(members.map(heapMib))));
      if (decided().some(({ view }) => view > 0)) continue;
      votes.latencies.push(Math.max(...decided().map(({ atMs }) => atMs)) - from);
      return;
    }
  } finally {
    clearInterval(sampling);
  }
}

function processorMs(members: readonly Member[]): number {
  return members.reduce((sum, member) => sum + member.processorMs, 0);
}

/** The peer that a node has the lowest opinion of since a time: its score now, and when it fell below the threshold. */
function worstPeer(member: Member, since: number): { readonly score: number; readonly belowMs: number } {
  let [score, belowMs] = [0, Number.POSITIVE_INFINITY];
  for (const event of member.events) {
    if (event.event !== 'refused' || event.score === undefined || event.atMs < since) continue;
    score = Math.min(score, event.score);
    if (event.score < GOSSIP_THRESHOLD) belowMs = Math.min(belowMs, event.atMs - since);
  }
  return { score, belowMs };
}

/** Heap in use, as the node's metrics have it; 0 where it does not answer. */
async function heapMib({ url }: Member): Promise<number> {
  const text = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(5_000) })
    .then((answer) => answer.text())
    .catch(() => '');
  return Number(/^ballast_nodejs_heap_size_used_bytes (\S+)/m.exec(text)?.[1] ?? 0) / 2 ** 20;
}

function firstIn(members: readonly Member[], round: number, phase: string): number | undefined {
  const times = members.flatMap(({ events }) =>
    events.flatMap((event) =>
      event.event === 'phase' && event.round === round && event.phase === phase ? [event.atMs] : [],
    ),
  );
  return times.length === 0 ? undefined : Math.min(...times);
}

function decision(
  member: Member,
  round: number,
): { readonly atMs: number; readonly view: number } | undefined {
  const event = member.events.find((each) => each.event === 'decided' && each.round === round);
  return event?.event === 'decided' ? { atMs: event.atMs, view: event.view } : undefined;
}

function addressOf(member: Member): string | undefined {
  const ready = member.events.find((event) => event.event === 'ready');
  return ready?.event === 'ready' ? ready.addresses[0] : undefined;
}

function compare(name: string, flooded: Votes, quiet: Votes, members: readonly Member[]): boolean {
  const { floods } = flooded;
  const sum = (of: (count: FloodCount) => number) => floods.reduce((all, count) => all + of(count), 0);
  const uncut = Math.max(0, ...floods.map(({ longestUncutMs }) => longestUncutMs));
  const [was, is] = [latencyOf(quiet), latencyOf(flooded)];
  const scores = flooded.scores.map(({ score }) => score);
  const below = Math.max(...flooded.scores.map(({ belowMs }) => belowMs));
  const isBelow = scores.every((score) => score < GOSSIP_THRESHOLD);
  const [delay, worst] = [is.median - was.median, is.longest - was.longest];
  const grownMib = flooded.residentMib - quiet.residentMib;
  console.log(`${name}:`);
  console.log(
    `  ${sum(({ sent }) => sent)} messages (${(sum(({ bytes }) => bytes) / 2 ** 20).toFixed(1)} MiB) went out in ${floods.length} bursts; ${sum(({ cuts }) => cuts)} connections cut, after ${uncut.toFixed(0)} ms at most`,
  );
  console.log(`  quiet ${was.text}; flooded ${is.text}`);
  console.log(
    `  median ${signed(delay)} ms, longest ${signed(worst)} ms (bound +${VOTE_DELAY_MS}); memory ${signed(grownMib)} MiB to ${flooded.residentMib.toFixed(0)} (bound +${MEMORY_GROWTH_MIB}), heap ${signed(flooded.heapMib - quiet.heapMib)} MiB to ${flooded.heapMib.toFixed(0)}`,
  );
  console.log(
    `  a flooder’s score when its round was over: ${Math.max(...scores).toFixed(0)} at most at each node (gossip ends at ${GOSSIP_THRESHOLD}), passed ${below.toFixed(0)} ms after the burst began at the latest`,
  );
  const [idle, busy] = [quiet, flooded].map((votes) =>
    quantile(
      votes.processorMs.toSorted((a, b) => a - b),
      0.5,
    ),
  );
  console.log(
    `  processor time of a node: ${((idle ?? 0) / members.length).toFixed(0)} ms in quiet, ${((busy ?? 0) / members.length).toFixed(0)} ms under the flood; of the flooders ${(sum(({ processorMs: ms }) => ms) / floods.length).toFixed(0)} ms a burst`,
  );
  console.log(`  refused so far: ${refusals(members)}`);
  return delay < VOTE_DELAY_MS && grownMib <= MEMORY_GROWTH_MIB && isBelow;
}

function latencyOf({ latencies }: Votes) {
  const sorted = latencies.toSorted((a, b) => a - b);
  const [median, longest] = [quantile(sorted, 0.5), sorted.at(-1) ?? Number.NaN];
  return { median, longest, text: `median ${median.toFixed(0)} ms, longest ${longest.toFixed(0)} ms` };
}

/** How often each code was told of in all, so far. */
function refusals(members: readonly Member[]): string {
  const counts = new Map<string, number>();
  for (const { events } of members)
    for (const event of events)
      if (event.event === 'refused') counts.set(event.code, (counts.get(event.code) ?? 0) + 1);
  return [...counts].map(([code, count]) => `${code} ${count}`).join(', ');
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(0)}`;
}

/** The engine that loads in no time. */
async function loadFast(path: string): Promise<void> {
  const config = JSON.parse(await readFile(path, 'utf8'));
  await writeFile(path, `${JSON.stringify({ ...config, engine: 'float64' }, null, 2)}\n`);
}

process.exitCode = (await bench()) ? 0 : 1;
