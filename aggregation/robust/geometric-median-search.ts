import type { Rows } from '../rule.ts';
import { isShort, lengthOf, stepped, sumOf, type View, viewFrom } from './weiszfeld.ts';

export type Search = {
  /** The most steps. */
  readonly iterations: number;
  /** It stops where ‖R‖ is at most this times n. */
  readonly tolerance: number;
};

/** The point, and the rows as seen from it or from where the last step began. */
export type Found = { readonly vector: Float64Array; readonly view: View };

// How far ‖R‖ may pass the number of rows on a point for that point to count as the median: rounding, no more.
const OPTIMAL = 1 + 1e-12;
/** Plain steps between two that are drawn out. */
const PLAIN_STEPS = 3;
const MAX_DOUBLINGS = 60;

/**
 * The geometric median by Weiszfeld's steps from `start`, with what they lack:
 *
 * - The row nearest to the point is tried as the median itself, each row once; where it is not, the step of Vardi and
 *   Zhang from there, doubled for as long as the sum of the distances falls, is taken if that is less at its end.
 * - After every third step s that follows one s′, with 1/2 ≤ ρ < 1 for ρ = s·s′ ÷ s′·s′ (sums by ascending
 *   coordinate), the step is drawn out to s ÷ (1 − ρ), the end of a geometric series; it is taken where it halves ‖R‖,
 *   against here and against the last that was taken, so that there is an end to them.
 */
export function exactMedian(rows: Rows, start: Float64Array, { iterations, tolerance }: Search): Found {
  const isTried = new Uint8Array(rows.length);
  let point = start;
  let view = viewFrom(rows, point, 0);
  let before: Float64Array | undefined;
  let plain = 0;
  let best = Number.POSITIVE_INFINITY;
  for (let iteration = 0; iteration < iterations; iteration++) {
    if (isMedian(view)) return { vector: point, view };
    const isOnRow = countOn(view) > 0;
    if (!isOnRow && isShort(view, tolerance)) return { vector: stepped(point, view), view };
    const nearest = indexOfLeast(view.distances);
    if (!isOnRow && isTried[nearest] === 0) {
      isTried[nearest] = 1;
      const row = Float64Array.from(rows[nearest] as Float64Array);
      const fromRow = viewFrom(rows, row, 0);
      if (isMedian(fromRow)) return { vector: row, view: fromRow };
      const away = leavingFar(rows, row, fromRow);
      if (sumOf(away.view.distances) < sumOf(view.distances)) {
        point = away.vector;
        view = away.view;
        before = undefined;
        continue;
      }
    }
    const step = stepOf(view);
    const ratio = before === undefined || plain < PLAIN_STEPS ? 0 : ratioOf(step, before);
    if (!isOnRow && ratio >= 0.5 && ratio < 1) {
      plain = 0;
      const end = stepped(point, view, 1 / (1 - ratio));
      const fromEnd = viewFrom(rows, end, 0);
      const length = lengthOf(fromEnd.pull);
      if (countOn(fromEnd) === 0 && length <= Math.min(best, lengthOf(view.pull)) / 2) {
        best = length;
        point = end;
        view = fromEnd;
        before = undefined;
        continue;
      }
    }
    point = isOnRow ? leaving(point, view) : stepped(point, view);
    view = viewFrom(rows, point, 0);
    before = step;
    plain++;
  }
  return { vector: point, view };
}

/** Whether a point that rows lie on is the median: they hold against the pull of all others. */
function isMedian(view: View): boolean {
  const on = countOn(view);
  return on > 0 && lengthOf(view.pull) <= on * OPTIMAL;
}

/** Vardi and Zhang's step from a point that rows lie on: 1 − (their number) ÷ ‖R‖ of the step to the others. */
function leaving(point: Float64Array, view: View): Float64Array {
  return stepped(point, view, 1 - countOn(view) / lengthOf(view.pull));
}

/** The same direction, twice as far again and again for as long as the sum of the distances falls. */
function leavingFar(rows: Rows, point: Float64Array, view: View): Found {
  let share = 1 - countOn(view) / lengthOf(view.pull);
  const at = (vector: Float64Array): Found => ({ vector, view: viewFrom(rows, vector, 0) });
  let best = at(stepped(point, view, share));
  for (let doublings = 0; doublings < MAX_DOUBLINGS; doublings++) {
    share *= 2;
    const next = at(stepped(point, view, share));
    if (!(sumOf(next.view.distances) < sumOf(best.view.distances))) break;
    best = next;
  }
  return best;
}

function stepOf({ pull, total }: View): Float64Array {
  return pull.map((x) => x / total);
}

function ratioOf(step: Float64Array, before: Float64Array): number {
  let both = 0;
  let squares = 0;
  for (let k = 0; k < step.length; k++) {
    both += step[k]! * before[k]!;
    squares += before[k]! * before[k]!;
  }
  return both / squares;
}

function countOn({ distances }: View): number {
  return distances.reduce((count, distance) => (distance === 0 ? count + 1 : count), 0);
}

/** The earliest of the least. */
function indexOfLeast(values: Float64Array): number {
  return values.indexOf(values.reduce((least, value) => Math.min(least, value)));
}
