import type { NodeId } from '../../protocol/ids.ts';

export type QueueLimits = {
  readonly concurrency: number;
  readonly messages: number;
  readonly bytes: number;
  readonly messagesPerPeer: number;
  readonly bytesPerPeer: number;
};

/** A message waiting to be judged. */
export type Job = {
  readonly bytes: number;
  /** Never rejects. */
  readonly run: () => Promise<void>;
  /** Called instead of `run` when the job is dropped after it was queued. */
  readonly drop: () => void;
};

/** How much of the event loop jobs take: what else waits there gets its turn in between. */
export type Pace = {
  /** Jobs begin for this long in one turn of the loop. */
  readonly sliceMs: number;
  /** A clock that never goes back, in milliseconds. */
  readonly now: () => number;
  /** Runs something in the loop's next turn, after what came in until then. */
  readonly nextTurn: (run: () => void) => void;
};

type Line = { jobs: Job[]; bytes: number };

/**
 * Runs jobs a few at a time, taking peers in turn. It is bounded in all and for each peer, in messages and in
 * bytes; past a bound the newest is refused, so that what a peer queued first is still judged in order. However much
 * waits, it leaves the event loop after each slice, so that direct streams are read in between.
 */
export class InboundQueue {
  readonly #limits: QueueLimits;
  /** Peers with waiting jobs; the first has its turn next. */
  readonly #lines = new Map<NodeId, Line>();
  #messages = 0;
  #bytes = 0;
  #running = 0;
  readonly #pace: Pace;
  /** When the first job of this turn of the loop began. */
  #sliceFrom: number | undefined;

  constructor(limits: QueueLimits, pace: Pace) {
    this.#limits = limits;
    this.#pace = pace;
  }

  /** @returns whether the job was taken. */
  push(peer: NodeId, job: Job): boolean {
    const { messages, bytes, messagesPerPeer, bytesPerPeer } = this.#limits;
    const line = this.#lines.get(peer) ?? { jobs: [], bytes: 0 };
    if (this.#messages >= messages || this.#bytes + job.bytes > bytes) return false;
    if (line.jobs.length >= messagesPerPeer || line.bytes + job.bytes > bytesPerPeer) return false;
    line.jobs.push(job);
    line.bytes += job.bytes;
    this.#messages += 1;
    this.#bytes += job.bytes;
    this.#lines.set(peer, line);
    this.#next();
    return true;
  }

  /** Jobs of a peer that wait. */
  waiting(peer: NodeId): number {
    return this.#lines.get(peer)?.jobs.length ?? 0;
  }

  /** Drops what waits from one peer, or from all. */
  clear(peer?: NodeId): void {
    for (const name of peer === undefined ? [...this.#lines.keys()] : [peer]) {
      const line = this.#lines.get(name);
      if (line === undefined) continue;
      this.#lines.delete(name);
      this.#messages -= line.jobs.length;
      this.#bytes -= line.bytes;
      for (const job of line.jobs) job.drop();
    }
  }

  #next(): void {
    while (this.#running < this.#limits.concurrency) {
      const [turn] = this.#lines;
      if (turn === undefined || this.#isSliceOver()) return;
      const [peer, line] = turn;
      this.#lines.delete(peer);
      const job = line.jobs.shift();
      if (job === undefined) continue;
      line.bytes -= job.bytes;
      this.#messages -= 1;
      this.#bytes -= job.bytes;
      if (line.jobs.length > 0) this.#lines.set(peer, line);
      this.#running += 1;
      void job.run().finally(() => {
        this.#running -= 1;
        this.#next();
      });
    }
  }

  #isSliceOver(): boolean {
    const { sliceMs, now, nextTurn } = this.#pace;
    if (this.#sliceFrom !== undefined) return now() - this.#sliceFrom >= sliceMs;
    this.#sliceFrom = now();
    nextTurn(() => {
      this.#sliceFrom = undefined;
      this.#next();
    });
    return false;
  }
}
