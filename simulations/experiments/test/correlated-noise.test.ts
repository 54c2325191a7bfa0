import { expect } from 'chai';
import { gaussianEpsilon } from '../../../privacy/index.ts';
import { KINDS, mostGain, scaledNoise, TARGET } from '../correlated-noise/errors.ts';
import { measuredErrors } from '../correlated-noise/monte-carlo.ts';
import { trainQuadratic } from '../correlated-noise/quadratic.ts';

describe('correlated noise against independent noise', () => {
  it('meets the same (ε, δ) with every kind of noise', () => {
    for (const kind of KINDS) {
      const { sensitivity, noiseMultiplier } = scaledNoise(kind, { rounds: 100, minSeparation: 5 });
      const epsilon = gaussianEpsilon(TARGET.delta, (2 * sensitivity) / noiseMultiplier);
      expect(epsilon).to.be.within(TARGET.epsilon * (1 - 1e-9), TARGET.epsilon);
    }
  });

  it('gains what the tables of the documentation say', () => {
    for (const [rounds, minSeparation, rms, last] of [
      [100, 1, 1, 1],
      [100, 2, 1.371, 1.386],
      [100, 5, 1.964, 2.047],
      [100, 10, 2.412, 2.609],
      [1000, 5, 2.17, 2.192],
      [1000, 10, 2.947, 3.014],
      [1000, 20, 3.875, 4.045],
    ] as const) {
      const { gain } = scaledNoise('banded', { rounds, minSeparation });
      expect(gain.rms).to.be.closeTo(rms, 6e-4);
      expect(gain.last).to.be.closeTo(last, 6e-4);
      const most = mostGain({ rounds, minSeparation });
      expect(gain.rms).to.be.at.most(most.rms);
      expect(gain.last).to.be.at.most(most.last * (1 + 1e-12));
      expect(most.last).to.be.closeTo(Math.sqrt(minSeparation), 1e-12);
    }
    expect(scaledNoise('independent', { rounds: 100, minSeparation: 10 }).rms).to.be.closeTo(26.98, 6e-3);
    expect(scaledNoise('square root', { rounds: 100, minSeparation: 10 }).rms).to.be.closeTo(15.62, 6e-3);
    expect(scaledNoise('banded', { rounds: 100, minSeparation: 10 }).rms).to.be.closeTo(11.19, 6e-3);
  });

  it('is measured to be what is computed, within four standard errors', () => {
    for (const kind of KINDS) {
      const noise = scaledNoise(kind, { rounds: 40, minSeparation: 5 });
      const { rms, last } = measuredErrors(noise, 300, `test/${kind}`);
      expect(Math.abs(rms.standardErrors), kind).to.be.below(4);
      expect(Math.abs(last.standardErrors), kind).to.be.below(4);
      const halved = measuredErrors({ ...noise, noiseMultiplier: noise.noiseMultiplier / 2 }, 300, 'halved');
      expect(halved.rms.standardErrors).to.be.below(-6);
    }
  });

  it('trains a quadratic to less than two thirds of the excess loss, ten rounds apart at equal ε', () => {
    const schema = { rounds: 80, minSeparation: 10 };
    const mean = (kind: (typeof KINDS)[number]) => {
      const noise = scaledNoise(kind, schema);
      const losses = [1, 2, 3, 4].map(
        (seed) => trainQuadratic({ ...schema, cohort: 20, dimension: 16, seed }, noise, [0.16])[0]?.last,
      );
      return losses.reduce<number>((sum, loss) => sum + (loss ?? Number.NaN), 0) / losses.length;
    };
    expect(mean('banded') / mean('independent')).to.be.below(2 / 3);
  });
});
