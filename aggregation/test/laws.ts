import { expect } from 'chai';
import type { Draw } from './draw.ts';
import {
  aggregate,
  agree,
  type Case,
  drawCase,
  expectAgree,
  expectCase,
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
  /** Whether another order changed the result of a case in which no tie excuses it; undefined where one does. */
  const isChanged = (draws: Draw): boolean | undefined => {
    const given = drawCase(subject, draws);
    const order = draws.order(given.rows.length);
    const first = given.rule.aggregate(given.rows, given.options);
    const again = permuted(given, order);
    const second = again.rule.aggregate(again.rows, again.options);
    const isSame = agree(second.vector, first.vector, slackOf(subject, given.rows));
    if (subject.isTied?.(given) === false && !isSame) expect.fail('another result without any tie');
    if (isTied(subject, given)) return undefined;
    if (laws.order && laws.precision === 'bits' && !hasEqual(first.scores ?? [])) {
      const named = second.leftOut.map(({ row }) => order[row]).sort();
      expect(named).to.deep.equal(first.leftOut.map(({ row }) => row).sort());
    }
    return !isSame;
  };
  describeLaw(subject, laws.order, {
    title: 'does not depend on the order of the rows, but for ties',
    otherwise: 'depends on the order of the rows',
    holds: () => {
      let untied = 0;
      forCases((draws) => {
        const changed = isChanged(draws);
        if (changed === true) expect.fail('another result in another order');
        if (changed === false) untied++;
      });
      // Rows of which each is the nearest of the other always tie: some rules have few other cases.
      expect(untied, 'cases without a tie').to.be.at.least(LAW_RUNS / 20);
    },
    breaks: (draws) => isChanged(draws) === true,
  });
}

/** Claims are exact both ways: a law that is not claimed needs a case that breaks it. */
function describeLaw(
  subject: Subject,
  isClaimed: boolean,
  law: {
    readonly title: string;
    readonly otherwise: string;
    readonly holds: () => void;
    readonly breaks: (draws: Draw) => boolean;
  },
): void {
  if (isClaimed) it(law.title, law.holds);
  else if (subject.isExact) it(law.otherwise, () => expectCase(law.breaks));
}

/** That what the rule gives of a changed case is what it gave, changed. */
function describeChange(
  subject: Subject,
  isClaimed: boolean,
  titles: { readonly title: string; readonly otherwise: string },
  changeOf: (draws: Draw, d: number) => (row: Float64Array) => Float64Array,
): void {
  const pairOf = (draws: Draw) => {
    const given = drawCase(subject, draws);
    const change = changeOf(draws, given.rows[0]?.length ?? 0);
    const wanted = change(aggregate(given));
    const changed = mapped(given, change);
    return { actual: aggregate(changed), wanted, size: [...changed.rows, wanted, ...given.rows] };
  };
  describeLaw(subject, isClaimed, {
    ...titles,
    holds: () =>
      forCases((draws) => {
        const { actual, wanted, size } = pairOf(draws);
        expectAgree(actual, wanted, slackOf(subject, size));
      }),
    breaks: (draws) => {
      const { actual, wanted, size } = pairOf(draws);
      return !agree(actual, wanted, 1e-6 * sizeOf(size));
    },
  });
}

function describeTranslation(subject: Subject): void {
  const titles = {
    title: 'moves with its rows: one offset on all is that offset on the result',
    otherwise: 'does not move with its rows',
  };
  describeChange(subject, subject.laws.translation, titles, (draws, d) => {
    const offset = Array.from({ length: d }, () => draws.int(-5000, 5000) * unitOf(subject));
    return (row) => row.map((x, k) => x + (offset[k] as number));
  });
}

function describeScale(subject: Subject): void {
  const titles = {
    title: 'scales with its rows by powers of two',
    otherwise: 'does not scale with its rows',
  };
  describeChange(subject, subject.laws.scale, titles, (draws) => {
    const factor = 2 ** draws.int(-20, 20);
    return (row) => row.map((x) => x * factor);
  });
}

function describeHull(subject: Subject): void {
  const caseOf = (draws: Draw): Case =>
    draws.int(0, 3) === 0 ? drawCase(subject, draws, wildRows) : drawCase(subject, draws);
  describeLaw(subject, subject.laws.hull, {
    title: 'stays within the hull of its rows, and equal rows give that row',
    otherwise: 'leaves the hull of its rows',
    holds: () =>
      forCases((draws) => {
        const given = caseOf(draws);
        // Means of numbers that do not divide round, and may pass the greatest row by that.
        expectInHull(aggregate(given), given.rows, 1e-12 * sizeOf(given.rows));
      }),
    breaks: (draws) => {
      const given = caseOf(draws);
      return !inHull(aggregate(given), given.rows, 1e-6 * sizeOf(given.rows));
    },
  });
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
