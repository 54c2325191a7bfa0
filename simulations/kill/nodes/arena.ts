import { setTimeout as sleep } from 'node:timers/promises';
import { type ChainReader, chainHead, createReader } from '../../../contracts/client/index.ts';
import { type Certificate, entryDigest } from '../../../coordinator/index.ts';
import type { NodeEvent } from '../../../node/runtime/index.ts';
import type { ArenaListener, Pace } from '../arena.ts';
import type { Groups, PartedArena } from '../partition.ts';
import { costOfUpdates } from '../released.ts';
import { Wire } from '../wire.ts';
import { Beacons } from './beacons.ts';
import { Ear } from './ear.ts';
import { Life } from './life.ts';
import { type KillNetwork, prepareKillNetwork } from './network.ts';
import { readRemains } from './remains.ts';

export type NodesOptions = {
  /** An empty folder. */
  readonly folder: string;
  readonly seed: number;
  /** Four unless given. */
  readonly nodes?: number;
  /** Whether their network can be parted: they reach each other through relays then. */
  readonly isParted?: boolean;
};

/** Of whole nodes, which take some seconds to start and as long for a round. */
export const NODES_PACE: Pace = { lifeMs: 4_000, earlyLifeMs: 2_000, awayMs: 300 };

/** How long the chain may take to get the last certified version, in milliseconds. */
const PUBLISH_MS = 20_000;
const POLL_MS = 200;

/** `ballast node` processes, four unless given, with libp2p, training, gate and a real chain; a peer hears their gossip, they tell of their votes. */
export function openNodes(options: NodesOptions): (listener: ArenaListener) => Promise<PartedArena> {
  const { folder, seed, nodes = 4, isParted = false } = options;
  return async (listener) => {
    const network = await prepareKillNetwork({ folder, seed, nodes, isRelayed: isParted });
    const wire = new Wire();
    const ids = network.nodes.map(({ id }) => id);
    const hear = (bytes: Uint8Array): void => {
      const { sender, type, round } = wire.capture(bytes);
      listener.onSaid?.(ids.indexOf(sender), type, round);
    };
    try {
      return new NodeArena(network, wire, await Ear.open(network.document.name, hear), listener);
    } catch (error) {
      await network.relays?.close();
      await network.anvil.stop();
      throw error;
    }
  };
}

type Member = {
  life: Life | undefined;
  round: number;
  view: number;
  phase: string;
  /** False after a restart, until a round has begun: the view in which a node goes on is not told. */
  knowsView: boolean;
  /** The last round that it has trained for. */
  trained: number;
  /** The last round of its log that has been read. */
  head: number;
  /** Its log and disk are read one after the other. */
  reading: Promise<void>;
};

class NodeArena implements PartedArena {
  readonly ids: readonly string[];
  readonly wire: Wire;
  readonly #network: KillNetwork;
  readonly #ear: Ear;
  readonly #listener: ArenaListener;
  readonly #reader: ChainReader;
  readonly #beacons: Beacons;
  readonly #members: readonly Member[];
  /** Digests of the certified models, by version. */
  readonly #versions = new Map<number, string>();

  constructor(network: KillNetwork, wire: Wire, ear: Ear, listener: ArenaListener) {
    const { anvil, document, nodes } = network;
    this.ids = nodes.map(({ id }) => id);
    this.wire = wire;
    this.#network = network;
    this.#ear = ear;
    this.#listener = listener;
    this.#reader = createReader({ rpcUrl: anvil.rpcUrl, chainId: anvil.chainId });
    this.#beacons = new Beacons(document, this.#reader, this.ids, (round) => this.#beaconKnown(round));
    this.#members = nodes.map(() => ({
      life: undefined,
      round: 0,
      view: 0,
      phase: '',
      knowsView: false,
      trained: 0,
      head: 0,
      reading: Promise.resolve(),
    }));
    network.relays?.identifyBy((index) => this.#members[index]?.life?.pid);
  }

  part(groups: Groups): void {
    if (this.#network.relays === undefined) throw new Error('these nodes reach each other without relays');
    this.#network.relays.part(groups);
  }

  heal(): void {
    this.#network.relays?.heal();
  }

  isUp(index: number): boolean {
    return this.#members[index]?.life !== undefined;
  }

  start(index: number): void {
    const [member, node] = [this.#members[index], this.#network.nodes[index]];
    if (member === undefined || node === undefined) return;
    const life: Life = new Life(node.configPath, {
      onEvent: (event) => this.#take(index, member, member.life === life, event),
      onEnded: (how) => this.#listener.onFailed?.(index, 'NODE_ENDED', how),
    });
    member.life = life;
    member.knowsView = false;
    void this.#ear.attend(node.address, node.id, () => member.life === life);
  }

  async kill(index: number): Promise<void> {
    const [member, node] = [this.#members[index], this.#network.nodes[index]];
    const life = member?.life;
    if (member === undefined || node === undefined || life === undefined) return;
    member.life = undefined;
    await life.kill();
    await this.#read(index, member, async () => {
      const { opened, log } = await readRemains(
        node.database,
        this.#network.document,
        this.ids[index] ?? '',
        member.head + 1,
      );
      this.#decided(index, member, log, performance.now());
      this.#listener.onOpened?.(index, opened);
    });
  }

  costOf(updates: number): number {
    return costOfUpdates(this.#network.document.parameters, updates);
  }

  /** The chain takes every certified version, and has none that is not in the log. */
  async check(): Promise<readonly string[]> {
    const { modelRegistry } = this.#network.document.contracts;
    const last = Math.max(0, ...this.#versions.keys());
    const until = performance.now() + PUBLISH_MS;
    for (;;) {
      const { version, modelDigest } = await chainHead(this.#reader, modelRegistry);
      if (version >= last) {
        const certified = version === 0 ? modelDigest : this.#versions.get(version);
        if (certified === modelDigest) return [];
        // A version that was published a moment ago may not be read from a log yet.
        if (certified !== undefined) return [`version ${version}: the chain has another model than the log`];
      }
      if (performance.now() > until) return [`the chain has version ${version} of ${last} certified ones`];
      await sleep(POLL_MS);
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.ids.map((_, index) => this.kill(index)));
    this.#beacons.stop();
    await this.#ear.stop();
    await this.#network.relays?.close();
    await this.#network.anvil.stop();
  }

  #take(index: number, member: Member, isUp: boolean, event: NodeEvent): void {
    const { onUp, onFailed } = this.#listener;
    if (event.event === 'error') onFailed?.(index, event.code, event.message);
    if (event.event === 'refused' && event.code === 'OFFENCE_PROVEN')
      onFailed?.(index, event.code, event.reason);
    if (event.event === 'voted') {
      const { vote: type, round, view, digest } = event;
      this.wire.note({ sender: this.ids[index] ?? '', type, round, view }, digest);
      this.#listener.onSaid?.(index, type, round);
    }
    if (event.event === 'trained') this.#trained(index, member, event.round);
    if (!isUp) return;
    if (event.event === 'ready') onUp?.(index);
    if (event.event === 'view') member.view = event.view;
    if (event.event === 'phase') this.#entered(index, member, event.round, event.phase);
    if (event.event === 'decided') this.#readLog(index, member);
  }

  /** What was released is released again, never trained anew. */
  #trained(index: number, member: Member, round: number): void {
    if (round <= member.trained)
      this.#listener.onFailed?.(index, 'TRAINED_TWICE', `round ${round} after ${member.trained}`);
    member.trained = Math.max(member.trained, round);
  }

  #entered(index: number, member: Member, round: number, phase: string): void {
    if (round > member.round) {
      member.view = 0;
      member.knowsView = true;
    }
    member.round = round;
    member.phase = phase;
    this.#tell(index, member);
  }

  /** A node waits in `announced` for the block to be final: only from here on is it known who leads. */
  #beaconKnown(round: number): void {
    for (const [index, member] of this.#members.entries()) {
      if (member.life !== undefined && member.round === round && member.phase === 'announced')
        this.#tell(index, member);
    }
  }

  #tell(index: number, { round, phase, view, knowsView }: Member): void {
    const leads = knowsView && this.#beacons.leaderOf(round, view) === this.ids[index];
    this.#listener.onPhase?.({ index, round, phase, leads });
  }

  #readLog(index: number, member: Member): void {
    const atMs = performance.now();
    void this.#read(index, member, async () => {
      const id = this.ids[index] ?? '';
      // One that died meanwhile is read from its disk.
      const certificates = await this.#ear.log(id, member.head + 1).catch(() => []);
      this.#decided(index, member, certificates, atMs);
    });
  }

  #decided(index: number, member: Member, certificates: readonly Certificate[], atMs: number): void {
    for (const { entry } of certificates) {
      const { round, version, modelDigest, nextBeaconHeight } = entry;
      if (round <= member.head) continue;
      member.head = round;
      if (!this.#versions.has(version)) this.#versions.set(version, modelDigest);
      this.#beacons.expect(round + 1, nextBeaconHeight);
      this.#listener.onDecided?.({ index, round, entry: entryDigest(entry), atMs });
    }
  }

  #read(index: number, member: Member, read: () => Promise<void>): Promise<void> {
    member.reading = member.reading.then(read).catch((error: unknown) => {
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.#listener.onFailed?.(index, 'STORE_LOST', message);
    });
    return member.reading;
  }
}
