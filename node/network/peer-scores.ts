import type { NodeId } from '../../protocol/ids.ts';
import {
  BAN_MS,
  BAN_SCORE,
  DISCONNECT_SCORE,
  MAX_CODES_PER_PEER,
  MAX_SCORED_PEERS,
  MIN_SCORE,
  SCORE_HALF_LIFE_MS,
} from './limits.ts';

type PeerRecord = {
  score: number;
  /** When `score` held, in the clock's milliseconds. */
  at: number;
  bannedUntil: number;
  readonly refusals: Map<string, number>;
};

export type Standing = 'good' | 'disconnect' | 'ban';

/**
 * How peers behaved: penalties that halve every {@link SCORE_HALF_LIFE_MS}, and refusals by code. Nothing earns a
 * positive score, so that good conduct cannot be saved up for an attack.
 */
export class PeerScores {
  readonly #now: () => number;
  /** In order of the last refusal, oldest first. */
  readonly #peers = new Map<NodeId, PeerRecord>();

  /** @param now a clock that never goes back, in milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Counts a refusal and takes `penalty` ≥ 0 off the peer's score. @returns the score after it. */
  refuse(peer: NodeId, code: string, penalty: number): number {
    const now = this.#now();
    const record = this.#peers.get(peer) ?? { score: 0, at: now, bannedUntil: 0, refusals: new Map() };
    this.#peers.delete(peer);
    this.#peers.set(peer, record);
    this.#forgetOldest();
    record.score = Math.max(MIN_SCORE, decayed(record, now) - penalty);
    record.at = now;
    if (penalty > 0 && record.score <= BAN_SCORE) record.bannedUntil = now + BAN_MS;
    const known = record.refusals.has(code) || record.refusals.size < MAX_CODES_PER_PEER;
    const name = known ? code : 'OTHER';
    record.refusals.set(name, (record.refusals.get(name) ?? 0) + 1);
    return record.score;
  }

  /** 0 at best. */
  score(peer: NodeId): number {
    const record = this.#peers.get(peer);
    return record === undefined ? 0 : decayed(record, this.#now());
  }

  standing(peer: NodeId): Standing {
    if (this.isBanned(peer)) return 'ban';
    return this.score(peer) <= DISCONNECT_SCORE ? 'disconnect' : 'good';
  }

  isBanned(peer: NodeId): boolean {
    const record = this.#peers.get(peer);
    return record !== undefined && record.bannedUntil > this.#now();
  }

  refusals(peer: NodeId): Record<string, number> {
    return Object.fromEntries(this.#peers.get(peer)?.refusals ?? []);
  }

  #forgetOldest(): void {
    if (this.#peers.size <= MAX_SCORED_PEERS) return;
    for (const peer of this.#peers.keys()) {
      // A ban outlives a flood of new names; when every name is banned the oldest ban goes.
      if (!this.isBanned(peer)) {
        this.#peers.delete(peer);
        return;
      }
    }
    const oldest = this.#peers.keys().next().value;
    if (oldest !== undefined) this.#peers.delete(oldest);
  }
}

function decayed(record: PeerRecord, now: number): number {
  return record.score * 2 ** (-(now - record.at) / SCORE_HALF_LIFE_MS);
}
