import { BallastError } from '../../protocol/errors.ts';
import type { BlockId, ChainReading, ChainSource } from './chain-source.ts';
import type { Conditions } from './conditions.ts';
import { pause } from './pause.ts';

export type ChainWatchOptions = {
  readonly pollMs: number;
  /** Without a new block for so long the chain has stalled. */
  readonly stalledAfterMs: number;
};

/** A final block, and how long ago it was first seen. */
export type FinalizedBlock = { readonly height: number; readonly ageMs: number };

export type ChainWatchCollaborators = {
  readonly source: ChainSource;
  readonly conditions: Conditions;
  readonly onFinalized: (height: number) => void;
  /** Blocks that were final or seen are no longer in the chain. */
  readonly onReorganised: (depth: number) => void;
  /** A block that is new, with its time in Unix seconds. */
  readonly onBlock: (timestamp: number) => void;
  /** Nothing is wrong with the chain any more. */
  readonly onRecovered: () => void;
  /** Milliseconds of a clock that never goes back. */
  readonly monotonic: () => number;
};

const CHAIN_CONDITIONS = [
  'CHAIN_UNREACHABLE',
  'CHAIN_MISMATCH',
  'CHAIN_REORGANISED',
  'CHAIN_STALLED',
  'ENDPOINTS_DISAGREE',
] as const;
/** What may be wrong with the way to the chain; one of them at a time. */
const REACHING = ['CHAIN_UNREACHABLE', 'CHAIN_MISMATCH', 'ENDPOINTS_DISAGREE'] as const;
/** Final blocks that are remembered to measure how deep a reorganisation goes. */
const REMEMBERED = 64;

/** Reads the chain's end again and again, and says what is wrong with it. */
export class ChainWatch {
  readonly #options: ChainWatchOptions;
  readonly #collaborators: ChainWatchCollaborators;
  /** Final blocks as they were seen, the lowest first. */
  #seen: BlockId[] = [];
  #told = -1;
  #latest = -1;
  #grownAt: number | undefined;
  #finalizedAt = 0;
  /** The reorganisation is over when a block above this is final. */
  #settledAbove: number | undefined;

  constructor(options: ChainWatchOptions, collaborators: ChainWatchCollaborators) {
    this.#options = options;
    this.#collaborators = collaborators;
  }

  /** The last final block that was seen. */
  get finalized(): FinalizedBlock | undefined {
    const height = this.#seen.at(-1)?.height;
    if (height === undefined) return undefined;
    return { height, ageMs: this.#collaborators.monotonic() - this.#finalizedAt };
  }

  /** Rejects when the signal fires, and for nothing else. */
  async run(signal: AbortSignal): Promise<never> {
    for (;;) {
      signal.throwIfAborted();
      await this.poll(signal);
      await pause(this.#options.pollMs, signal);
    }
  }

  /** Reads once. Never rejects for what the chain does. */
  async poll(signal: AbortSignal): Promise<void> {
    const { source, conditions, onRecovered } = this.#collaborators;
    const before = this.#hasCondition();
    try {
      const reading = await source.read(this.#seen.at(-1)?.height);
      for (const code of REACHING) conditions.clear(code);
      await this.#follow(reading);
    } catch (error) {
      if (!signal.aborted) this.#raise(error);
    }
    this.#nameLiars();
    if (before && !this.#hasCondition()) onRecovered();
  }

  #nameLiars(): void {
    const { source, conditions } = this.#collaborators;
    const lines = source.lies.map(
      ({ endpoint, method, got, agreed }) => `${endpoint}: ${method}: got ${got}, the others say ${agreed}`,
    );
    if (lines.length === 0) conditions.clear('ENDPOINT_LYING');
    else conditions.raise('ENDPOINT_LYING', lines.join('; '));
  }

  #hasCondition(): boolean {
    return CHAIN_CONDITIONS.some((code) => this.#collaborators.conditions.has(code));
  }

  #raise(error: unknown): void {
    const { conditions } = this.#collaborators;
    // How long it is away says nothing of the chain itself.
    this.#grownAt = undefined;
    const given = error instanceof BallastError ? error.code : '';
    const code = REACHING.find((each) => each === given) ?? 'CHAIN_UNREACHABLE';
    for (const each of REACHING) if (each !== code) conditions.clear(each);
    const message = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    conditions.raise(code, message);
  }

  async #follow({ finalized, latest, again }: ChainReading): Promise<void> {
    const { conditions, onBlock, onFinalized } = this.#collaborators;
    const last = this.#seen.at(-1);
    // An endpoint that is behind the one before it, with the same blocks, has changed nothing.
    if (last !== undefined && again?.hash !== last.hash) await this.#reorganised(last);
    // The first block after a start or an absence may have been there for long: its time says nothing of now.
    const isWatched = this.#grownAt !== undefined;
    this.#grow(latest.height);
    if (isWatched && latest.height > this.#latest) onBlock(latest.timestamp);
    this.#latest = latest.height;
    if (finalized.height > (this.#seen.at(-1)?.height ?? -1)) {
      this.#seen = [...this.#seen, finalized].slice(-REMEMBERED);
      this.#finalizedAt = this.#collaborators.monotonic();
    }
    if (this.#settledAbove !== undefined && finalized.height > this.#settledAbove) {
      this.#settledAbove = undefined;
      conditions.clear('CHAIN_REORGANISED');
    }
    if (finalized.height > this.#told) {
      this.#told = finalized.height;
      onFinalized(finalized.height);
    }
  }

  #grow(latest: number): void {
    const { conditions, monotonic } = this.#collaborators;
    const now = monotonic();
    if (latest !== this.#latest || this.#grownAt === undefined) {
      this.#grownAt = now;
      conditions.clear('CHAIN_STALLED');
    } else if (now - this.#grownAt > this.#options.stalledAfterMs) {
      conditions.raise('CHAIN_STALLED', `chain: no block after ${latest}`, { height: latest });
    }
  }

  async #reorganised(last: BlockId): Promise<void> {
    const { source, conditions, onReorganised } = this.#collaborators;
    const now = await source.blocksAt(this.#seen.map(({ height }) => height));
    const kept = this.#seen.filter(({ hash }, i) => now[i]?.hash === hash);
    const depth = last.height - (kept.at(-1)?.height ?? (this.#seen[0]?.height ?? 0) - 1);
    this.#seen = kept;
    this.#settledAbove = Math.max(last.height, this.#settledAbove ?? 0);
    const from = last.height - depth + 1;
    conditions.raise('CHAIN_REORGANISED', `chain: ${depth} final blocks from ${from} on were replaced`, {
      depth,
      from,
    });
    onReorganised(depth);
  }
}
