import { expect } from 'chai';
import { RandomIntegers } from '../../random-integers.ts';
import type { Rational } from '../../rational.ts';
import { refusal, seededBytes } from '../../test/support.ts';
import { discreteGaussian } from '../discrete-gaussian.ts';

const CASES: readonly { readonly name: string; readonly variance: Rational; readonly draws: number }[] = [
  { name: '0.7', variance: { numerator: 7n, denominator: 10n }, draws: 200_000 },
  { name: '4', variance: { numerator: 4n, denominator: 1n }, draws: 200_000 },
  { name: '100', variance: { numerator: 100n, denominator: 1n }, draws: 200_000 },
  { name: '2^16', variance: { numerator: 1n << 16n, denominator: 1n }, draws: 200_000 },
  { name: '(2^18·1.1)²', variance: { numerator: 121n << 36n, denominator: 100n }, draws: 100_000 },
];

const ratio = ({ numerator, denominator }: Rational): number => Number(numerator) / Number(denominator);

function draw(variance: Rational, count: number, seed: string): Float64Array {
  const sample = discreteGaussian(variance, seededBytes(seed));
  return Float64Array.from({ length: count }, () => sample());
}

/**
 * Pearson's statistic of samples against the exact probabilities, in bins of whole integers about σ/8 wide,
 * with its degrees of freedom. Bins that expect fewer than 10 join the tails.
 */
function chiSquare(samples: Float64Array, sigma2: number): { statistic: number; freedom: number } {
  const sigma = Math.sqrt(sigma2);
  const width = Math.max(1, Math.floor(sigma / 8));
  const reach = Math.ceil((12 * sigma) / width) + 1;
  // Bin i holds the integers from i·width − ⌊width/2⌋ on.
  const weights = new Float64Array(2 * reach + 1);
  const low = Math.floor(width / 2);
  for (let bin = -reach; bin <= reach; bin++) {
    for (let x = bin * width - low; x < (bin + 1) * width - low; x++)
      weights[bin + reach]! += Math.exp((-x * x) / (2 * sigma2));
  }
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const observed = new Float64Array(weights.length);
  for (const x of samples) {
    const bin = Math.floor((x + low) / width);
    observed[Math.min(2 * reach, Math.max(0, bin + reach))]! += 1;
  }
  let statistic = 0;
  let bins = 0;
  let restExpected = 0;
  let restObserved = 0;
  weights.forEach((weight, i) => {
    const expected = (weight / total) * samples.length;
    if (expected < 10) {
      restExpected += expected;
      restObserved += observed[i]!;
      return;
    }
    statistic += (observed[i]! - expected) ** 2 / expected;
    bins += 1;
  });
  if (restExpected > 0) {
    statistic += (restObserved - restExpected) ** 2 / Math.max(restExpected, 1);
    bins += 1;
  }
  return { statistic, freedom: bins - 1 };
}

/** The (1 − 1e-5) quantile of chi-square (Wilson and Hilferty 1931). */
function critical(freedom: number): number {
  const z = 4.265;
  return freedom * (1 - 2 / (9 * freedom) + z * Math.sqrt(2 / (9 * freedom))) ** 3;
}

describe('discrete Gaussian', () => {
  for (const { name, variance, draws } of CASES) {
    it(`has the exact probabilities at σ² = ${name}, by chi-square`, () => {
      const samples = draw(variance, draws, `chi-square ${name}`);
      const { statistic, freedom } = chiSquare(samples, ratio(variance));
      expect(statistic).to.be.below(critical(freedom));
      // Power: the same samples are told apart from a variance 5 % off.
      const other = chiSquare(samples, ratio(variance) * 1.05);
      expect(other.statistic).to.be.above(critical(other.freedom));
    });

    it(`has mean 0, the right variance and both signs alike at σ² = ${name}`, () => {
      const samples = draw(variance, draws, `moments ${name}`);
      const sigma2 = ratio(variance);
      const sum = samples.reduce((total, x) => total + x, 0);
      const squares = samples.reduce((total, x) => total + x * x, 0);
      const positive = samples.reduce((count, x) => count + (x > 0 ? 1 : 0), 0);
      const negative = samples.reduce((count, x) => count + (x < 0 ? 1 : 0), 0);
      // The exact variance lies below σ² where the lattice is coarse.
      let weight = 0;
      let second = 0;
      const reach = sigma2 > 1000 ? 0 : Math.ceil(15 * Math.sqrt(sigma2));
      for (let x = -reach; x <= reach; x++) {
        weight += Math.exp((-x * x) / (2 * sigma2));
        second += x * x * Math.exp((-x * x) / (2 * sigma2));
      }
      const exact = reach === 0 ? sigma2 : second / weight;
      expect(Math.abs(sum / draws)).to.be.below(4.5 * Math.sqrt(exact / draws));
      // Var(X²) ≈ 2σ⁴, so the sample variance lies within 4.5·σ²·√(2/n), with 99.999 % confidence.
      expect(Math.abs(squares / draws - exact)).to.be.below(4.5 * 1.1 * exact * Math.sqrt(2 / draws));
      expect(Math.abs(positive - negative)).to.be.below(4.5 * Math.sqrt(positive + negative));
    });
  }

  it('has probabilities of a few integers at σ² = 0.7 that agree with the definition', () => {
    const samples = draw({ numerator: 7n, denominator: 10n }, 200_000, 'frequencies');
    const weight = (x: number) => Math.exp((-x * x) / 1.4);
    const total = [-6, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6].reduce((sum, x) => sum + weight(x), 0);
    for (const x of [-2, -1, 0, 1, 2]) {
      const expected = weight(x) / total;
      const seen = samples.reduce((count, sample) => count + (sample === x ? 1 : 0), 0) / samples.length;
      expect(Math.abs(seen - expected)).to.be.below(4.5 * Math.sqrt(expected / samples.length));
    }
  });

  it('draws the same from equal fractions and equal bytes, and other values from other bytes', () => {
    const first = draw({ numerator: 7n, denominator: 2n }, 500, 'same');
    expect(draw({ numerator: 7n, denominator: 2n }, 500, 'same')).to.deep.equal(first);
    expect(draw({ numerator: 7n << 90n, denominator: 2n << 90n }, 500, 'same')).to.deep.equal(first);
    expect(draw({ numerator: 7n, denominator: 2n }, 500, 'other')).not.to.deep.equal(first);
  });

  it('never calls Math.random', () => {
    const original = Math.random;
    Math.random = () => {
      throw new Error('Math.random was called');
    };
    try {
      expect(draw({ numerator: 100n, denominator: 1n }, 1000, 'random').length).to.equal(1000);
    } finally {
      Math.random = original;
    }
  });

  it('refuses another variance, and a source that runs dry', async () => {
    for (const [numerator, denominator] of [
      [0n, 1n],
      [-1n, 1n],
      [1n, 0n],
      [1n << 80n, 1n],
    ] as const) {
      const error = await refusal(() => discreteGaussian({ numerator, denominator }, seededBytes('x')));
      expect(error.code).to.equal('PRIVACY_PARAMETER');
    }
    const dry = discreteGaussian({ numerator: 1n, denominator: 1n }, () => new Uint8Array(3));
    expect((await refusal(dry)).code).to.equal('RANDOM_SOURCE');
  });
});

describe('random integers', () => {
  it('draws below a bound without favour', () => {
    for (const bound of [1, 3, 10, 65_535, 65_536, 65_537, 2 ** 40 + 3]) {
      const integers = new RandomIntegers(seededBytes(`below ${bound}`));
      const thirds = [0, 0, 0];
      for (let i = 0; i < 30_000; i++) {
        const value = integers.below(bound);
        expect(value >= 0 && value < bound).to.equal(true);
        thirds[Math.floor((value * 3) / bound)]! += 1;
      }
      if (bound < 10) continue;
      for (let third = 0; third < 3; third++) {
        const size = Math.ceil(((third + 1) * bound) / 3) - Math.ceil((third * bound) / 3);
        const expected = (30_000 * size) / bound;
        expect(Math.abs((thirds[third] ?? 0) - expected)).to.be.below(4.5 * Math.sqrt(expected));
      }
    }
  });

  it('tries with a rational probability, small and big alike', () => {
    const trials = 60_000;
    for (const [numerator, denominator] of [
      [0, 7],
      [1, 3],
      [2, 3],
      [999, 1000],
      [5, 5],
      [2 ** 38, 2 ** 40],
    ] as const) {
      const integers = new RandomIntegers(seededBytes(`bernoulli ${numerator}/${denominator}`));
      let small = 0;
      let big = 0;
      for (let i = 0; i < trials; i++) {
        if (integers.bernoulli(numerator, denominator)) small += 1;
        if (integers.bernoulliBig(BigInt(numerator), BigInt(denominator))) big += 1;
      }
      const p = numerator / denominator;
      const margin = 4.5 * Math.sqrt(trials * p * (1 - p));
      expect(Math.abs(small - trials * p)).to.be.at.most(margin);
      expect(Math.abs(big - trials * p)).to.be.at.most(margin);
    }
  });

  it('compares the digits of a probability to the last one', () => {
    const stream = (...words: readonly number[]) => {
      const bytes = new Uint8Array(8192);
      words.forEach((word, i) => {
        bytes[2 * i] = word & 0xff;
        bytes[2 * i + 1] = word >> 8;
      });
      return new RandomIntegers(() => bytes);
    };
    // 1/3 = 0.5555…, 1/2 = 0.8000 in base 2^16.
    for (const [numerator, denominator, words, expected] of [
      [1, 3, [0x5554, 0xffff], true],
      [1, 3, [0x5556, 0], false],
      [1, 3, [0x5555, 0x5554], true],
      [1, 3, [0x5555, 0x5556], false],
      [1, 3, [0x5555, 0x5555, 0x5555, 0x5555, 0x5554, 0xffff], true],
      [1, 2, [0x7fff, 0xffff], true],
      [1, 2, [0x8000, 0], false],
      [0, 3, [0, 0], false],
      [3, 3, [0xffff, 0xffff], true],
    ] as const) {
      expect(stream(...words).bernoulli(numerator, denominator)).to.equal(expected);
      expect(stream(...words).bernoulliBig(BigInt(numerator), BigInt(denominator))).to.equal(expected);
    }
  });

  it('tries with an exponential probability, also of more than 1', () => {
    const trials = 60_000;
    for (const gamma of [0, 0.25, 0.5, 1, 1.75, 3]) {
      const integers = new RandomIntegers(seededBytes(`exp ${gamma}`));
      let hits = 0;
      for (let i = 0; i < trials; i++) if (integers.bernoulliExpBig(BigInt(gamma * 4), 4n)) hits += 1;
      const p = Math.exp(-gamma);
      expect(Math.abs(hits - trials * p)).to.be.at.most(4.5 * Math.sqrt(trials * p * (1 - p)));
    }
  });
});
