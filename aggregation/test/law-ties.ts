import { createPreAggregator, plainKernels, type Rows } from '../index.ts';
import type { Case, Subject } from './law-cases.ts';
import { bytesOf } from './support.ts';

// Ties are told from the rows and the scores alone, never by whether the result changed.

/**
 * Whether the order of the rows may decide what the rule gives. Of a rule that depends on the order anyhow: whether
 * rows are equally far apart by coincidence.
 */
export function isTied(subject: Subject, given: Case): boolean {
  if (!subject.laws.order) return hasEqual(pairDistances(given.rows));
  if (subject.isTied !== undefined) return subject.isTied(given);
  const { scores } = given.rule.aggregate(given.rows, given.options);
  return scores !== undefined && (hasEqual(scores) || hasEqual(pairDistances(given.rows)));
}

/** Whether a choice of Bulyan's falls on one of several rows with the least score. */
export function tiesInBulyan(
  { rows, rule: { f } }: Case,
  count: (n: number, f: number) => number,
  neighbours: (remaining: number, f: number) => number,
  power: 1 | 2,
): boolean {
  let left = [...rows];
  for (let chosen = 0; chosen < count(rows.length, f); chosen++) {
    const nearest = Math.max(1, neighbours(left.length, f));
    const scores = krumScoresOf(left, nearest, power);
    const least = Math.min(...scores);
    const best = left.filter((_, i) => scores[i] === least);
    // Which one is taken makes no difference where all that are left will be.
    if (best.length > 1 && left.length > count(rows.length, f) - chosen) return true;
    left = left.filter((row) => row !== best[0]);
  }
  return false;
}

/** Whether Krum scores, each row once, say nothing about which rows are the `count` best. */
export function tiesInKrum({ rows }: Case, count: number, neighbours: number): boolean {
  const scores = krumScoresOf(rows, neighbours, 2).sort((a, b) => a - b);
  return scores[count - 1] === scores[count];
}

/**
 * Whether two modes of SignGuard's sign counts hold equally many rows: in all coordinates, or in any one of them, since
 * with a seed the few coordinates of a case leave one to draw.
 */
export function tiesInSignGuard({ rows, options }: Case): boolean {
  const every = [...(rows[0] ?? []).keys()];
  const drawn = options.seed === undefined ? [every] : every.map((k) => [k]);
  return drawn.some((coordinates) => {
    const counts = rows.map((row) => {
      const signs = coordinates.map((k) => Math.sign(row[k] as number));
      return [1, 0, -1].map((sign) => signs.filter((each) => each === sign).length);
    });
    const sizes = new Map(modesOf(counts).map(({ mode, size }) => [mode.join(), size]));
    return new Set(sizes.values()).size < sizes.size;
  });
}

/** Where each point's mean shift ends, and how many points are within the bandwidth of it. */
function modesOf(points: readonly number[][]): { readonly mode: number[]; readonly size: number }[] {
  const squared = (x: number[], y: number[]): number =>
    x.reduce((sum, value, k) => sum + (value - (y[k] as number)) ** 2, 0);
  const sorted = (values: number[]): number[] => values.sort((a, b) => a - b);
  const half = points.length >> 1;
  const majority = points.map((x) => sorted(points.map((y) => squared(x, y)))[half] as number);
  const reach = (sorted(majority)[(points.length - 1) >> 1] as number) * (1 + 1e-9);
  return points.map((start) => {
    let mode = start;
    let near: number[][] = [];
    for (let step = 0; step <= 100; step++) {
      const next = points.filter((point) => squared(point, mode) <= reach);
      if (step > 0 && next.join(' ') === near.join(' ')) break;
      near = next;
      mode = start.map((_, k) => near.reduce((sum, point) => sum + (point[k] as number), 0) / near.length);
    }
    return { mode, size: near.length };
  });
}

/** Whether rows are equally near, or a rule behind the pre-aggregator scores different rows alike. */
export function tiesBehind(name: string, options: { f?: number; radius?: number }, given: Case): boolean {
  if (hasEqual(pairDistances(given.rows))) return true;
  const { scores } = given.rule.aggregate(given.rows, given.options);
  if (scores === undefined) return false;
  const context = { weights: new Float64Array(given.rows.length).fill(1), kernels: plainKernels };
  const { rows, members } = createPreAggregator(name, options).apply(given.rows, context);
  const seen = new Map<number, string>();
  return members.some(([row = 0], i) => {
    const score = scores[row] as number;
    const bytes = bytesOf(rows[i] as Float64Array);
    const other = seen.get(score);
    seen.set(score, bytes);
    return other !== undefined && other !== bytes;
  });
}

function krumScoresOf(rows: Rows, neighbours: number, power: 1 | 2): number[] {
  return rows.map((x) =>
    rows
      .filter((y) => y !== x)
      .map((y) => (power === 2 ? squaredDistance(x, y) : Math.sqrt(squaredDistance(x, y))))
      .sort((a, b) => a - b)
      .slice(0, neighbours)
      .reduce((sum, distance) => sum + distance, 0),
  );
}

/** The squared distances of all pairs, added by ascending coordinate. */
function pairDistances(rows: Rows): number[] {
  return rows.flatMap((x, i) => rows.slice(i + 1).map((y) => squaredDistance(x, y)));
}

function squaredDistance(x: Float64Array, y: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < x.length; k++) sum += ((x[k] as number) - (y[k] as number)) ** 2;
  return sum;
}

export function hasEqual(values: ArrayLike<number>): boolean {
  return new Set(Array.from(values)).size < values.length;
}
