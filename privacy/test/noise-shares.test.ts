import { expect } from 'chai';
import fc from 'fast-check';
import { summationGap } from '../accountants/rdp/closed-forms.ts';
import { gridNoiseVariance } from '../mechanism.ts';
import { MIN_SHARE_VARIANCE, type NoiseShareOptions, noiseShare } from '../noise-shares.ts';
import { checkedPrivacyEvent } from '../privacy-event.ts';
import { RandomIntegers } from '../random-integers.ts';
import { fastDiscreteGaussian } from '../samplers/fast-discrete-gaussian.ts';
import { refusal, seededBytes } from './support.ts';

const options: NoiseShareOptions = {
  clipNorm: 0.5,
  noiseMultiplier: 1.1,
  gridBits: 16,
  members: 12,
  dropouts: 3,
  colluders: 2,
};

describe('noise shares', () => {
  it('reach the target with every number of survivors that is allowed, and not with one less', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 0, max: 60 }),
        fc.integer({ min: 0, max: 60 }),
        fc.double({ min: 0.1, max: 20, noNaN: true }),
        (honest, dropouts, colluders, noiseMultiplier) => {
          const members = honest + dropouts + colluders;
          const given = { ...options, noiseMultiplier, gridBits: 20, members, dropouts, colluders };
          const target = gridNoiseVariance(given);
          const share = noiseShare(given);
          expect(share.honestSurvivors).to.equal(honest);
          for (let survivors = members - dropouts; survivors <= members; survivors++) {
            for (const liars of [0, Math.min(colluders, survivors)]) {
              expect(BigInt(survivors - liars) * share.variance >= target).to.equal(true);
            }
          }
          // Not more noise than that asks for, either.
          expect(BigInt(honest) * (share.variance - 1n) < target).to.equal(true);
          expect(BigInt(honest - 1) * share.variance < target).to.equal(true);
        },
      ),
      { seed: 61, numRuns: 200 },
    );
  });

  it('add up to the target deviation in whatever set survives, measured', () => {
    const share = noiseShare(options);
    const target = 1.1 * 0.5 * 2 ** 16;
    const integers = new RandomIntegers(seededBytes('who drops out'));
    const draw = fastDiscreteGaussian({ numerator: share.variance, denominator: 1n }, seededBytes('shares'));
    const coordinates = 4000;
    for (let trial = 0; trial < 8; trial++) {
      const lost = trial === 0 ? options.dropouts : integers.below(options.dropouts + 1);
      const honest = options.members - lost - options.colluders;
      let squares = 0;
      for (let i = 0; i < coordinates; i++) {
        let sum = 0;
        for (let member = 0; member < honest; member++) sum += draw();
        squares += sum * sum;
      }
      const ratio = squares / coordinates / target ** 2;
      const margin = 4.9 * Math.sqrt(2 / coordinates);
      expect(ratio).to.be.above(1 - margin);
      expect(ratio / (honest / share.honestSurvivors)).to.be.within(1 - margin, 1 + margin);
    }
  });

  it('release an event that is charged for the honest survivors alone', () => {
    const share = noiseShare(options);
    const event = share.event(300);
    expect(checkedPrivacyEvent(event)).to.equal(event);
    expect(event).to.include({
      kind: 'summed-discrete-gaussian',
      noiseMultiplier: 1.1,
      shares: 7,
      dimension: 300,
    });
    expect(event.shareDeviation ** 2).to.be.at.most(Number(share.variance));
    expect(event.shareDeviation ** 2 / Number(share.variance)).to.be.closeTo(1, 1e-14);
    expect(summationGap(1 << 20, Math.sqrt(Number(MIN_SHARE_VARIANCE)))).to.be.below(2 ** -431);
  });

  it('refuse a group without an honest survivor, a coarse grid, and numbers out of range', async () => {
    const codeOf = async (changed: Partial<NoiseShareOptions>) =>
      (await refusal(() => noiseShare({ ...options, ...changed }))).code;
    expect(await codeOf({ members: 5 })).to.equal('NOISE_SHARE_UNCOVERED');
    expect(await codeOf({ colluders: 9 })).to.equal('NOISE_SHARE_UNCOVERED');
    expect(noiseShare({ ...options, colluders: 8 }).honestSurvivors).to.equal(1);
    expect(await codeOf({ gridBits: 8 })).to.equal('GRID_TOO_COARSE');
    const finest = { clipNorm: 1, noiseMultiplier: 1, gridBits: 10, dropouts: 0, colluders: 0 };
    expect(noiseShare({ ...options, ...finest, members: 2 ** 15 }).variance).to.equal(MIN_SHARE_VARIANCE);
    expect(await codeOf({ gridBits: 11, members: 100_000 })).to.equal('GRID_TOO_COARSE');
    expect(await codeOf({ members: 0 })).to.equal('PRIVACY_PARAMETER');
    expect(await codeOf({ dropouts: -1 })).to.equal('PRIVACY_PARAMETER');
    expect(await codeOf({ colluders: 0.5 })).to.equal('PRIVACY_PARAMETER');
    expect((await refusal(() => noiseShare(options).event(0))).code).to.equal('PRIVACY_PARAMETER');
  });
});
