import { expect } from 'chai';
import fc from 'fast-check';
import { deltaOf, epsilonOf, gaussianLoss, muOfLoss, noiseMultiplierFor } from '../accountants/gaussian.ts';
import { gaussianDelta, gaussianEpsilon, gaussianMu } from '../accountants/gaussian-curve.ts';
import { ERFCX_RELATIVE_ERROR, erfcx, normalUpperTail } from '../accountants/normal.ts';
import { type GaussianRelease, releaseEvent } from '../events.ts';
import { DELTAS, EPSILONS, ERFCX, PUBLISHED_EPSILONS, PUBLISHED_NOISE } from './references.ts';
import { refusal } from './support.ts';

const gaussian = (noiseMultiplier: number, releases: number, sensitivity = 1): GaussianRelease => ({
  unit: 'record',
  relation: 'add-remove',
  sensitivity,
  noiseMultiplier,
  releases,
});

describe('normal tail', () => {
  it('agrees with high-precision values of erfcx within the stated error', () => {
    for (const [x, expected] of ERFCX) {
      expect(Math.abs(erfcx(x) / expected - 1), `erfcx(${x})`).to.be.below(ERFCX_RELATIVE_ERROR / 2);
    }
  });

  it('joins its two methods smoothly, and falls', () => {
    for (let x = 0; x < 20; x += 0.01) expect(erfcx(x + 0.01)).to.be.below(erfcx(x));
    expect(erfcx(0.75) / erfcx(0.75 - 1e-12)).to.be.closeTo(1, 2e-12);
    expect(erfcx(2 * Math.PI) / erfcx(2 * Math.PI - 1e-12)).to.be.closeTo(1, 2e-12);
  });

  it('gives the familiar probabilities', () => {
    expect(normalUpperTail(0)).to.equal(0.5);
    expect(normalUpperTail(1.959963984540054)).to.be.closeTo(0.025, 1e-16);
    expect(normalUpperTail(-1.959963984540054)).to.be.closeTo(0.975, 1e-15);
    expect(normalUpperTail(38)).to.be.within(2.8e-316, 2.9e-316);
  });
});

describe('Gaussian curve', () => {
  it('never reports δ below the truth, nor much above it', () => {
    for (const [epsilon, mu, truth] of DELTAS) {
      const excess = gaussianDelta(epsilon, mu) / truth - 1;
      expect(excess, `δ(${epsilon}; ${mu})`).to.be.within(0, 1e-10);
    }
  });

  it('rounds up below ε = 0 too', () => {
    // To 60 digits.
    expect(gaussianDelta(-4.465401590965591, 0.7417437474990628) / 0.9884999235045571).to.be.within(
      1,
      1 + 1e-14,
    );
  });

  it('takes what comes to δ exactly as within it', () => {
    expect(gaussianEpsilon(gaussianDelta(0.5, 1), 1)).to.be.at.most(0.5);
    expect(gaussianMu(0.5, gaussianDelta(0.5, 1))).to.be.at.least(1);
  });

  it('never reports ε below the truth, nor much above it', () => {
    for (const [mu, delta, truth] of EPSILONS) {
      const excess = gaussianEpsilon(delta, mu) / truth - 1;
      expect(excess, `ε(${delta}; ${mu})`).to.be.within(0, 1e-10);
    }
  });

  it('agrees with the published ε of plain Gaussians', () => {
    const largest = Math.max(
      ...PUBLISHED_EPSILONS.map(([sigma, steps, delta, epsilon]) =>
        Math.abs(gaussianEpsilon(delta, Math.sqrt(steps) / sigma) - epsilon),
      ),
    );
    expect(largest).to.be.below(3e-8);
  });

  it('agrees with the published hockey-stick divergences', () => {
    // google/differential-privacy, dp_accounting, pld tests: sensitivity/σ = 1, then the same under replace.
    const add = [0.86749642, 0.67881797, 0.38292492, 0.12693674, 0.020923636];
    const replace = [0.90958223, 0.81968818, 0.68268949, 0.50986166, 0.331897999];
    [-2, -1, 0, 1, 2].forEach((epsilon, i) => {
      expect(gaussianDelta(epsilon, 1)).to.be.closeTo(add[i] ?? Number.NaN, 5e-9);
      expect(gaussianDelta(epsilon, 2)).to.be.closeTo(replace[i] ?? Number.NaN, 5e-9);
    });
    expect(gaussianDelta(1, 3)).to.be.closeTo(0.78760074, 5e-9);
    expect(gaussianDelta(1, Math.sqrt(3) / 1.7320508075688772)).to.be.closeTo(0.126936, 1e-6);
    expect(1 / gaussianMu(1, 0.78760074)).to.be.closeTo(1 / 3, 1e-8);
    expect((6 * Math.sqrt(25)) / gaussianMu(1, 0.78760074)).to.be.closeTo(10, 1e-7);
    // tensorflow/privacy, compute_dp_sgd_privacy tests without sampling: two releases at σ = 0.7.
    expect(gaussianEpsilon(1e-5, Math.SQRT2 / 0.7)).to.be.closeTo(10.1224946, 1e-7);
    expect(gaussianEpsilon(1e-5, (2 * Math.SQRT2) / 0.7)).to.be.closeTo(24.7160779, 1e-7);
  });

  it('shows the classical formula to fail above ε = 1', () => {
    const sigma = Math.sqrt(2 * Math.log(1.25e5)) / 10;
    expect(gaussianEpsilon(1e-5, 1 / sigma)).to.be.closeTo(10.394, 5e-4);
  });

  it('stays in range at the ends', () => {
    expect(gaussianDelta(0, 0)).to.equal(0);
    expect(gaussianEpsilon(1e-5, 0)).to.equal(0);
    expect(gaussianDelta(1e6, 1e-3)).to.be.within(0, 1e-299);
    expect(gaussianDelta(38.4, 1)).to.be.within(0, 1e-299);
    expect(gaussianDelta(1, 1e6)).to.equal(1);
    expect(gaussianEpsilon(1e-12, 1e5)).to.be.within(5e9, 5.01e9);
    expect(gaussianEpsilon(0.999, 1e-9)).to.equal(0);
    expect(gaussianEpsilon(gaussianDelta(0, 1), 1)).to.equal(0);
    expect(gaussianDelta(1, 1e100)).to.equal(1);
  });

  it('inverts itself', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 20, noNaN: true }),
        fc.double({ min: -12, max: -0.5, noNaN: true }),
        (mu, exponent) => {
          const delta = 10 ** exponent;
          const epsilon = gaussianEpsilon(delta, mu);
          expect(gaussianDelta(epsilon, mu)).to.be.at.most(delta);
          if (epsilon > 1e-3) expect(gaussianMu(epsilon, delta)).to.be.closeTo(mu, 1e-8 * mu);
        },
      ),
      { seed: 7 },
    );
  });

  it('refuses what it cannot answer', async () => {
    for (const work of [
      () => gaussianEpsilon(0, 1),
      () => gaussianEpsilon(1, 1),
      () => gaussianEpsilon(1e-5, -1),
      () => gaussianEpsilon(1e-5, 1.1e100),
      () => gaussianEpsilon(1e-5, Number.NaN),
      () => gaussianDelta(Number.NaN, 1),
      () => gaussianMu(0, 1e-5),
    ]) {
      expect((await refusal(work)).code).to.equal('PRIVACY_PARAMETER');
    }
  });
});

describe('Gaussian accountant', () => {
  const noise = fc.double({ min: 0.3, max: 100, noNaN: true });
  const events = fc.array(
    fc.tuple(noise, fc.integer({ min: 1, max: 500 })).map(([z, releases]) => gaussian(z, releases)),
    { minLength: 1, maxLength: 8 },
  );

  it('composes to (Σσ⁻²)^−½, in any order and any grouping', () => {
    fc.assert(
      fc.property(events, (list) => {
        const epsilon = epsilonOf(list, 1e-5);
        expect(epsilonOf([...list].reverse(), 1e-5)).to.equal(epsilon);
        const mu = Math.sqrt(
          list.reduce((sum, { noiseMultiplier, releases }) => sum + releases / noiseMultiplier ** 2, 0),
        );
        const continuous = gaussianEpsilon(1e-5, mu);
        expect(epsilon).to.be.within(continuous, Math.max(continuous * (1 + 1e-4), 1e-9));
        const single = list.flatMap((event) =>
          event.releases === 1
            ? [event]
            : [
                { ...event, releases: event.releases - 1 },
                { ...event, releases: 1 },
              ],
        );
        expect(epsilonOf(single, 1e-5)).to.be.closeTo(epsilon, epsilon * 1e-9 + 1e-9);
      }),
      { seed: 8 },
    );
  });

  it('costs more for more releases, less noise, and the replace relation', () => {
    fc.assert(
      fc.property(noise, fc.integer({ min: 1, max: 1000 }), (z, releases) => {
        const epsilon = epsilonOf([gaussian(z, releases)], 1e-5);
        expect(epsilonOf([gaussian(z, releases + 1)], 1e-5)).to.be.above(epsilon);
        expect(epsilonOf([gaussian(z * 1.001, releases)], 1e-5)).to.be.below(epsilon);
        const replaced = releaseEvent({ unit: 'record', relation: 'replace', noiseMultiplier: z, releases });
        const halved = gaussian(z / 2, releases);
        expect(epsilonOf([replaced], 1e-5)).to.equal(epsilonOf([halved], 1e-5));
      }),
      { seed: 9, numRuns: 60 },
    );
  });

  it('rounds a loss up, by less than its unit', () => {
    // 3·(1/2)²·2^20/(2^20 − 5), in 2^-96.
    const exact = { numerator: (3n << 116n) * 1n, denominator: 4n * ((1n << 20n) - 5n) };
    const loss = gaussianLoss(gaussian(2, 3));
    expect(loss * exact.denominator >= exact.numerator).to.equal(true);
    expect((loss - 1n) * exact.denominator < exact.numerator).to.equal(true);
    expect(muOfLoss(loss) ** 2).to.be.within(0.75, 0.75 * (1 + 5e-6));
  });

  it('finds the published noise, above it for the discrete grid alone', () => {
    for (const [epsilon, releases, delta, sigma] of PUBLISHED_NOISE) {
      const found = noiseMultiplierFor({ epsilon, delta, releases, relation: 'add-remove' });
      // The published search stops within 4e-5.
      expect(found / sigma - 1).to.be.within(-4e-5, 3e-6);
      expect(epsilonOf([gaussian(found, releases)], delta)).to.be.at.most(epsilon);
      expect(epsilonOf([gaussian(found * (1 - 1e-8), releases)], delta)).to.be.above(epsilon);
      const replaced = noiseMultiplierFor({ epsilon, delta, releases, relation: 'replace' });
      expect(replaced).to.be.closeTo(2 * found, found * 1e-9);
    }
  });

  it('gives no guarantee as soon as one release has no noise', () => {
    const open = releaseEvent({ unit: 'none', relation: 'replace', noiseMultiplier: 0, releases: 1 });
    expect(epsilonOf([gaussian(1, 1), open], 1e-5)).to.equal(Number.POSITIVE_INFINITY);
    expect(deltaOf([open], 3)).to.equal(1);
    expect(deltaOf([gaussian(1, 1)], 1)).to.be.closeTo(0.12693674, 1e-6);
    expect(epsilonOf([], 1e-5)).to.equal(0);
  });

  it('refuses mixed events and numbers out of range', async () => {
    const mixed = () => epsilonOf([gaussian(1, 1), { ...gaussian(1, 1), unit: 'node' }], 1e-5);
    expect((await refusal(mixed)).code).to.equal('PRIVACY_POLICY_MISMATCH');
    for (const change of [
      { noiseMultiplier: 0 },
      { noiseMultiplier: Number.NaN },
      { noiseMultiplier: Number.POSITIVE_INFINITY },
      { releases: 0 },
      { releases: 1.5 },
      { sensitivity: 0.5 },
      { relation: 'replace' as const, sensitivity: 1 },
      { unit: 'day' as 'record' },
    ]) {
      const error = await refusal(() => gaussianLoss({ ...gaussian(1, 1), ...change }));
      expect(error.code).to.equal('PRIVACY_PARAMETER');
    }
  });
});
