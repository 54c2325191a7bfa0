import type { Prng } from '../../../prng.ts';
import { CLOCK_SKEW, type Observation } from '../../data-source.ts';

/** Values that no field should be. */
const VALUES: readonly unknown[] = [
  null,
  true,
  '',
  ' ',
  'NaN',
  'Infinity',
  '-Infinity',
  '0x1f',
  '1_000',
  '1e999',
  '１２',
  '\u0000',
  '__proto__',
  '9'.repeat(400),
  -1,
  0,
  -0,
  1e308,
  5e-324,
  2 ** 53 + 2,
  [],
  {},
  { toString: 1 },
  [[[[[[]]]]]],
];

/** A hostile value, the same for the same generator. */
export const hostileValue = (prng: Prng): unknown => VALUES[below(prng, VALUES.length)];

/** A whole number in [0, n). */
export const below = (prng: Prng, n: number): number => Math.floor(prng.uniform() * n);

/** One of `list`. */
export function pick<T>(prng: Prng, list: readonly [T, ...T[]]): T {
  return list[below(prng, list.length)] ?? list[0];
}

/** What one run threw at a source, and what came of it. */
export type FuzzReport = {
  readonly source: string;
  /** Rows or messages that were sent, and how many of them were spoilt. */
  readonly rows: number;
  readonly spoilt: number;
  readonly taken: number;
  readonly flagged: number;
  readonly refused: number;
  readonly gaps: number;
  /** Readings that ended in a typed error. */
  readonly errors: number;
};

/** A source to be fuzzed. @throws Error where something passed that must not, or anything untyped was thrown. */
export type FuzzTarget = {
  readonly source: string;
  readonly run: (rows: number, seed: number) => Promise<FuzzReport>;
};

/** A JSON text with one thing wrong in it: a value, a missing or doubled part, a scaled number, or a torn end. */
export function spoilJson(text: string, prng: Prng): string {
  if (prng.uniform() < 0.1) return text.slice(0, below(prng, text.length));
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null) return JSON.stringify(hostileValue(prng)) ?? 'x';
  let holder = value as Record<string, unknown>;
  for (;;) {
    const keys = Object.keys(holder);
    const key = keys[below(prng, keys.length)];
    if (key === undefined) break;
    const next = holder[key];
    if (typeof next === 'object' && next !== null && prng.uniform() < 0.9) {
      holder = next as Record<string, unknown>;
      continue;
    }
    const scaled = String(Number(next) * 10 ** pick(prng, [-18, -8, -2, 2, 6, 8, 18]));
    holder[key] = pick(prng, [hostileValue(prng), hostileValue(prng), scaled, undefined, [next, next]]);
    break;
  }
  return JSON.stringify(value);
}

/** @throws Error that names the rule and what broke it. */
export function mustHold(holds: boolean, rule: string, each: unknown): void {
  if (!holds) throw new Error(`${rule}: ${JSON.stringify(each)}`);
}

/** Whether a close is far from the median of the last three, itself with them. */
export function standsApart(closes: readonly number[], jump: number): boolean {
  const last = closes.slice(-3).toSorted((a, b) => a - b);
  const middle = last[1];
  const close = closes.at(-1);
  if (last.length < 3 || middle === undefined || close === undefined) return false;
  return Math.abs(close - middle) > jump * middle;
}

/** Holds each bar of a reading against the ones before it. */
export class BarRules {
  readonly #jump: number;
  readonly #now: number;
  readonly #closes: number[] = [];
  #last = 0;

  /** @param now seconds since the epoch: no bar is later, but for a clock's skew. */
  constructor(jump: number, now: number) {
    this.#jump = jump;
    this.#now = now;
  }

  /** @throws Error that names the rule. */
  check(each: Extract<Observation, { kind: 'bar' }>): void {
    const { second, close } = each.bar;
    mustHold(second > this.#last && second <= this.#now + CLOCK_SKEW, 'times in order', each);
    mustHold(close > 0 && Number.isFinite(close), 'a price above zero', each);
    this.#last = second;
    this.#closes.push(close);
    if (standsApart(this.#closes, this.#jump)) mustHold(each.flags !== 0, 'a jump is flagged', each);
  }
}
