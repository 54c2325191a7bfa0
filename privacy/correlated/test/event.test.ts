import { expect } from 'chai';
import { createGaussianAccountant } from '../../accountants/gaussian-accountant.ts';
import { gaussianEpsilon } from '../../accountants/gaussian-curve.ts';
import { refusal } from '../../test/support.ts';
import { correlatedGaussianEvent, correlatedNoiseMultiplierFor } from '../event.ts';
import { correlatedPlan } from '../plan.ts';
import { correlatedSensitivity } from '../sensitivity.ts';
import { squareRootCoefficients } from '../square-root.ts';

const plan = correlatedPlan({ rounds: 30, minSeparation: 5, coefficients: squareRootCoefficients(30, 5) });

describe('event of correlated noise', () => {
  it('holds the sensitivity, and slightly less noise than there is', () => {
    const event = correlatedGaussianEvent({ ...plan, noiseMultiplier: 3 });
    expect(event.kind).to.equal('correlated-gaussian');
    expect(event.sensitivity).to.equal(correlatedSensitivity(plan));
    expect(event.noiseMultiplier).to.be.within(3 * (1 - 1e-11), 3 * Math.sqrt(1 - 5 / 2 ** 44));
  });

  it('is met by the calibrated noise, and by little less not', () => {
    for (const relation of ['add-remove', 'replace'] as const) {
      for (const epsilon of [0.5, 8]) {
        const noiseMultiplier = correlatedNoiseMultiplierFor({ plan, epsilon, delta: 1e-5, relation });
        const unit = relation === 'replace' ? 2 : 1;
        const spent = (multiplier: number) =>
          gaussianEpsilon(1e-5, (unit * correlatedSensitivity(plan)) / multiplier);
        expect(spent(noiseMultiplier)).to.be.within(epsilon * (1 - 1e-9), epsilon);
        expect(spent(noiseMultiplier * (1 - 1e-8))).to.be.above(epsilon);
        const accountant = createGaussianAccountant(relation);
        accountant.compose(correlatedGaussianEvent({ ...plan, noiseMultiplier }));
        expect(accountant.epsilon(1e-5)).to.be.at.most(epsilon);
      }
    }
  });

  it('costs with C = I what as many independent sums of one unit cost', () => {
    const independent = correlatedPlan({ rounds: 30, minSeparation: 5, coefficients: [1] });
    const event = correlatedGaussianEvent({ ...independent, noiseMultiplier: 4 });
    const [run, sums] = [createGaussianAccountant('replace'), createGaussianAccountant('replace')];
    run.compose(event);
    sums.compose({ kind: 'gaussian', noiseMultiplier: 4 }, 6);
    expect(run.epsilon(1e-5)).to.be.within(sums.epsilon(1e-5), sums.epsilon(1e-5) * (1 + 1e-9));
  });

  it('refuses noise out of range', async () => {
    const refused = await refusal(() => correlatedGaussianEvent({ ...plan, noiseMultiplier: 0 }));
    expect(refused.code).to.equal('PRIVACY_PARAMETER');
  });
});
