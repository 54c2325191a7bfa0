import type { IntegerLaw } from './law.ts';
import { chiSquarePValue, kolmogorovPValue, normalPValue, poissonPValue } from './special-functions.ts';

/** p-values of the tests that samples of an integer law were put to. */
export type SamplerCheck = {
  /** Pearson's χ² over cells of at least 5 expected draws: 0 by itself, then cells about an eighth of σ wide. */
  readonly chiSquare: number;
  /** Kolmogorov and Smirnov's D over all integers; conservative, since the law is discrete. */
  readonly kolmogorovSmirnov: number;
  /** How many draws lie beyond 4σ, against a Poisson number of the exact mean. */
  readonly tail: number;
  /** The mean of the squares. */
  readonly variance: number;
  /** As many draws above 0 as below. */
  readonly symmetry: number;
};

export const SAMPLER_TESTS: readonly (keyof SamplerCheck)[] = [
  'chiSquare',
  'kolmogorovSmirnov',
  'tail',
  'variance',
  'symmetry',
];

/** Draws counted integer by integer. */
type Counts = {
  /** counts[x + reach] for |x| ≤ reach. */
  readonly counts: Float64Array;
  readonly reach: number;
  readonly draws: number;
  /** Draws beyond the reach; their squares are in the sum. */
  readonly beyond: number;
  readonly sumOfSquares: number;
};

/**
 * Draws and compares with the exact law. Every test takes the same draws, so their p-values depend on each other; a
 * bound on the least of k of them at α/k holds all the same (Bonferroni).
 *
 * @param draw one integer per call.
 * @param draws how many, from 1000 on.
 */
export function checkSampler(draw: () => number, law: IntegerLaw, draws: number): SamplerCheck {
  const counts = count(draw, law.probabilities.length - 1, draws);
  return {
    chiSquare: chiSquare(counts, law),
    kolmogorovSmirnov: kolmogorovSmirnov(counts, law),
    tail: tail(counts, law),
    variance: variance(counts, law),
    symmetry: symmetry(counts),
  };
}

function count(draw: () => number, reach: number, draws: number): Counts {
  const counts = new Float64Array(2 * reach + 1);
  let beyond = 0;
  let sumOfSquares = 0;
  for (let i = 0; i < draws; i++) {
    const x = draw();
    sumOfSquares += x * x;
    if (x > reach || x < -reach) beyond += 1;
    else counts[x + reach]! += 1;
  }
  return { counts, reach, draws, beyond, sumOfSquares };
}

function chiSquare({ counts, reach, draws, beyond }: Counts, law: IntegerLaw): number {
  const width = Math.max(1, Math.floor(Math.sqrt(law.variance) / 8));
  let statistic = 0;
  let cells = 0;
  // What is left of either half when its last cell stays too small joins the cell of 0.
  let expectedRest = law.probabilities[0]! * draws;
  let observedRest = counts[reach]!;
  for (const sign of [-1, 1]) {
    let [expected, observed, size] = [0, 0, 0];
    // From the tail inwards, so that the tail is one cell. Draws beyond the reach are impossible; the left one has them.
    if (sign < 0) observed += beyond;
    for (let x = reach; x >= 1; x--) {
      expected += law.probabilities[x]! * draws;
      observed += counts[reach + sign * x]!;
      size += 1;
      if (expected < 5 || size < width) continue;
      statistic += (observed - expected) ** 2 / expected;
      cells += 1;
      [expected, observed, size] = [0, 0, 0];
    }
    if (size === 0) continue;
    if (expected < 5) {
      expectedRest += expected;
      observedRest += observed;
      continue;
    }
    statistic += (observed - expected) ** 2 / expected;
    cells += 1;
  }
  if (expectedRest > 0) statistic += (observedRest - expectedRest) ** 2 / expectedRest;
  return cells === 0 ? 1 : chiSquarePValue(statistic, cells);
}

function kolmogorovSmirnov({ counts, reach, draws }: Counts, law: IntegerLaw): number {
  let [seen, exact, largest] = [0, 0, 0];
  for (let x = -reach; x <= reach; x++) {
    seen += counts[x + reach]! / draws;
    exact += law.probabilities[Math.abs(x)]!;
    largest = Math.max(largest, Math.abs(seen - exact));
  }
  const root = Math.sqrt(draws);
  // Stephens 1970: the correction for a finite number of draws.
  return kolmogorovPValue((root + 0.12 + 0.11 / root) * largest);
}

function tail({ counts, reach, draws, beyond }: Counts, law: IntegerLaw): number {
  const first = Math.floor(4 * Math.sqrt(law.variance)) + 1;
  let [expected, observed] = [0, beyond];
  for (let x = reach; x >= first; x--) {
    expected += 2 * law.probabilities[x]! * draws;
    observed += counts[reach + x]! + counts[reach - x]!;
  }
  return poissonPValue(observed, expected);
}

function variance({ sumOfSquares, draws }: Counts, law: IntegerLaw): number {
  const deviation = Math.sqrt((law.fourthMoment - law.variance ** 2) / draws);
  return normalPValue((sumOfSquares / draws - law.variance) / deviation);
}

function symmetry({ counts, reach }: Counts): number {
  let [above, below] = [0, 0];
  for (let x = 1; x <= reach; x++) {
    above += counts[reach + x]!;
    below += counts[reach - x]!;
  }
  return above + below === 0 ? 1 : normalPValue((above - below) / Math.sqrt(above + below));
}
