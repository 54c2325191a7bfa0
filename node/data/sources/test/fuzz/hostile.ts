import type { Prng } from '../../../prng.ts';

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
