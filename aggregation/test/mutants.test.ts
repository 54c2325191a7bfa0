import { expect } from 'chai';
import { distancesFrom, krumScores, type Rows, squaredDistances } from '../index.ts';
import { meanOf } from '../kernels/mean.ts';
import { ranking } from '../kernels/ranking.ts';
import { averages, expectClose, inputRows, krumVectors, toRows } from './support.ts';

type Choose = (rows: Rows, f: number) => number;
type Aggregate = (rows: Rows, f: number) => Float64Array;

/** Whether a way to choose one row agrees with every Krum vector and with two cases counted by hand. */
function passesKrum(choose: Choose): boolean {
  const tied = toRows([[-5], [-4], [0], [4], [5]]);
  // Scores 37, 26, 34, 25, 65; without the square 7, 6, 8, 7, 11.
  const squared = toRows([[0], [1], [6], [9], [13]]);
  return (
    krumVectors.cases.every(({ input, f, krum }) => choose(inputRows(input), f) === krum) &&
    choose(tied, 1) === 1 &&
    choose(squared, 1) === 3
  );
}

function passesTrimmedMean(aggregate: Aggregate): boolean {
  return averages.cases.every(({ input, f, trimmedMean }) =>
    agrees(aggregate(inputRows(input), f), trimmedMean),
  );
}

function passesMultiKrum(aggregate: Aggregate): boolean {
  return krumVectors.cases.every(({ input, f, multiKrum }) => {
    const rows = inputRows(input);
    const mean = multiKrum.find(({ m }) => m === rows.length - f)?.mean ?? [];
    return agrees(aggregate(rows, f), mean);
  });
}

function agrees(actual: Float64Array, wanted: readonly number[]): boolean {
  try {
    expectClose(actual, wanted);
    return true;
  } catch {
    return false;
  }
}

/** The first row with the smallest score. */
const first = (scores: Float64Array): number => scores.indexOf(Math.min(...scores));

const sortedColumn = (rows: Rows, k: number): Float64Array =>
  Float64Array.from(rows, (row) => row[k] ?? 0).sort();

const trimming =
  (low: (f: number) => number, high: (f: number) => number): Aggregate =>
  (rows, f) =>
    Float64Array.from(rows[0] ?? [], (_, k) => {
      const kept = sortedColumn(rows, k).subarray(low(f), rows.length - high(f));
      return kept.reduce((sum, x) => sum + x, 0) / kept.length;
    });

const multiKrumOf =
  (count: (n: number, f: number) => number, rank = ranking): Aggregate =>
  (rows, f) => {
    const scores = krumScores(squaredDistances(rows), rows.length - f - 2);
    return meanOf(rows, rank(scores).slice(0, count(rows.length, f)));
  };

/** A vector that lets a wrong rule pass is worth nothing: each of these has to fail one. */
describe('mutants of the rules fail a vector', () => {
  const chooseBy =
    (neighbours: (n: number, f: number) => number): Choose =>
    (rows, f) =>
      first(krumScores(squaredDistances(rows), neighbours(rows.length, f)));

  it('the definitions, written out here again, pass', () => {
    expect(passesKrum(chooseBy((n, f) => n - f - 2))).to.equal(true);
    expect(passesMultiKrum(multiKrumOf((n, f) => n - f))).to.equal(true);
    expect(
      passesTrimmedMean(
        trimming(
          (f) => f,
          (f) => f,
        ),
      ),
    ).to.equal(true);
  });

  const krumMutants: Record<string, Choose> = {
    'n − f − 1 neighbours': chooseBy((n, f) => n - f - 1),
    'n − f − 3 neighbours': chooseBy((n, f) => n - f - 3),
    'all neighbours, which is the medoid': chooseBy((n) => n - 1),
    'distances without the square': (rows, f) => {
      const { n, values } = squaredDistances(rows);
      return first(krumScores({ n, values: values.map(Math.sqrt) }, n - f - 2));
    },
    'the largest distances': (rows, f) => {
      const distances = squaredDistances(rows);
      const scores = rows.map((_, i) =>
        distancesFrom(distances, i)
          .sort()
          .subarray(f + 1)
          .reduce((sum, x) => sum + x, 0),
      );
      return first(Float64Array.from(scores));
    },
    'a tie to the later row': (rows, f) => {
      const scores = krumScores(squaredDistances(rows), rows.length - f - 2);
      return scores.lastIndexOf(Math.min(...scores));
    },
  };
  for (const [name, mutant] of Object.entries(krumMutants)) {
    it(`Krum with ${name}`, () => expect(passesKrum(mutant)).to.equal(false));
  }

  it('n − f − 1 neighbours choose the row that another library chooses', () => {
    const choose = chooseBy((n, f) => n - f - 1);
    for (const { input, f, otherNeighbours } of krumVectors.cases) {
      expect(choose(inputRows(input), f), `${input}, f = ${f}`).to.equal(otherNeighbours);
    }
  });

  const multiKrumMutants: Record<string, Aggregate> = {
    'n − f − 1 rows': multiKrumOf((n, f) => n - f - 1),
    'n rows': multiKrumOf((n) => n),
    'the highest scores': multiKrumOf(
      (n, f) => n - f,
      (scores) => ranking(scores).reverse(),
    ),
  };
  for (const [name, mutant] of Object.entries(multiKrumMutants)) {
    it(`Multi-Krum with ${name}`, () => expect(passesMultiKrum(mutant)).to.equal(false));
  }

  const trimmedMeanMutants: Record<string, Aggregate> = {
    'nothing dropped': trimming(
      () => 0,
      () => 0,
    ),
    'the largest dropped only': trimming(
      () => 0,
      (f) => f,
    ),
    'the smallest dropped only': trimming(
      (f) => f,
      () => 0,
    ),
    'one more dropped at the top': trimming(
      (f) => f,
      (f) => f + 1,
    ),
  };
  for (const [name, mutant] of Object.entries(trimmedMeanMutants)) {
    it(`trimmed mean with ${name}`, () => expect(passesTrimmedMean(mutant)).to.equal(false));
  }
});
