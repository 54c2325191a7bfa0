import { setTimeout as sleep } from 'node:timers/promises';
import type { Stream } from '@libp2p/interface';
import type { NodeId } from '../../protocol/ids.ts';
import { EXCESS_PENALTY, REJECT_PENALTY } from './limits.ts';
import { RateLimiter } from './rate-limiter.ts';
import { raceSignal } from './stream-io.ts';
import { StreamReader } from './stream-reader.ts';
import { VoteLine, type VoteLineLimits } from './vote-line.ts';

type Rate = { readonly perSecond: number; readonly burst: number };

export type VoteLimits = VoteLineLimits & {
  readonly messageBytes: number;
  /** From one member: beyond it the member's stream is read more slowly, and nothing is lost. */
  readonly messageRate: Rate;
  readonly byteRate: Rate;
  /** Streams that one peer opens, whether it may or not. */
  readonly openRate: Rate;
};

export type VoteCollaborators = {
  /** Whom votes go to and are taken from now, this node among them or not. */
  readonly voters: () => ReadonlySet<NodeId>;
  readonly open: (peer: NodeId, signal: AbortSignal) => Promise<Stream>;
  /** Judges a message and acts on it. Never rejects; the next one of this member waits for it. */
  readonly take: (bytes: Uint8Array, peer: NodeId) => Promise<void>;
  readonly refuse: (peer: NodeId, action: 'ignore' | 'reject', code: string, penalty: number) => void;
  /** Fires when the node stops. */
  readonly stopped: AbortSignal;
  /** A clock that never goes back, in milliseconds. */
  readonly now: () => number;
};

/**
 * Votes between members of the committee: one long-lived stream in each direction of each pair, messages with their
 * length before them. They are judged as they are read, before whatever waits in gossip's queue; what is not read yet
 * waits in the stream, whose window bounds it.
 */
export class VoteStreams {
  readonly #self: NodeId;
  readonly #limits: VoteLimits;
  readonly #with: VoteCollaborators;
  readonly #lines = new Map<NodeId, VoteLine>();
  readonly #inbound = new Map<NodeId, Stream>();
  readonly #messages: RateLimiter;
  readonly #bytes: RateLimiter;
  readonly #opened: RateLimiter;

  constructor(self: NodeId, limits: VoteLimits, collaborators: VoteCollaborators) {
    this.#self = self;
    this.#limits = limits;
    this.#with = collaborators;
    this.#messages = new RateLimiter(limits.messageRate, collaborators.now);
    this.#bytes = new RateLimiter(limits.byteRate, collaborators.now);
    this.#opened = new RateLimiter(limits.openRate, collaborators.now);
  }

  /** To every other member; from a node that is none, to nobody. */
  send(bytes: Uint8Array): void {
    const voters = this.#with.voters();
    for (const [peer, line] of this.#lines) {
      if (voters.has(peer) && voters.has(this.#self)) continue;
      this.#lines.delete(peer);
      line.close();
    }
    if (!voters.has(this.#self)) return;
    for (const peer of voters) if (peer !== this.#self) this.#line(peer).send(bytes);
  }

  /** Reads one stream that a peer has opened. Never rejects. */
  async handle(stream: Stream, peer: NodeId): Promise<void> {
    if (!this.#opened.take(peer)) this.#with.refuse(peer, 'ignore', 'RATE_EXCEEDED', EXCESS_PENALTY);
    if (!this.#isVoter(peer)) {
      this.#with.refuse(peer, 'ignore', 'VOTER_UNKNOWN', 0);
      stream.abort(new Error('votes are taken from members of the committee'));
      return;
    }
    this.#inbound.get(peer)?.abort(new Error('the member has opened another stream'));
    this.#inbound.set(peer, stream);
    const reader = new StreamReader(stream);
    try {
      // What was read ahead of a cut is not heard.
      while (this.#isVoter(peer) && stream.status !== 'aborted') await this.#readOne(reader, peer);
      stream.abort(new Error('the committee has changed'));
    } catch (error) {
      // The member left, or broke the protocol: it opens another when it has something to say.
      stream.abort(error instanceof Error ? error : new Error(String(error)));
    } finally {
      reader.release();
      if (this.#inbound.get(peer) === stream) this.#inbound.delete(peer);
    }
  }

  /** A peer is connected now, whoever dialled. */
  connected(peer: NodeId): void {
    this.#lines.get(peer)?.connected();
  }

  stop(): void {
    for (const line of this.#lines.values()) line.close();
    this.#lines.clear();
  }

  prune(): void {
    for (const rate of [this.#messages, this.#bytes, this.#opened]) rate.prune();
  }

  async #readOne(reader: StreamReader, peer: NodeId): Promise<void> {
    const { messageBytes } = this.#limits;
    const { stopped, take, refuse } = this.#with;
    const head = await raceSignal(reader.read(4), stopped);
    const length = new DataView(head.buffer).getUint32(0);
    if (length === 0 || length > messageBytes) {
      refuse(peer, 'reject', length === 0 ? 'MESSAGE_MALFORMED' : 'MESSAGE_TOO_LARGE', REJECT_PENALTY);
      throw new Error(`vote: got ${length} bytes, expected 1 to ${messageBytes}`);
    }
    const waitMs = Math.max(this.#messages.owe(peer, 1), this.#bytes.owe(peer, length));
    if (waitMs > 0) await sleep(waitMs, undefined, { signal: stopped, ref: false });
    const bytes = await raceSignal(reader.read(length), stopped);
    if (this.#isVoter(peer)) await take(bytes, peer);
  }

  #isVoter(peer: NodeId): boolean {
    const voters = this.#with.voters();
    return voters.has(peer) && voters.has(this.#self);
  }

  #line(peer: NodeId): VoteLine {
    const known = this.#lines.get(peer);
    if (known !== undefined) return known;
    const { open, now } = this.#with;
    const line = new VoteLine(this.#limits, { open: (signal) => open(peer, signal), now });
    this.#lines.set(peer, line);
    return line;
  }
}
