import { expect } from 'chai';
import {
  aggregate,
  agree,
  type Case,
  drawCase,
  expectAgree,
  expectInHull,
  forCases,
  inHull,
  mapped,
  permuted,
  type Subject,
  sizeOf,
  slackOf,
  unitOf,
  wildRows,
} from './law-cases.ts';
import { LAW_RUNS } from './law-runs.ts';
import { hasEqual, isTied } from './law-ties.ts';
import { describeBits } from './laws-bits.ts';
import { describeLiars } from './laws-liars.ts';
import { describeRefusals } from './laws-refusals.ts';

/** What every aggregation rule has to satisfy, whatever its arithmetic; each new rule runs through it. */
export function describeLaws(subject: Subject): void {
  describe(subject.name, () => {
    describeOrder(subject);
    describeTranslation(subject);
    describeScale(subject);
    describeHull(subject);
    describeBits(subject);
    describeReport(subject);
    describeScores(subject);
    describeLiars(subject);
    describeRefusals(subject);
  });
}

function describeOrder(subject: Subject): void {
  const { laws } = subject;
  it(laws.order ? 'does not depend on the order of the rows, but for ties' : 'depends on their order', () => {
    let untied = 0;
    let moved = 0;
    forCases((draws) => {
      const given = drawCase(subject, draws);
      const order = draws.order(given.rows.length);
      const first = given.rule.aggregate(given.rows, given.options);
      const again = permuted(given, order);
      const second = again.rule.aggregate(again.rows, again.options);
      const isSame = agree(second.vector, first.vector, slackOf(subject, given.rows));
      if (subject.isTied?.(given) === false && !isSame) expect.fail('another result without any tie');
      if (isTied(subject, given)) return;
      untied++;
      if (!isSame) moved++;
      if (!laws.order || subject.laws.precision === 'rounding' || hasEqual(first.scores ?? [])) return;
      const named = second.leftOut.map(({ row }) => order[row]).sort();
      expect(named).to.deep.equal(first.leftOut.map(({ row }) => row).sort());
    });
    // Rows of which each is the nearest of the other always tie: some rules have few other cases.
    expect(untied, 'cases without a tie').to.be.at.least(LAW_RUNS / 20);
    if (laws.order) expect(moved, 'untied cases that changed').to.equal(0);
    else if (subject.isExact) expect(moved, 'untied cases that changed').to.be.greaterThan(0);
  });
}

function describeTranslation(subject: Subject): void {
  const holds = subject.laws.translation;
  it(
    holds
      ? 'moves with its rows: one offset on all is that offset on the result'
      : 'does not move with its rows',
    () => {
      witness(holds, subject, (draws) => {
        const given = drawCase(subject, draws);
        const offset = Float64Array.from(given.rows[0] ?? [], () => draws.int(-5000, 5000) * unitOf(subject));
        const add = (row: Float64Array): Float64Array => row.map((x, k) => x + (offset[k] as number));
        return { given, changed: mapped(given, add), wanted: add(aggregate(given)) };
      });
    },
  );
}

function describeScale(subject: Subject): void {
  const holds = subject.laws.scale;
  it(holds ? 'scales with its rows by powers of two' : 'does not scale with its rows', () => {
    witness(holds, subject, (draws) => {
      const given = drawCase(subject, draws);
      const factor = 2 ** draws.int(-20, 20);
      const scale = (row: Float64Array): Float64Array => row.map((x) => x * factor);
      return { given, changed: mapped(given, scale), wanted: scale(aggregate(given)) };
    });
  });
}

/** The law in every case where it is claimed; a case that breaks it where it is not: claims are exact both ways. */
function witness(
  holds: boolean,
  subject: Subject,
  drawPair: (draws: Parameters<Parameters<typeof forCases>[0]>[0]) => {
    readonly given: Case;
    readonly changed: Case;
    readonly wanted: Float64Array;
  },
): void {
  let broken = 0;
  forCases((draws) => {
    const { given, changed, wanted } = drawPair(draws);
    const slack = slackOf(subject, [...changed.rows, wanted, ...given.rows]);
    const actual = aggregate(changed);
    if (holds) expectAgree(actual, wanted, slack);
    else if (!agree(actual, wanted, 1e-6 * sizeOf([...changed.rows, wanted]))) broken++;
  });
  if (!holds && subject.isExact) expect(broken, 'cases that break the law').to.be.greaterThan(0);
}

function describeHull(subject: Subject): void {
  const holds = subject.laws.hull;
  it(
    holds ? 'stays within the hull of its rows, and equal rows give that row' : 'leaves the hull of its rows',
    () => {
      let left = 0;
      forCases((draws) => {
        const given = draws.int(0, 3) === 0 ? drawCase(subject, draws, wildRows) : drawCase(subject, draws);
        const vector = aggregate(given);
        // Means of numbers that do not divide round, and may pass the greatest row by that.
        const slack = 1e-12 * sizeOf(given.rows);
        if (holds) expectInHull(vector, given.rows, slack);
        else if (!inHull(vector, given.rows, 1e-6 * sizeOf(given.rows))) left++;
      });
      if (!holds && subject.isExact) expect(left, 'cases outside the hull').to.be.greaterThan(0);
    },
  );
}

function describeReport(subject: Subject): void {
  it('says what became of every row', () => {
    forCases((draws) => {
      const { rule, rows, options } = drawCase(subject, draws, wildRows);
      const { selected, leftOut, scores, trimmedShare, weights, vector } = rule.aggregate(rows, options);
      const all = [...rows.keys()];
      const left = leftOut.map(({ row }) => row);
      if (vector.length !== rows[0]?.length) expect(vector.length).to.equal(rows[0]?.length);
      requireAscending(selected);
      requireAscending(left);
      for (const { reason } of leftOut) if (!/\d/.test(reason)) expect(reason).to.match(/\d/);
      for (const each of [scores, trimmedShare, weights]) {
        if (each !== undefined && each.length !== rows.length) expect(each.length).to.equal(rows.length);
      }
      if (subject.kind === 'selecting') {
        requireEqual([...selected, ...left].sort(ascending), all);
      } else if (subject.kind === 'coordinate-wise') {
        requireEqual(selected, all);
        expect(trimmedShare).to.not.equal(undefined);
      }
    });
  });
}

function describeScores(subject: Subject): void {
  if (!subject.ranksOnce) return;
  it('takes the rows with the lowest scores, and of equal ones the earlier', () => {
    let equal = 0;
    forCases((draws) => {
      const { rule, rows, options } = drawCase(subject, draws);
      const { selected, scores } = rule.aggregate(rows, options);
      if (scores === undefined) return expect.fail('no scores');
      const taken = new Set(selected);
      for (const row of selected) {
        for (let other = 0; other < rows.length; other++) {
          if (taken.has(other)) continue;
          const [mine, its] = [scores[row] as number, scores[other] as number];
          if (mine === its) equal++;
          if (mine > its || (mine === its && row > other))
            expect.fail(`row ${row} was taken before ${other}`);
        }
      }
    });
    expect(equal, 'ties').to.be.greaterThan(0);
  });
}

const ascending = (a: number, b: number): number => a - b;

function requireAscending(rows: readonly number[]): void {
  for (const [i, row] of rows.entries()) {
    if (i > 0 && row <= (rows[i - 1] as number)) expect(rows, 'ascending').to.deep.equal([]);
  }
}

function requireEqual(actual: readonly number[], wanted: readonly number[]): void {
  if (actual.join() !== wanted.join()) expect(actual).to.deep.equal(wanted);
}
