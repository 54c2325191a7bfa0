import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { beaconDigest, beaconOrder } from '../../coordinator/beacon.ts';
import type { ArenaListener, Pace } from './arena.ts';
import { createKillCommittee, type KillCommittee } from './committee.ts';
import type { FromMember, ToMember } from './ipc.ts';
import type { Mutant } from './mutants.ts';
import type { Groups, PartedArena } from './partition.ts';
import { costOfUpdates } from './released.ts';
import { NETWORK, PARAMETERS, randomnessAt } from './terms.ts';
import { Wire } from './wire.ts';

const MEMBER = fileURLToPath(new URL('./member.ts', import.meta.url));
const MEMBERS = 4;

export type HubOptions = {
  /** An empty folder. */
  readonly folder: string;
  readonly seed: number;
  readonly blockMs: number;
  /** What all members do wrong, to see that it is found. */
  readonly mutant?: Mutant;
  /** A member's code where it has been bundled into one file, which loads faster. */
  readonly code?: string;
  /** Four unless given. */
  readonly members?: number;
};

/** Between blocks, in milliseconds: as short as it gets for leaders, longer where one round is to see many deaths. */
export const LEADER_BLOCK_MS = 60;
export const ANYWHERE_BLOCK_MS = 700;

/** Of members whose parts are those of a node, without network, chain and models. */
export const HUB_PACE: Pace = { lifeMs: 300, earlyLifeMs: 120, awayMs: 300 };

/** Members with real keys, stores, ledgers and voting records; their messages go through this process. */
export function openHub(options: HubOptions): (listener: ArenaListener) => Promise<PartedArena> {
  const { folder, seed, blockMs, mutant, code = MEMBER, members = MEMBERS } = options;
  return async (listener) => {
    const committee = await createKillCommittee(folder, members, seed, mutant);
    return new Hub(committee, code, seed, blockMs, listener);
  };
}

/** Starts, kills and connects members, and listens to the wire between them. */
class Hub implements PartedArena {
  readonly wire = new Wire();
  readonly ids: readonly string[];
  readonly #committee: KillCommittee;
  readonly #code: string;
  readonly #seed: number;
  readonly #listener: ArenaListener;
  readonly #children: (ChildProcess | undefined)[];
  /** Those who hear what they are asked: the others' stores are still being opened. */
  readonly #answering = new Set<number>();
  readonly #indices: ReadonlyMap<string, number>;
  /** Which member asked, by the number under which the asked one knows the call. */
  readonly #asked = new Map<number, { readonly by: number; readonly to: number; readonly id: number }>();
  readonly #blocks: NodeJS.Timeout;
  /** Has loaded its code and nothing else: a new life begins at once. */
  #spare: ChildProcess | undefined;
  #calls = 0;
  #height = 0;
  /** The group of each member while the network is parted. */
  #groupOf: ReadonlyMap<number, number> = new Map();

  constructor(
    committee: KillCommittee,
    code: string,
    seed: number,
    blockMs: number,
    listener: ArenaListener,
  ) {
    this.#code = code;
    this.ids = committee.ids;
    this.#committee = committee;
    this.#seed = seed;
    this.#listener = listener;
    this.#children = committee.ids.map(() => undefined);
    this.#indices = new Map(committee.ids.map((id, index) => [id, index]));
    this.#blocks = setInterval(() => {
      this.#height += 1;
      for (const index of this.#children.keys()) this.#send(index, { type: 'height', height: this.#height });
    }, blockMs);
  }

  isUp(index: number): boolean {
    return this.#children[index] !== undefined;
  }

  start(index: number): void {
    const child = this.#spare ?? forkMember(this.#code);
    this.#spare = forkMember(this.#code);
    this.#children[index] = child;
    child.on('message', (message: FromMember) => this.#take(index, child, message));
    child.once('exit', (code) => {
      const isKilled = this.#children[index] !== child;
      if (!isKilled) this.#listener.onFailed?.(index, 'MEMBER_EXITED', `exit code ${code}`);
    });
    const member = this.#committee.members[index];
    if (member !== undefined) this.#send(index, { type: 'begin', member });
  }

  /** SIGKILL; resolves when the process is gone, so that its database can be opened again. */
  async kill(index: number): Promise<void> {
    const child = this.#children[index];
    if (child === undefined) return;
    this.#answering.delete(index);
    this.#children[index] = undefined;
    if (child.exitCode === null && child.signalCode === null) {
      const isGone = once(child, 'exit');
      child.kill('SIGKILL');
      await isGone;
    }
    this.#failCallsTo(index);
  }

  part(groups: Groups): void {
    this.#groupOf = new Map(groups.flatMap((group, at) => group.map((index) => [index, at] as const)));
    for (const [number, { by, to }] of this.#asked) if (!this.#areLinked(by, to)) this.#answer(number, null);
  }

  heal(): void {
    this.#groupOf = new Map();
  }

  costOf(updates: number): number {
    return costOfUpdates(PARAMETERS, updates);
  }

  /** Nothing is outside the members here. */
  async check(): Promise<readonly string[]> {
    return [];
  }

  async stop(): Promise<void> {
    clearInterval(this.#blocks);
    this.#spare?.kill('SIGKILL');
    await Promise.all([...this.#children.keys()].map((index) => this.kill(index)));
  }

  #take(index: number, child: ChildProcess, message: FromMember): void {
    const { onUp, onOpened, onPhase, onFailed } = this.#listener;
    // A phase that a process reached just before its death is of no use to whoever waits for it.
    const isUp = this.#children[index] === child;
    if (message.type === 'said') this.#carry(index, Uint8Array.from(message.bytes));
    if (message.type === 'call') this.#ask(index, message.id, message.to, message.call);
    if (message.type === 'answer') this.#answer(message.id, message.parts);
    if (message.type === 'opened') {
      if (isUp) this.#answering.add(index);
      this.#send(index, { type: 'height', height: this.#height });
      onOpened?.(index, message);
      if (isUp) onUp?.(index);
    }
    if (message.type === 'phase' && isUp) onPhase?.({ ...message, index });
    if (message.type === 'decided') this.#decided(index, isUp, message);
    if (message.type === 'failed') onFailed?.(index, message.code, message.message);
  }

  #decided(index: number, isUp: boolean, { round, entry, nextBeaconHeight }: Decided): void {
    this.#listener.onDecided?.({ index, round, entry, atMs: performance.now() });
    if (!isUp) return;
    // Nobody in the network can know the next leader yet; whoever makes the blocks can.
    const beacon = beaconDigest(NETWORK, round + 1, randomnessAt(this.#seed, nextBeaconHeight));
    const leads = beaconOrder(beacon, this.ids)[0] === this.ids[index];
    this.#listener.onPhase?.({ index, round: round + 1, phase: 'announced', leads });
  }

  #carry(from: number, bytes: Uint8Array): void {
    const { type, round } = this.wire.capture(bytes);
    for (const index of this.#children.keys()) {
      if (index !== from && this.#areLinked(from, index)) this.#send(index, { type: 'hear', bytes });
    }
    this.#listener.onSaid?.(from, type, round);
  }

  #ask(by: number, id: number, name: string, call: Extract<FromMember, { type: 'call' }>['call']): void {
    const to = this.#indices.get(name);
    if (to === undefined || !this.#answering.has(to) || !this.#areLinked(by, to)) {
      this.#send(by, { type: 'answer', id, parts: null });
      return;
    }
    const number = ++this.#calls;
    this.#asked.set(number, { by, to, id });
    this.#send(to, { type: 'asked', id: number, by: this.ids[by] ?? '', call });
  }

  #answer(number: number, parts: readonly Uint8Array[] | null): void {
    const asked = this.#asked.get(number);
    this.#asked.delete(number);
    if (asked !== undefined) this.#send(asked.by, { type: 'answer', id: asked.id, parts });
  }

  #areLinked(a: number, b: number): boolean {
    return this.#groupOf.get(a) === this.#groupOf.get(b);
  }

  #failCallsTo(index: number): void {
    for (const [number, { to }] of this.#asked) if (to === index) this.#answer(number, null);
  }

  #send(index: number, message: ToMember): void {
    const child = this.#children[index];
    if (child?.connected) child.send(message, () => undefined);
  }
}

type Decided = Extract<FromMember, { type: 'decided' }>;

function forkMember(path: string): ChildProcess {
  const child = fork(path, { serialization: 'advanced', execArgv: [] });
  // What is sent to a process that has just been killed is lost, as on any wire.
  child.on('error', () => undefined);
  return child;
}
