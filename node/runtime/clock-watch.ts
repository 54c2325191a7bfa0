import type { NodeId } from '../../protocol/ids.ts';
import type { Conditions } from './conditions.ts';

export type ClockWatchOptions = {
  /** Beyond this the clock counts as wrong. */
  readonly limitMs: number;
  /** How long a comparison counts. */
  readonly windowMs: number;
};

export const CLOCK_WATCH: ClockWatchOptions = { limitMs: 5_000, windowMs: 120_000 };

type Sample = { readonly aheadMs: number; readonly at: number };
/** Messages may be old, never young: the youngest of the last few is nearest to the sender's clock. */
const SAMPLES = 4;
const MAX_PEERS = 64;

/**
 * Compares this node's clock with the times in its peers' messages and with the chain's blocks. Both kinds of
 * witness must agree where both are there, so that neither lying peers nor a chain that stands still mislead it.
 */
export class ClockWatch {
  readonly #options: ClockWatchOptions;
  readonly #now: () => number;
  readonly #conditions: Conditions;
  readonly #peers = new Map<NodeId, { newest: number; samples: Sample[] }>();
  #blocks: Sample[] = [];

  /** @param now this node's clock, in milliseconds since the Unix epoch. */
  constructor(options: ClockWatchOptions, now: () => number, conditions: Conditions) {
    this.#options = options;
    this.#now = now;
    this.#conditions = conditions;
  }

  /** @param time of the sender, in its message; a message that comes again says nothing. */
  heardPeer(sender: NodeId, time: number): void {
    const known = this.#peers.get(sender) ?? { newest: Number.NEGATIVE_INFINITY, samples: [] };
    if (time <= known.newest || (!this.#peers.has(sender) && this.#peers.size >= MAX_PEERS)) return;
    known.newest = time;
    known.samples = this.#with(known.samples, time);
    this.#peers.set(sender, known);
    this.#judge();
  }

  /** @param timestamp of a block that has just been seen for the first time, in Unix seconds. */
  sawBlock(timestamp: number): void {
    this.#blocks = this.#with(this.#blocks, timestamp * 1000);
    this.#judge();
  }

  /** How far this clock is ahead, in milliseconds, by the witness that thinks better of it; undefined without one. */
  get skewMs(): number | undefined {
    const since = this.#now() - this.#options.windowMs;
    const peers = [...this.#peers.values()].flatMap(({ samples }) => nearest(samples, since) ?? []);
    const opinions = [median(peers), nearest(this.#blocks, since)].filter((skew) => skew !== undefined);
    const [first, second] = opinions;
    if (first === undefined || second === undefined) return first;
    if (Math.sign(first) !== Math.sign(second)) return 0;
    return Math.abs(first) < Math.abs(second) ? first : second;
  }

  #with(samples: readonly Sample[], time: number): Sample[] {
    const at = this.#now();
    return [...samples, { aheadMs: at - time, at }].slice(-SAMPLES);
  }

  #judge(): void {
    const skew = this.skewMs;
    if (skew === undefined) return;
    const { limitMs } = this.#options;
    if (Math.abs(skew) <= limitMs) {
      this.#conditions.clear('CLOCK_SKEWED');
      return;
    }
    const side = skew > 0 ? 'ahead of' : 'behind';
    // Whole seconds: each change of the message is told.
    const seconds = Math.round(Math.abs(skew) / 1000);
    const message = `clock: got ${seconds} s ${side} the others, expected at most ${limitMs / 1000} s`;
    this.#conditions.raise('CLOCK_SKEWED', message, { skewMs: Math.round(skew) });
  }
}

function nearest(samples: readonly Sample[], since: number): number | undefined {
  const current = samples.filter(({ at }) => at >= since).map(({ aheadMs }) => aheadMs);
  return current.length === 0 ? undefined : Math.min(...current);
}

function median(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)];
}
