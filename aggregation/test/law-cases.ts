import { expect } from 'chai';
import fc from 'fast-check';
import type { AggregateOptions, AggregationRule, RuleKind, RuleLaws } from '../index.ts';
import { type Draw, draw } from './draw.ts';
import { LAW_RUNS } from './law-runs.ts';

/** A rule with what is claimed of it. */
export type Subject = {
  readonly name: string;
  readonly kind: RuleKind;
  readonly laws: RuleLaws;
  /** Whether a law that is not claimed must fail: a rule may repair what the step before it breaks. */
  readonly isExact: boolean;
  /** The most liars that the cases have. */
  readonly maxF: number;
  /** The rule for f liars, or for none where it bears none. */
  readonly make: (f: number) => AggregationRule;
  /** Whether the order of the rows may decide. Left out: equal scores, or equal distances between rows. */
  readonly isTied?: (given: Case) => boolean;
  /** Whether it takes the rows with the lowest scores, scored once. */
  readonly ranksOnce: boolean;
  /** Whether liars far off are told of in `leftOut`. */
  readonly namesLiars: boolean;
  /** The ball that f liars cannot move the result out of. */
  readonly bound?: (given: Attacked) => { readonly centre: Float64Array; readonly radius: number };
};

/** A case some of whose rows are lies. */
export type Attacked = Case & { readonly honest: readonly Float64Array[]; readonly liars: readonly number[] };

/** One call of a rule. */
export type Case = {
  readonly rule: AggregationRule;
  readonly rows: Float64Array[];
  readonly options: AggregateOptions;
};

// A mean of up to 11 such numbers, and the mean of up to 11 of those means, needs no rounding: laws of the reals
// hold to the bit. 27720 is the least common multiple of 1 … 11.
const DIVISIBLE = 27720 * 27720;
// Near the radii and losses of rules that round: were the rows far larger, those rules would do one thing only.
const PLAIN = 1 / 64;

/** What the numbers of a subject's rows are multiples of. */
export function unitOf({ laws }: Subject): number {
  return laws.precision === 'bits' ? DIVISIBLE : PLAIN;
}

const MAX_ROWS = 11;
const SEED = 20171;

/** Runs `check` on {@link LAW_RUNS} seeds; a failure names the seed. */
function forSeeds(check: (seed: number) => void, runs = LAW_RUNS): void {
  const seeds = fc.noShrink(fc.integer({ min: 0, max: 2 ** 31 - 1 }));
  fc.assert(fc.property(seeds, check), { seed: SEED, numRuns: runs });
}

/** Like {@link forSeeds}, with numbers drawn from each seed. */
export function forCases(check: (draws: Draw) => void, runs = LAW_RUNS): void {
  forSeeds((seed) => check(draw(seed)), runs);
}

// What is rare must still be there: a choice among sets that only their order tells apart, say.
const WITNESSES = 1000;

/** Expects one of up to 1,000 cases to be as `isFound` says. */
export function expectCase(isFound: (draws: Draw) => boolean): void {
  for (let seed = 0; seed < WITNESSES; seed++) if (isFound(draw(seed))) return;
  expect.fail(`none of ${WITNESSES} cases breaks the law`);
}

type RowsOf = (draws: Draw, n: number, d: number) => Float64Array[];

/** Multiples of `unit`: on a small lattice, widely spread, in a cluster with outliers, or all alike. */
const latticeRows =
  (unit: number): RowsOf =>
  (draws, n, d) =>
    lattice(draws, n, d).map((row) => row.map((x) => x * unit));

function lattice(draws: Draw, n: number, d: number): Float64Array[] {
  const family = draws.int(0, 9);
  const distance = draws.pick([40, 3000]);
  const centre = rowOf(d, () => draws.int(-distance, distance));
  const one = rowOf(d, () => draws.int(-40, 40));
  return Array.from({ length: n }, () => {
    if (family === 0) return one.slice();
    if (family <= 2) return rowOf(d, () => draws.int(-3, 3));
    if (family <= 6) return rowOf(d, () => draws.int(-5000, 5000));
    const reach = draws.int(0, 4) === 0 ? 5000 : 60;
    return centre.map((x) => x + draws.int(-reach, reach));
  });
}

/** Of all sizes from 1e−3 to 1e9 with either zero among them; sometimes tiny, huge or equal. */
export function wildRows(draws: Draw, n: number, d: number): Float64Array[] {
  const family = draws.int(0, 9);
  const size = family === 0 ? 1e-160 : family === 1 ? 1e100 : 1;
  const one = rowOf(d, () => wild(draws));
  return Array.from({ length: n }, () => (family === 2 ? one.slice() : rowOf(d, () => size * wild(draws))));
}

function wild(draws: Draw): number {
  const kind = draws.int(0, 9);
  if (kind === 0) return draws.int(0, 1) === 0 ? 0 : -0;
  return (draws.unit() - 0.5) * 10 ** draws.int(-3, 9);
}

/** A call that the rule's condition allows, n up to 11 or the fewest rows there may be. */
export function drawCase(subject: Subject, draws: Draw, rowsOf = latticeRows(unitOf(subject))): Case {
  const rule = ruleFor(subject, draws.int(0, subject.maxF));
  const { minRows } = rule;
  const n = draws.int(minRows, Math.max(minRows, MAX_ROWS));
  const d = draws.int(1, 5);
  return { rule, rows: rowsOf(draws, n, d), options: drawOptions(rule, draws, n, d, rowsOf) };
}

/** What the rule needs, and at random what it takes. */
export function drawOptions(
  rule: AggregationRule,
  draws: Draw,
  n: number,
  d: number,
  rowsOf: RowsOf,
): AggregateOptions {
  const wants = (input: (typeof rule.takes)[number]): boolean =>
    rule.needs.some((each) => each === input) || (rule.takes.includes(input) && draws.int(0, 1) === 0);
  const counts = (): number[] => Array.from({ length: n }, () => draws.int(1, 9));
  return {
    ...(wants('weights') && takesWeights(rule) ? { weights: counts() } : {}),
    ...(wants('steps') ? { steps: counts() } : {}),
    ...(wants('losses') ? { losses: counts().map((x) => x / 4) } : {}),
    ...(wants('reference') ? { reference: rowsOf(draws, 1, d)[0] ?? new Float64Array(d) } : {}),
    ...(wants('seed') ? { seed: seedOf(draws) } : {}),
  };
}

/** 64 hexadecimal digits. */
function seedOf(draws: Draw): string {
  return Array.from({ length: 8 }, () =>
    draws
      .int(0, 2 ** 32 - 1)
      .toString(16)
      .padStart(8, '0'),
  ).join('');
}

const weighing = new WeakMap<AggregationRule, boolean>();

/** FedAvg and its like take weights only where they were made with a cap. */
function takesWeights(rule: AggregationRule): boolean {
  const known = weighing.get(rule);
  if (known !== undefined) return known;
  let takes = true;
  try {
    const rows = Array.from({ length: rule.minRows }, () => Float64Array.of(1));
    rule.aggregate(rows, { ...neededOf(rule, rows.length, 1), weights: rows.map(() => 1) });
  } catch {
    takes = false;
  }
  weighing.set(rule, takes);
  return takes;
}

/** The plainest inputs without which the rule does not work. */
export function neededOf(rule: AggregationRule, n: number, d: number): AggregateOptions {
  const needs = (input: (typeof rule.needs)[number]): boolean => rule.needs.includes(input);
  return {
    ...(needs('steps') ? { steps: Array.from({ length: n }, () => 1) } : {}),
    ...(needs('losses') ? { losses: Array.from({ length: n }, () => 1) } : {}),
    ...(needs('reference') ? { reference: new Float64Array(d).fill(1) } : {}),
    ...(needs('seed') ? { seed: '5'.repeat(64) } : {}),
  };
}

const made = new WeakMap<Subject, Map<number, AggregationRule>>();

/** One rule serves all cases of its f: it may keep nothing from call to call. */
export function ruleFor(subject: Subject, f: number): AggregationRule {
  const rules = made.get(subject) ?? new Map<number, AggregationRule>();
  made.set(subject, rules);
  const rule = rules.get(f) ?? subject.make(f);
  rules.set(f, rule);
  return rule;
}

export function aggregate({ rule, rows, options }: Case): Float64Array {
  return rule.aggregate(rows, options).vector;
}

/** The case with every vector changed. */
export function mapped({ rule, rows, options }: Case, change: (row: Float64Array) => Float64Array): Case {
  const { reference, ...rest } = options;
  return {
    rule,
    rows: rows.map(change),
    options: { ...rest, ...(reference === undefined ? {} : { reference: change(reference) }) },
  };
}

/** The case with its rows, and what belongs to each of them, in another order. */
export function permuted({ rule, rows, options }: Case, order: readonly number[]): Case {
  const { weights, steps, losses, ...rest } = options;
  const pick = <T>(list: readonly T[]): T[] => order.map((i) => list[i] as T);
  return {
    rule,
    rows: pick(rows),
    options: {
      ...rest,
      ...(weights === undefined ? {} : { weights: pick(weights) }),
      ...(steps === undefined ? {} : { steps: pick(steps) }),
      ...(losses === undefined ? {} : { losses: pick(losses) }),
    },
  };
}

/** The largest absolute value, at least 1e−300. */
export function sizeOf(rows: readonly Float64Array[]): number {
  let size = 1e-300;
  for (const row of rows) for (const x of row) size = Math.max(size, Math.abs(x));
  return size;
}

/** Whether the vectors agree: to the bit at slack 0, −0 and 0 told apart. */
export function agree(actual: Float64Array, wanted: Float64Array, slack: number): boolean {
  if (actual.length !== wanted.length) return false;
  for (let k = 0; k < actual.length; k++) {
    const x = actual[k] as number;
    const y = wanted[k] as number;
    if (slack === 0 ? !Object.is(x, y) : !(Math.abs(x - y) <= slack)) return false;
  }
  return true;
}

export function expectAgree(actual: Float64Array, wanted: Float64Array, slack: number): void {
  if (!agree(actual, wanted, slack)) expect([...actual], `within ${slack}`).to.deep.equal([...wanted]);
}

/** What rounding may do to a result made of these rows: nothing where the rule claims its bits. */
export function slackOf({ laws }: Subject, rows: readonly Float64Array[]): number {
  return laws.precision === 'bits' ? 0 : 1e-9 * sizeOf(rows);
}

/** Whether each coordinate lies between the least and the greatest of the rows, give or take `slack`. */
export function inHull(vector: Float64Array, rows: readonly Float64Array[], slack: number): boolean {
  for (let k = 0; k < vector.length; k++) {
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (const row of rows) {
      const x = row[k] as number;
      if (x < low) low = x;
      if (x > high) high = x;
    }
    const value = vector[k] as number;
    if (!(value >= low - slack && value <= high + slack)) return false;
  }
  return true;
}

export function expectInHull(vector: Float64Array, rows: readonly Float64Array[], slack: number): void {
  if (inHull(vector, rows, slack)) return;
  expect.fail(`[${vector}] leaves the hull of ${rows.map((row) => `[${row}]`).join(' ')}`);
}

function rowOf(d: number, value: () => number): Float64Array {
  const row = new Float64Array(d);
  for (let k = 0; k < d; k++) row[k] = value();
  return row;
}
