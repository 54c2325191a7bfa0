import { expect } from 'chai';
import fc from 'fast-check';
import {
  boundedRangeDivergence,
  discreteLaplaceDivergence,
  gaussianDivergence,
  laplaceDivergence,
  pureDivergence,
  skellamDivergence,
  summationGap,
  summedDiscreteGaussianDivergence,
} from '../closed-forms.ts';
import { fixedSizeDivergence, fixedSizeGaussianDivergence } from '../fixed-size.ts';
import { quadratureLogMoment } from '../moment-quadrature.ts';
import { fractionalLogMoment } from '../moment-series.ts';
import { integerLogMoment } from '../moment-sum.ts';
import { MOMENT_ERROR, sampledGaussianDivergence } from '../sampled-gaussian.ts';
import {
  BOUNDED_RANGE,
  DISCRETE_LAPLACE,
  FIXED_SIZE,
  LAPLACE,
  PURE,
  SAMPLED_GAUSSIAN,
  SKELLAM,
  SUMMED,
} from './references.ts';

const orders = fc.double({ min: 1.01, max: 80, noNaN: true });
const sigmas = fc.double({ min: -1, max: 3, noNaN: true }).map((exponent) => 10 ** exponent);
const rates = fc.double({ min: -8, max: -0.001, noNaN: true }).map((exponent) => 10 ** exponent);

/** Not below the truth, and above it by `relative` at most. */
function expectJustAbove(value: number, truth: number, relative: number, what: string): void {
  expect(value, `${what}: below the truth`).to.be.at.least(truth * (1 - 1e-16));
  expect(value / truth - 1, `${what}: above the truth`).to.be.at.most(relative);
}

const quadrature = (order: number, sigma: number, rate: number): number =>
  quadratureLogMoment(order, sigma, rate) ?? Number.NaN;

describe('divergence of a sampled Gaussian', () => {
  it('is never below the truth, and above it by 2e-10 at most', () => {
    for (const [order, sigma, rate, truth] of SAMPLED_GAUSSIAN) {
      const value = sampledGaussianDivergence(order, sigma, rate);
      expectJustAbove(value, truth, 2 * MOMENT_ERROR, `D_${order} at σ = ${sigma}, q = ${rate}`);
    }
  });

  it('keeps the signs of the fractional series: the sum of absolute values is far above', () => {
    // σ = 1, q = 1/2: the gap that dp-accounting took on in 2024 (44.80 for 42.87 over 100 rounds).
    const exact = fractionalLogMoment(2.7, 1, 0.5, 2e-11);
    expect(exact).to.be.closeTo(quadrature(2.7, 1, 0.5), 1e-10);
  });

  it('comes out the same by series and by quadrature, wherever the series vouches for itself', () => {
    let taken = 0;
    fc.assert(
      fc.property(orders, sigmas, rates, (order, sigma, rate) => {
        if (Number.isInteger(order) || order / sigma > 500) return;
        const series = fractionalLogMoment(order, sigma, rate, 2e-11);
        if (series === undefined) return;
        taken += 1;
        expect(Math.abs(series / quadrature(order, sigma, rate) - 1)).to.be.below(3e-11);
      }),
      { seed: 11, numRuns: 300 },
    );
    expect(taken).to.be.above(60);
  });

  it('has a fractional formula that passes through the integer one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 60 }), sigmas, rates, (order, sigma, rate) => {
        if (order / sigma > 500) return;
        const integer = integerLogMoment(order, sigma, rate);
        expect(Math.abs(quadrature(order, sigma, rate) / integer - 1)).to.be.below(1e-11);
        const beside = fractionalLogMoment(order + 1e-9, sigma, rate, 1e-9);
        if (beside !== undefined) expect(beside / integer - 1).to.be.within(-1e-9, 1e-5);
      }),
      { seed: 12, numRuns: 200 },
    );
  });

  it('falls with noise, rises with the rate and the order, and ends in the plain Gaussian', () => {
    fc.assert(
      fc.property(orders, sigmas, rates, (order, sigma, rate) => {
        if (order / sigma > 200) return;
        const value = sampledGaussianDivergence(order, sigma, rate);
        expect(sampledGaussianDivergence(order, sigma * 1.1, rate)).to.be.below(value);
        expect(sampledGaussianDivergence(order, sigma, rate * 0.9)).to.be.below(value);
        expect(sampledGaussianDivergence(order * 1.1, sigma, rate)).to.be.above(value);
        expect(value).to.be.below(gaussianDivergence(order, 1 / (sigma * sigma)));
      }),
      { seed: 13, numRuns: 100 },
    );
    expect(sampledGaussianDivergence(3.5, 2, 1)).to.be.closeTo(3.5 / 8, 1e-9);
    expect(sampledGaussianDivergence(3.5, 2, 1 - 2 ** -53)).to.be.closeTo(3.5 / 8, 1e-9);
    expect(sampledGaussianDivergence(3.5, 2, 0)).to.equal(0);
    expect(sampledGaussianDivergence(3.5, 2, 5e-324)).to.be.within(0, 1e-99);
    expect(sampledGaussianDivergence(Number.POSITIVE_INFINITY, 2, 0.1)).to.equal(Number.POSITIVE_INFINITY);
    expect(sampledGaussianDivergence(4096, 1e-6, 0.5)).to.be.within(2e15, 2.1e15);
    expect(sampledGaussianDivergence(1.5, 0.001, 0.5)).to.be.within(7.4e5, 7.6e5);
  });
});

describe('divergences in closed form', () => {
  it('meet their definitions from above', () => {
    for (const [order, shift, truth] of LAPLACE) {
      expectJustAbove(laplaceDivergence(order, shift), truth, 1e-8, `Laplace D_${order}(${shift})`);
    }
    for (const [order, shift, scale, truth] of DISCRETE_LAPLACE) {
      const value = discreteLaplaceDivergence(order, shift / scale, scale);
      expectJustAbove(value, truth, 1e-12, `discrete Laplace D_${order}(${shift} of ${scale})`);
    }
    for (const [order, epsilon, truth] of PURE) {
      expectJustAbove(pureDivergence(order, epsilon), truth, 1e-9, `pure D_${order}(${epsilon})`);
    }
    for (const [order, epsilon, truth] of BOUNDED_RANGE) {
      expectJustAbove(boundedRangeDivergence(order, epsilon), truth, 1e-9, `range D_${order}(${epsilon})`);
    }
  });

  it('are ordered: bounded range below Laplace below randomised response below ε', () => {
    const epsilons = fc.double({ min: -4, max: 2, noNaN: true }).map((exponent) => 10 ** exponent);
    fc.assert(
      fc.property(orders, epsilons, (order, epsilon) => {
        const pure = pureDivergence(order, epsilon);
        expect(boundedRangeDivergence(order, epsilon)).to.be.at.most(pure);
        expect(laplaceDivergence(order, epsilon)).to.be.at.most(pure);
        expect(pure).to.be.at.most(epsilon);
        expect(discreteLaplaceDivergence(order, epsilon, 1e6 / epsilon)).to.be.closeTo(
          laplaceDivergence(order, epsilon),
          2e-6 * epsilon,
        );
      }),
      { seed: 14, numRuns: 200 },
    );
    expect(laplaceDivergence(1.0001, 1e5)).to.be.within(9e4, 1e5);
    expect(pureDivergence(1.0001, 1e5)).to.be.within(9e4, 1e5);
    for (const form of [pureDivergence, laplaceDivergence, boundedRangeDivergence]) {
      expect(form(Number.POSITIVE_INFINITY, 3)).to.equal(3);
    }
    // A shift below one step does not exist.
    expect(discreteLaplaceDivergence(2, 0.01, 10)).to.equal(discreteLaplaceDivergence(2, 0.1, 10));
  });

  it('bound Skellam and summed discrete Gaussians from above, and not by much', () => {
    for (const [order, shift, variance, truth] of SKELLAM) {
      expectJustAbove(skellamDivergence(order, shift, variance, 1), truth, 0.6, `Skellam ${variance}`);
    }
    expect(skellamDivergence(3, 1000, 4e6, 1)).to.be.closeTo(0.375, 0.002);
    expect(skellamDivergence(2.5, 3, 50, 10)).to.be.within(
      skellamDivergence(2, 3, 50, 10),
      skellamDivergence(3, 3, 50, 10),
    );
    for (const [order, shift, shares, shareDeviation, truth] of SUMMED) {
      const mu = shift / (Math.sqrt(shares) * shareDeviation);
      const value = summedDiscreteGaussianDivergence(order, mu, { shares, shareDeviation, dimension: 1 });
      expect(value, `${shares} shares of ${shareDeviation}`).to.be.at.least(truth);
    }
    const many = { shares: 100, shareDeviation: 10, dimension: 1000 };
    expect(summedDiscreteGaussianDivergence(5, 0.3, many)).to.be.closeTo(0.225, 1e-12);
  });

  it('sum τ over the shares, its first terms exactly and the others from above', () => {
    const direct = (shares: number, deviation: number) => {
      let sum = 0;
      for (let k = 1; k < shares; k++)
        sum += 10 * Math.exp((-2 * Math.PI ** 2 * deviation ** 2 * k) / (k + 1));
      return sum;
    };
    expect(summationGap(1, 0.5)).to.equal(0);
    expect(summationGap(20, 0.5)).to.be.closeTo(direct(20, 0.5), 1e-10);
    expect(summationGap(5000, 0.5)).to.be.within(direct(5000, 0.5), direct(5000, 0.5) * 1.01);
    expect(summationGap(2 ** 31, 3)).to.be.within(0, 1e-37);
  });
});

describe('divergence under sampling of fixed size', () => {
  it('meets the integral that defines the bound for a Gaussian', () => {
    for (const [order, sigma, rate, truth] of FIXED_SIZE) {
      const value = fixedSizeGaussianDivergence(order, sigma, rate);
      expectJustAbove(value, truth, 2e-10, `D_${order} at σ = ${sigma}, γ = ${rate}`);
    }
  });

  it('is the formula of the theorem for any mechanism, here by hand at orders 2 and 3', () => {
    const [rate, at2, at3, pure] = [0.1, 0.4, 0.5, 0.7];
    const divergence = (order: number) => ({ 2: at2, 3: at3 })[order] ?? pure;
    const range = Math.expm1(pure);
    const second = rate ** 2 * Math.min(4 * Math.expm1(at2), Math.exp(at2) * Math.min(2, range ** 2));
    const third = rate ** 3 * Math.exp(2 * at3) * Math.min(2, range ** 3);
    expect(fixedSizeDivergence(2, rate, divergence)).to.be.closeTo(Math.log1p(second), 1e-10);
    expect(fixedSizeDivergence(3, rate, divergence)).to.be.closeTo(Math.log1p(3 * second + third) / 2, 1e-10);
    const endless = (order: number) => (order === 2 ? at2 : Number.POSITIVE_INFINITY);
    const least = rate ** 2 * Math.min(4 * Math.expm1(at2), 2 * Math.exp(at2));
    expect(fixedSizeDivergence(2, rate, endless)).to.be.closeTo(Math.log1p(least), 1e-10);
  });

  it('is above the divergence of data sets that are known, and below the bound for any mechanism', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 40 }),
        fc.double({ min: 0.3, max: 20, noNaN: true }),
        fc.double({ min: -4, max: -0.1, noNaN: true }),
        (order, sigma, exponent) => {
          const rate = 10 ** exponent;
          const value = fixedSizeGaussianDivergence(order, sigma, rate);
          // All other units at −C, the one that differs at C or −C.
          expect(value).to.be.at.least(
            sampledGaussianDivergence(order, sigma, rate) * (1 - 2 * MOMENT_ERROR),
          );
          const any = fixedSizeDivergence(order, rate, (a) => gaussianDivergence(a, 1 / (sigma * sigma)));
          expect(value).to.be.below(any);
        },
      ),
      { seed: 15, numRuns: 60 },
    );
    expect(fixedSizeGaussianDivergence(64, 0.01, 0.1)).to.equal(Number.POSITIVE_INFINITY);
  });
});
