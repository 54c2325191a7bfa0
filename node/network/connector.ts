import type { Multiaddr } from '@multiformats/multiaddr';
import type { NodeId } from '../../protocol/ids.ts';
import type { PeerAddress } from './addresses.ts';
import {
  DIAL_BACKOFF_MS,
  DIAL_TIMEOUT_MS,
  MAX_DIAL_FAILURES,
  MAX_KNOWN_PEERS,
  STABLE_CONNECTION_MS,
} from './limits.ts';

type KnownPeer = {
  /** The latest first, a few at most. */
  addresses: Multiaddr[];
  /** Given by the operator: never forgotten. */
  permanent: boolean;
  failures: number;
  nextDialAt: number;
  connectedSince: number | undefined;
  dialing: boolean;
};

export type ConnectorOptions = {
  readonly self: NodeId;
  /** Connections to reach before dialling stops; permanent peers are dialled beyond it. */
  readonly targetConnections: number;
  readonly exchangeIntervalMs: number;
};

export type ConnectorCollaborators = {
  readonly connectedPeers: () => readonly NodeId[];
  readonly mayDial: (peer: NodeId) => boolean;
  /** Whether the peer is dialled beyond the target too, given who is connected. */
  readonly isNeeded: (peer: NodeId, connected: readonly NodeId[]) => boolean;
  readonly dial: (addresses: readonly Multiaddr[], signal: AbortSignal) => Promise<void>;
  /** Asks a connected peer for addresses of others. */
  readonly ask: (peer: NodeId, signal: AbortSignal) => Promise<readonly PeerAddress[]>;
  readonly now: () => number;
};

const TICK_MS = 250;
const MAX_ADDRESSES_PER_PEER = 4;
const MAX_PARALLEL_DIALS = 8;

/**
 * Keeps the node connected: dials bootstrap peers and the peers that they name, again and again with growing
 * pauses, since a peer may come up later or come back.
 */
export class Connector {
  readonly #options: ConnectorOptions;
  readonly #with: ConnectorCollaborators;
  readonly #known = new Map<NodeId, KnownPeer>();
  readonly #stopped = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #nextExchangeAt = 0;
  #asked = 0;

  constructor(options: ConnectorOptions, collaborators: ConnectorCollaborators) {
    this.#options = options;
    this.#with = collaborators;
  }

  start(): void {
    this.tick();
    this.#timer = setInterval(() => this.tick(), TICK_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#stopped.abort();
  }

  /** Remembers where a peer can be reached. */
  add({ peer, address }: PeerAddress, permanent = false): void {
    if (peer === this.#options.self) return;
    const known = this.#known.get(peer);
    if (known === undefined) {
      if (!permanent && !this.#makeRoom()) return;
      const fresh = { failures: 0, nextDialAt: 0, connectedSince: undefined, dialing: false };
      this.#known.set(peer, { addresses: [address], permanent, ...fresh });
      return;
    }
    const others = known.addresses.filter((other) => !other.equals(address));
    known.addresses = [address, ...others].slice(0, MAX_ADDRESSES_PER_PEER);
    known.permanent ||= permanent;
  }

  /** Where a peer may be reached; empty when nothing is known. */
  addressesOf(peer: NodeId): readonly Multiaddr[] {
    return this.#known.get(peer)?.addresses ?? [];
  }

  /** Dials and asks whatever is due by the clock. {@link start} calls it four times a second. */
  tick(): void {
    const now = this.#with.now();
    const connected = this.#with.connectedPeers();
    this.#noteConnections(new Set(connected), now);
    this.#dialDue(connected, now);
    if (now >= this.#nextExchangeAt && connected.length > 0) {
      this.#nextExchangeAt = now + this.#options.exchangeIntervalMs;
      const peer = connected[this.#asked++ % connected.length];
      if (peer !== undefined) void this.#exchange(peer);
    }
  }

  #noteConnections(connected: ReadonlySet<NodeId>, now: number): void {
    for (const [peer, known] of this.#known) {
      if (!connected.has(peer)) known.connectedSince = undefined;
      else known.connectedSince ??= now;
      if (known.connectedSince !== undefined && now - known.connectedSince >= STABLE_CONNECTION_MS) {
        known.failures = 0;
        known.nextDialAt = now;
      }
    }
  }

  #dialDue(connected: readonly NodeId[], now: number): void {
    let dialing = [...this.#known.values()].filter((known) => known.dialing).length;
    for (const [peer, known] of this.#known) {
      if (dialing >= MAX_PARALLEL_DIALS) return;
      const due = !known.dialing && known.connectedSince === undefined && now >= known.nextDialAt;
      if (!due) continue;
      const hasRoom = connected.length + dialing < this.#options.targetConnections;
      const wanted = known.permanent || hasRoom || this.#with.isNeeded(peer, connected);
      if (!wanted || !this.#with.mayDial(peer)) continue;
      dialing += 1;
      void this.#dial(peer, known, now);
    }
  }

  async #dial(peer: NodeId, known: KnownPeer, now: number): Promise<void> {
    known.dialing = true;
    // Counted before it is known to fail: a peer that accepts and hangs up at once must not be dialled forever
    // without a pause. A connection that lasts wipes it out.
    known.nextDialAt = now + Math.min(DIAL_BACKOFF_MS.most, DIAL_BACKOFF_MS.first * 2 ** known.failures);
    known.failures += 1;
    const timeout = AbortSignal.timeout(DIAL_TIMEOUT_MS);
    try {
      await this.#with.dial(known.addresses, AbortSignal.any([this.#stopped.signal, timeout]));
    } catch {
      if (!known.permanent && known.failures >= MAX_DIAL_FAILURES) this.#known.delete(peer);
    } finally {
      known.dialing = false;
    }
  }

  async #exchange(peer: NodeId): Promise<void> {
    try {
      for (const found of await this.#with.ask(peer, this.#stopped.signal)) this.add(found);
    } catch {
      // The peer is busy, gone or does not speak the protocol; another is asked next.
    }
  }

  /** Forgets the oldest peer that is neither permanent nor connected. */
  #makeRoom(): boolean {
    if (this.#known.size < MAX_KNOWN_PEERS) return true;
    for (const [peer, known] of this.#known) {
      if (known.permanent || known.connectedSince !== undefined || known.dialing) continue;
      return this.#known.delete(peer);
    }
    return false;
  }
}
