import { type Digest, domainHash, fromHex } from '../protocol/digest.ts';
import { BallastError } from '../protocol/errors.ts';

/** Uniform integers that follow from a beacon: whoever knows the beacon draws the same. */
export type BeaconDraws = {
  /** Uniform in 0 … n−1. @throws BallastError `DRAW_RANGE` unless 1 ≤ n ≤ 2^48. */
  readonly below: (n: number) => number;
  /** The same beyond what a number holds, for sums of stakes. @throws BallastError `DRAW_RANGE` unless 1 ≤ n ≤ 2^240. */
  readonly belowLarge: (n: bigint) => bigint;
};

const SPAN = 2 ** 48;
const BYTES = 6;
/** Six draws of 48 bits: the widest range is hit at the first try with a probability above 1 − 2^−48. */
const LARGE_SPAN = 1n << 288n;
const LARGEST_RANGE = 1n << 240n;

/**
 * SHA-256 in counter mode over a beacon; each draw takes 48 bits and is drawn again where it would favour a value.
 *
 * @param domain what the draws are for: draws of one purpose tell nothing of another's.
 * @param about more that they depend on, such as a node's id.
 */
export function beaconDraws(domain: string, beacon: Digest, about = ''): BeaconDraws {
  const seed = fromHex(beacon);
  const subject = new TextEncoder().encode(about);
  let pool: Uint8Array = new Uint8Array(0);
  let used = 0;
  let blocks = 0;
  const next = (): number => {
    if (used + BYTES > pool.length) {
      const counter = new Uint8Array(4);
      new DataView(counter.buffer).setUint32(0, blocks++);
      pool = domainHash(domain, seed, counter, subject);
      used = 0;
    }
    let value = 0;
    for (let i = 0; i < BYTES; i++) value = value * 256 + (pool[used + i] ?? 0);
    used += BYTES;
    return value;
  };
  return {
    below: (n) => {
      if (!Number.isInteger(n) || n < 1 || n > SPAN)
        throw new BallastError('DRAW_RANGE', `draw: got a range of ${n}, expected an integer of 1 to 2^48`, {
          metadata: { n },
        });
      const limit = SPAN - (SPAN % n);
      let value = next();
      while (value >= limit) value = next();
      return value % n;
    },
    belowLarge: (n) => {
      if (n < 1n || n > LARGEST_RANGE)
        throw new BallastError('DRAW_RANGE', `draw: got a range of ${n}, expected 1 to 2^240`);
      const limit = LARGE_SPAN - (LARGE_SPAN % n);
      const large = () => {
        let value = 0n;
        for (let i = 0; i < 6; i++) value = (value << 48n) | BigInt(next());
        return value;
      };
      let value = large();
      while (value >= limit) value = large();
      return value % n;
    },
  };
}

/**
 * `count` of `items` without replacement, every ordered choice equally likely (Fisher and Yates).
 *
 * @throws BallastError `DRAW_RANGE` for more than there are.
 */
export function drawDistinct<T>(draws: BeaconDraws, items: readonly T[], count: number): T[] {
  if (!Number.isSafeInteger(count) || count < 0 || count > items.length)
    throw new BallastError('DRAW_RANGE', `draw: got ${count} of ${items.length} items, expected at most all`);
  const left = [...items];
  const drawn: T[] = [];
  while (drawn.length < count) {
    const [item] = left.splice(draws.below(left.length), 1);
    if (item !== undefined) drawn.push(item);
  }
  return drawn;
}
