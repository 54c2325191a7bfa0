import { expect } from 'chai';
import fc from 'fast-check';
import { gaussianLoss } from '../accountants/gaussian.ts';
import { AdaptiveClip, type AdaptiveClipOptions, adaptiveNoiseMultiplier } from '../adaptive-clip.ts';
import type { GaussianRelease } from '../events.ts';
import { checkedPrivacyEvent } from '../privacy-event.ts';
import { RandomIntegers } from '../random-integers.ts';
import { refusal, seededBytes } from './support.ts';

const options: AdaptiveClipOptions = {
  initialNorm: 0.1,
  quantile: 0.5,
  learningRate: 0.2,
  units: 200,
  countNoise: 10,
  leastNorm: 1e-6,
  mostNorm: 1e6,
};

const gaussian = (noiseMultiplier: number): GaussianRelease => ({
  unit: 'record',
  relation: 'add-remove',
  sensitivity: 1,
  noiseMultiplier,
  releases: 1,
});

describe('adaptive clipping', () => {
  for (const quantile of [0.2, 0.5, 0.9]) {
    it(`comes to the ${quantile}-quantile of what stays as it is, through the noise, and stays there`, () => {
      // Norms e^{4u} for uniform u: the γ-quantile is e^{4γ}.
      const uniform = new RandomIntegers(seededBytes(`norms ${quantile}`));
      const noise = seededBytes(`count ${quantile}`);
      let clip = AdaptiveClip.begin({ ...options, quantile });
      const logs: number[] = [];
      for (let round = 0; round < 400; round++) {
        const norms = Array.from({ length: 200 }, () => Math.exp((4 * uniform.below(65_536)) / 65_536));
        clip = clip.after(clip.noisyVotes(norms, noise));
        if (round >= 200) logs.push(Math.log(clip.clipNorm) / 4);
      }
      expect(clip.rounds).to.equal(400);
      const mean = logs.reduce((sum, value) => sum + value, 0) / logs.length;
      expect(mean).to.be.closeTo(quantile, 0.01);
      expect(Math.max(...logs.map((value) => Math.abs(value - quantile)))).to.be.below(0.06);
    });
  }

  it('follows the formula of the paper', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -400, max: 400, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 2, noNaN: true }),
        (votes, quantile, learningRate) => {
          const begun = AdaptiveClip.begin({ ...options, initialNorm: 3, quantile, learningRate });
          const share = 0.5 + votes / 400;
          const expected = 3 * Math.exp(-learningRate * (share - quantile));
          expect(begun.after(votes).clipNorm / expected).to.be.closeTo(1, 1e-12);
        },
      ),
      { seed: 71 },
    );
  });

  it('stays within its bounds, whatever the count', () => {
    const begun = AdaptiveClip.begin({ ...options, learningRate: 10, leastNorm: 0.01, mostNorm: 4 });
    expect(begun.after(1e15).clipNorm).to.equal(0.01);
    expect(begun.after(-1e15).clipNorm).to.equal(4);
    expect(begun.clipNorm).to.equal(0.1);
  });

  it('moves by one vote for a unit more, by two for a unit exchanged, and the noise covers both', () => {
    const begun = AdaptiveClip.begin({ ...options, initialNorm: 1 });
    const votes = (...norms: readonly number[]) => begun.noisyVotes(norms, seededBytes('same noise'));
    expect(votes(0.5, 2, 0.3) - votes(0.5, 2)).to.equal(1);
    expect(votes(0.5, 2, 7) - votes(0.5, 2)).to.equal(-1);
    expect(votes(0.5, 2, 0.3) - votes(0.5, 2, 7)).to.equal(2);
    // At most C, C included; what is no number is not below it.
    expect(votes(1) - votes(Number.NaN)).to.equal(2);
    expect(votes(Number.POSITIVE_INFINITY)).to.equal(votes(Number.NaN));
    let squares = 0;
    const random = seededBytes('count noise');
    for (let i = 0; i < 2000; i++) squares += begun.noisyVotes([], random) ** 2;
    // 2σ_b = 20.
    expect(squares / 2000 / 400).to.be.within(1 - 4.9 * Math.sqrt(2 / 2000), 1 + 4.9 * Math.sqrt(2 / 2000));
  });

  it('says what the count releases, on a grid that every accountant takes', () => {
    for (const countNoise of [0.01, 1, 10, 511, 512, 5000]) {
      const { event } = AdaptiveClip.begin({ ...options, countNoise });
      expect(checkedPrivacyEvent(event)).to.equal(event);
      expect(event.noiseMultiplier).to.equal(2 * countNoise);
      expect(event.gridDeviation).to.be.at.least(1024);
    }
    // No finer than it takes.
    expect(AdaptiveClip.begin({ ...options, countNoise: 1 }).event.gridDeviation).to.equal(1024);
  });

  it('splits the noise so that vectors and count together cost what was meant for the vectors', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.1, max: 50, noNaN: true }),
        fc.double({ min: 1.001, max: 100, noNaN: true }),
        (z, factor) => {
          const countNoise = (z * factor) / 2;
          const split = adaptiveNoiseMultiplier({ noiseMultiplier: z, countNoise });
          const together = gaussianLoss(gaussian(split)) + gaussianLoss(gaussian(2 * countNoise));
          const alone = gaussianLoss(gaussian(z));
          expect(together <= alone + 1n).to.equal(true);
          expect(Number(together) / Number(alone)).to.be.above(1 - 1e-13);
        },
      ),
      { seed: 72 },
    );
    // The example of the paper's section 3.1: a count of σ_b = m/20 for m = 100 units costs next to nothing at z = 1.
    expect(adaptiveNoiseMultiplier({ noiseMultiplier: 1, countNoise: 5 })).to.be.closeTo(1.005, 1e-4);
  });

  it('refuses what has no meaning', async () => {
    for (const changed of [
      { quantile: 1.1 },
      { quantile: Number.NaN },
      { initialNorm: 0 },
      { leastNorm: 2, mostNorm: 1 },
      { initialNorm: 1e7 },
      { learningRate: -1 },
      { units: 0 },
      { countNoise: 0 },
    ]) {
      const error = await refusal(() => AdaptiveClip.begin({ ...options, ...changed }));
      expect(error.code, JSON.stringify(changed)).to.equal('PRIVACY_PARAMETER');
    }
    const begun = AdaptiveClip.begin(options);
    expect((await refusal(() => begun.after(Number.NaN))).code).to.equal('PRIVACY_PARAMETER');
    for (const countNoise of [0.5, 0.4, Number.NaN]) {
      const error = await refusal(() => adaptiveNoiseMultiplier({ noiseMultiplier: 1, countNoise }));
      expect(error.code).to.equal('PRIVACY_PARAMETER');
    }
  });
});
