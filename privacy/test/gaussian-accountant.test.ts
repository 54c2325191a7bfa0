import { expect } from 'chai';
import fc from 'fast-check';
import { createAccountant } from '../accountants/create.ts';
import { epsilonOf } from '../accountants/gaussian.ts';
import { createGaussianAccountant } from '../accountants/gaussian-accountant.ts';
import { gaussianDelta, gaussianEpsilon } from '../accountants/gaussian-curve.ts';
import { treeAggregationEvent } from '../accountants/tree-aggregation.ts';
import type { PrivacyRelation } from '../events.ts';
import type { PrivacyEvent } from '../privacy-event.ts';
import { refusal } from './support.ts';

const gaussian = (noiseMultiplier: number): PrivacyEvent => ({ kind: 'gaussian', noiseMultiplier });
const discrete = (noiseMultiplier: number, gridDeviation: number): PrivacyEvent => ({
  kind: 'discrete-gaussian',
  noiseMultiplier,
  gridDeviation,
});

function charged(event: PrivacyEvent, times = 1, relation: PrivacyRelation = 'add-remove') {
  const accountant = createGaussianAccountant(relation);
  accountant.compose(event, times);
  return accountant;
}

describe('exact Gaussian accountant', () => {
  it('has the curve of one Gaussian of (Σσ⁻²)^−½, in any order', () => {
    const sigmas = fc.array(fc.double({ min: 0.3, max: 100, noNaN: true }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(sigmas, fc.integer({ min: 1, max: 500 }), (list, times) => {
        const whole = charged({ kind: 'composed', events: list.map(gaussian) }, times);
        const one = createGaussianAccountant('add-remove');
        for (const sigma of [...list].reverse()) {
          one.compose({ kind: 'repeated', times, event: gaussian(sigma) });
        }
        expect(one.epsilon(1e-5)).to.be.closeTo(whole.epsilon(1e-5), 1e-12 * whole.epsilon(1e-5));
        const mu = Math.sqrt(times * list.reduce((sum, sigma) => sum + sigma ** -2, 0));
        expect(whole.epsilon(1e-5) / gaussianEpsilon(1e-5, mu)).to.be.closeTo(1, 1e-9);
        expect(whole.delta(1)).to.be.closeTo(gaussianDelta(1, mu), 1e-12);
      }),
      { seed: 31, numRuns: 40 },
    );
  });

  it('charges a discrete Gaussian as the ledger does, and less on a finer grid', () => {
    const release = {
      unit: 'record',
      relation: 'replace',
      sensitivity: 2,
      noiseMultiplier: 3,
      releases: 70,
    } as const;
    const coarse = charged(discrete(3, 1024), 70, 'replace').epsilon(1e-5);
    expect(coarse).to.equal(epsilonOf([release], 1e-5));
    const exact = charged(gaussian(3), 70, 'replace').epsilon(1e-5);
    expect(charged(discrete(3, 2 ** 18), 70, 'replace').epsilon(1e-5)).to.be.within(exact, coarse);
    expect(coarse / exact - 1).to.be.within(1e-7, 1e-5);
  });

  it('takes the sensitivity of a correlated run from the event, and of the relation from itself', () => {
    const run: PrivacyEvent = { kind: 'correlated-gaussian', noiseMultiplier: 5, sensitivity: 2.5 };
    expect(charged(run).epsilon(1e-5)).to.be.closeTo(charged(gaussian(2)).epsilon(1e-5), 1e-12);
    expect(charged(run, 1, 'replace').epsilon(1e-5)).to.be.closeTo(charged(gaussian(1)).epsilon(1e-5), 1e-12);
  });

  it('adds failures to δ, and gives up on what is open', () => {
    const failing = charged({
      kind: 'composed',
      events: [gaussian(1), { kind: 'failure', probability: 1e-6 }],
    });
    expect(failing.delta(60)).to.be.within(1e-6, 1.000001e-6);
    expect(failing.epsilon(1e-5)).to.be.above(charged(gaussian(1)).epsilon(1e-5));
    expect(failing.epsilon(1e-6)).to.equal(Number.POSITIVE_INFINITY);
    const open = charged({ kind: 'unprotected' });
    expect([open.epsilon(0.9), open.delta(100)]).to.deep.equal([Number.POSITIVE_INFINITY, 1]);
    expect(charged({ kind: 'unprotected' }, 0).epsilon(0.1)).to.equal(0);
  });

  it('refuses everything else, and charges nothing then', async () => {
    for (const event of [
      { kind: 'laplace', noiseMultiplier: 1 },
      { kind: 'poisson-sampled', rate: 0.5, event: gaussian(1) },
      discrete(1, 1023),
      { kind: 'composed', events: [gaussian(1), { kind: 'epsilon-delta', epsilon: 1, delta: 0 }] },
    ] as PrivacyEvent[]) {
      const accountant = createGaussianAccountant('replace');
      expect(accountant.refuses(event)).to.be.a('string');
      expect((await refusal(() => accountant.compose(event))).code).to.equal('PRIVACY_EVENT_UNSUPPORTED');
      expect(accountant.epsilon(1e-5)).to.equal(0);
    }
    expect((await refusal(() => charged(gaussian(0)))).code).to.equal('PRIVACY_PARAMETER');
    expect((await refusal(() => charged(gaussian(1)).delta(Number.NaN))).code).to.equal('PRIVACY_PARAMETER');
    expect((await refusal(() => createAccountant('moments' as 'rdp', 'replace'))).code).to.equal(
      'PRIVACY_PARAMETER',
    );
  });
});

describe('tree aggregation', () => {
  it('has one level for each power of two', async () => {
    const levels = (steps: number) => treeAggregationEvent({ noiseMultiplier: 1, steps }).sensitivity ** 2;
    for (const [steps, expected] of [
      [1, 1],
      [2, 2],
      [3, 2],
      [4, 3],
      [1600, 11],
      [2047, 11],
      [2048, 12],
      [2 ** 40, 41],
    ] as const) {
      expect(levels(steps), `${steps} steps`).to.be.closeTo(expected, 1e-13);
    }
    expect((await refusal(() => levels(0))).code).to.equal('PRIVACY_PARAMETER');
  });
});
