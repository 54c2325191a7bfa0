import { expect } from 'chai';
import type { AggregateOptions, AggregationRule } from '../index.ts';
import type { Draw } from './draw.ts';
import {
  type Attacked,
  aggregate,
  drawOptions,
  expectCase,
  expectInHull,
  forCases,
  inHull,
  ruleFor,
  type Subject,
  sizeOf,
} from './law-cases.ts';

type Lie = (draws: Draw, honest: readonly Float64Array[]) => Float64Array;

/** What f liars can do, as the rule's entry has it, and that more of them can do more. */
export function describeLiars(subject: Subject): void {
  const { liars } = subject.laws;
  if (liars === 'hull') {
    it('f liars cannot move it out of the honest hull, whatever they send', () => {
      forCases((draws) => requireHonest(attackedCase(subject, draws, draws.pick([near, near, far, copy]))));
    });
  }
  if (liars === 'far') {
    it('f liars far from all honest rows cannot move it out of the honest hull', () => {
      forCases((draws) => requireHonest(attackedCase(subject, draws, far)));
    });
    if (subject.isExact) {
      it('liars near the honest rows can', () =>
        expectCase((draws) => departs(attackedCase(subject, draws, near))));
    }
  }
  if (liars === 'hull' || liars === 'far') {
    it('as many liars as it takes for honest rows move it out of the honest hull', () => {
      expectCase((draws) => departs(attackedCase(subject, draws, away, (n, f) => n - f)));
    });
  } else if (subject.isExact) {
    it('liars far off move it out of the honest hull', () => {
      expectCase((draws) => departs(attackedCase(subject, draws, away)));
    });
  }
  const { bound } = subject;
  if (bound !== undefined) {
    it('f liars move it no further than its bound, wherever they are', () => {
      forCases((draws) => {
        const given = attackedCase(subject, draws, draws.pick([near, far, far]));
        const { centre, radius } = bound(given);
        const vector = aggregate(given);
        const distance = Math.hypot(...vector.map((x, k) => x - (centre[k] as number)));
        if (!(distance <= radius * (1 + 1e-9))) expect(distance, `[${vector}]`).to.be.at.most(radius);
      });
    });
  }
  if (subject.namesLiars) {
    it('names liars that are far off', () => {
      forCases((draws) => {
        const given = attackedCase(subject, draws, far);
        const { leftOut } = given.rule.aggregate(given.rows, given.options);
        const named = new Set(leftOut.map(({ row }) => row));
        for (const row of given.liars) if (!named.has(row)) expect([...named], 'named').to.include(row);
      });
    });
  }
}

function requireHonest(given: Attacked): void {
  expectInHull(aggregate(given), given.honest, 1e-12 * sizeOf(given.honest));
}

function departs(given: Attacked): boolean {
  return !inHull(aggregate(given), given.honest, 1e-6);
}

/** Honest rows of whole numbers up to 50, and lies among them: one for each liar that the rule bears, or one. */
function attackedCase(
  subject: Subject,
  draws: Draw,
  lie: Lie,
  count: (n: number, f: number) => number = (_, f) => f,
): Attacked {
  const f = draws.int(Math.min(1, subject.maxF), subject.maxF);
  const rule = ruleFor(subject, f);
  const n = draws.int(Math.max(rule.minRows, 3), Math.max(rule.minRows, 11));
  const d = draws.int(1, 5);
  const liarCount = subject.laws.liars === 'none' ? 1 : count(n, f);
  const honest = whole(draws, n - liarCount, d);
  const one = lie(draws, honest);
  const together = draws.int(0, 1) === 0;
  const lies = Array.from({ length: liarCount }, () => (together ? one.slice() : lie(draws, honest)));
  const order = draws.order(n);
  const rows = order.map((i) => honest[i] ?? (lies[i - honest.length] as Float64Array));
  const liars = order.flatMap((i, row) => (i >= honest.length ? [row] : []));
  return { rule, rows, options: optionsAmong(rule, draws, honest, n, d), honest, liars };
}

/** The reference is one that no liar made. */
function optionsAmong(
  rule: AggregationRule,
  draws: Draw,
  honest: readonly Float64Array[],
  n: number,
  d: number,
): AggregateOptions {
  return drawOptions(rule, draws, n, d, () => [draws.pick(honest)]);
}

/** All apart, or at two points: a lie just beside many equal rows is near all of them. */
function whole(draws: Draw, n: number, d: number): Float64Array[] {
  const spread = (): Float64Array => Float64Array.from({ length: d }, () => draws.int(-50, 50));
  const points = [spread(), spread()];
  const areTwo = draws.int(0, 3) === 0;
  return Array.from({ length: n }, () => (areTwo ? draws.pick(points).slice() : spread()));
}

const farBy =
  (distances: readonly number[]): Lie =>
  (draws, honest) => {
    const distance = draws.pick(distances);
    return Float64Array.from(honest[0] ?? [], () => draws.pick([-1, 1]) * distance);
  };

const far = farBy([1e6, 3e6, 1e9, 1e150, 1e300, Number.MAX_VALUE]);

/** Where sums and squares are still finite. */
const away = farBy([1e6, 3e6, 1e9]);

/** Where honest rows are, or a little beside their edge. */
const near: Lie = (draws, honest) => {
  if (draws.int(0, 2) === 0) return draws.pick(honest).map((x) => x + draws.int(-3, 3));
  return Float64Array.from(honest[0] ?? [], () =>
    draws.pick([draws.int(-50, 50), draws.int(-70, 70), 55, -55]),
  );
};

const copy: Lie = (draws, honest) => draws.pick(honest).slice();
