import { expect } from 'chai';
import { seededBytes } from '../../test/support.ts';
import { checkSampler, SAMPLER_TESTS, type SamplerCheck } from '../check/check-sampler.ts';
import { discreteGaussianLaw, discreteLaplaceLaw, type IntegerLaw } from '../check/law.ts';
import {
  chiSquarePValue,
  kolmogorovPValue,
  normalPValue,
  poissonPValue,
} from '../check/special-functions.ts';
import { discreteGaussian } from '../discrete-gaussian.ts';
import { discreteLaplace } from '../discrete-laplace.ts';
import { fastDiscreteGaussian } from '../fast-discrete-gaussian.ts';

const DEVIATIONS = [
  { name: '0.3', variance: { numerator: 9n, denominator: 100n } },
  { name: '1', variance: { numerator: 1n, denominator: 1n } },
  { name: '√0.7', variance: { numerator: 7n, denominator: 10n } },
  { name: '10', variance: { numerator: 100n, denominator: 1n } },
  { name: '1000', variance: { numerator: 1_000_000n, denominator: 1n } },
  { name: '10^4', variance: { numerator: 10n ** 8n, denominator: 1n } },
];

const least = (check: SamplerCheck) => Math.min(...SAMPLER_TESTS.map((test) => check[test]));

/** 65 p-values of sound samplers in this file: over all seeds, one is below 1e-6 with a probability of at most 6.5e-5. */
const LIMIT = 1e-6;

describe('goodness of fit', () => {
  for (const { name, variance } of DEVIATIONS) {
    const law = discreteGaussianLaw(Number(variance.numerator) / Number(variance.denominator));
    it(`passes the exact sampler at σ = ${name}, 10^5 draws`, () => {
      const check = checkSampler(discreteGaussian(variance, seededBytes(`exact ${name}`)), law, 100_000);
      expect(least(check), JSON.stringify(check)).to.be.above(LIMIT);
    });
    it(`passes the fast sampler at σ = ${name}, 10^6 draws`, () => {
      const check = checkSampler(fastDiscreteGaussian(variance, seededBytes(`fast ${name}`)), law, 1_000_000);
      expect(least(check), JSON.stringify(check)).to.be.above(LIMIT);
    });
  }

  it('passes the discrete Laplace at a scale of 10/3, 10^5 draws', () => {
    const draw = discreteLaplace({ numerator: 20n, denominator: 6n }, seededBytes('laplace'));
    const check = checkSampler(draw, discreteLaplaceLaw(10 / 3), 100_000);
    expect(least(check), JSON.stringify(check)).to.be.above(LIMIT);
  });
});

describe('goodness of fit of broken samplers', () => {
  const sigma = 10;
  const law = discreteGaussianLaw(sigma ** 2);
  const sound = (seed: string, numerator = 10_000n) =>
    fastDiscreteGaussian({ numerator, denominator: 100n }, seededBytes(seed));
  const fails = (draw: () => number, test: keyof SamplerCheck, of: IntegerLaw = law, draws = 1_000_000) =>
    expect(checkSampler(draw, of, draws)[test]).to.be.below(LIMIT);

  it('sees a variance that is 2 % off, either way', () => {
    fails(sound('wide', 10_200n), 'variance');
    fails(sound('narrow', 9_800n), 'variance');
    fails(sound('narrow', 9_600n), 'chiSquare');
    fails(sound('wide', 10_600n), 'kolmogorovSmirnov');
  });

  it('sees a tail that is cut at 4σ', () => {
    const draw = sound('cut');
    fails(() => {
      for (;;) {
        const x = draw();
        if (Math.abs(x) <= 4 * sigma) return x;
      }
    }, 'tail');
  });

  it('sees a zero that is drawn with both signs', () => {
    const integers = sound('zero');
    let spare = false;
    // Half of the draws of 1 and −1 become 0, which is then about twice as likely as it should be.
    const draw = () => {
      const x = integers();
      if (Math.abs(x) !== 1) return x;
      spare = !spare;
      return spare ? x : 0;
    };
    fails(draw, 'chiSquare', law, 100_000);
  });

  it('sees a sign that is not fair, a shift by one step, and a law that is no Gaussian', () => {
    const biased = sound('sign');
    let turn = 0;
    fails(() => {
      turn += 1;
      const x = biased();
      return turn % 50 === 0 ? Math.abs(x) : x;
    }, 'symmetry');
    const shifted = sound('shift');
    fails(() => shifted() + 1, 'kolmogorovSmirnov');
    const laplace = discreteLaplace({ numerator: 7n, denominator: 1n }, seededBytes('not Gaussian'));
    fails(laplace, 'chiSquare', law, 100_000);
  });
});

describe('p-values', () => {
  it('agree with tables', () => {
    expect(chiSquarePValue(18.307, 10)).to.be.closeTo(0.05, 1e-5);
    expect(chiSquarePValue(124.342, 100)).to.be.closeTo(0.05, 1e-5);
    expect(chiSquarePValue(10.828, 1)).to.be.closeTo(0.001, 1e-6);
    expect(chiSquarePValue(0, 5)).to.equal(1);
    expect(normalPValue(-1.959963984540054)).to.be.closeTo(0.05, 1e-12);
    expect(kolmogorovPValue(1.3581)).to.be.closeTo(0.05, 1e-5);
    expect(kolmogorovPValue(1.6276)).to.be.closeTo(0.01, 1e-5);
    expect(kolmogorovPValue(0.1)).to.equal(1);
  });

  it('of Poisson numbers are twice the shorter tail', () => {
    // P[X ≤ 2] = 13·e^{−4}·… for mean 4: e^{−4}(1 + 4 + 8).
    expect(poissonPValue(2, 4)).to.be.closeTo(2 * 13 * Math.exp(-4), 1e-12);
    expect(poissonPValue(0, 20)).to.be.closeTo(2 * Math.exp(-20), 1e-20);
    expect(poissonPValue(1, 1e-9)).to.be.closeTo(2e-9, 1e-15);
    expect(poissonPValue(4, 4)).to.equal(1);
  });
});
