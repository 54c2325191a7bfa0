import { expect } from 'chai';
import { RandomIntegers } from '../../random-integers.ts';
import type { Rational } from '../../rational.ts';
import { refusal, seededBytes } from '../../test/support.ts';
import { discreteGaussian } from '../discrete-gaussian.ts';

function draw(variance: Rational, count: number, seed: string): Float64Array {
  const sample = discreteGaussian(variance, seededBytes(seed));
  return Float64Array.from({ length: count }, () => sample());
}

describe('discrete Gaussian', () => {
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
        if (!(value >= 0 && value < bound)) expect.fail(`${value} of ${bound}`);
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
