import { expect } from 'chai';
import fc from 'fast-check';
import { createAccountant } from '../accountants/create.ts';
import { epsilonOf } from '../accountants/gaussian.ts';
import { createGaussianAccountant } from '../accountants/gaussian-accountant.ts';
import { gaussianDelta, gaussianEpsilon } from '../accountants/gaussian-curve.ts';
import { treeAggregationEvent } from '../accountants/tree-aggregation.ts';
import type { PrivacyRelation } from '../events.ts';
import type { PrivacyEvent } from '../privacy-event.ts';
import { exactRational } from '../rational.ts';
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
    // As a continuous one of σ² − 5 steps, on a grid of any width.
    const between = charged(discrete(3, 1024.5), 70, 'replace').epsilon(1e-5);
    const narrowed = charged(gaussian(3 * Math.sqrt(1 - 5 / 1024.5 ** 2)), 70, 'replace').epsilon(1e-5);
    expect(between / narrowed).to.be.closeTo(1, 1e-10);
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

  it('adds likely failures to the last digit, upwards', () => {
    const failures = fc.array(fc.double({ min: 1e-9, max: 0.5, noNaN: true }), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(failures, fc.double({ min: 0.1, max: 3, noNaN: true }), (probabilities, mu) => {
        const accountant = createGaussianAccountant('add-remove');
        let [survival, unit] = [1n, 1n];
        for (const probability of probabilities) {
          accountant.compose({ kind: 'failure', probability });
          const { numerator, denominator } = exactRational(probability);
          survival *= denominator - numerator;
          unit *= denominator;
        }
        /** Whether a + b·c, the probability that something failed or else `c` happened, is at most `limit`. */
        const atMost = (c: number, limit: number) => {
          const [less, most] = [exactRational(c), exactRational(limit)];
          const total = (unit - survival) * less.denominator + survival * less.numerator;
          return total * most.denominator <= most.numerator * unit * less.denominator;
        };
        const failed = accountant.delta(0);
        expect(atMost(0, failed)).to.equal(true);
        expect(atMost(0, failed * (1 - 1e-14))).to.equal(false);
        accountant.compose(gaussian(1 / mu));
        const plain = charged(gaussian(1 / mu));
        expect(atMost(plain.delta(1), accountant.delta(1))).to.equal(true);
        expect(atMost(plain.delta(1), accountant.delta(1) * (1 - 1e-14))).to.equal(false);
        const epsilon = accountant.epsilon(failed + (1 - failed) * 0.01);
        expect(atMost(plain.delta(epsilon), failed + (1 - failed) * 0.01)).to.equal(true);
        expect(epsilon).to.be.closeTo(plain.epsilon(0.01), 1e-9);
      }),
      { seed: 32, numRuns: 60 },
    );
    const half = charged({ kind: 'failure', probability: 0.5 });
    expect(half.epsilon(half.delta(0) / (1 + 2 ** -51))).to.equal(Number.POSITIVE_INFINITY);
  });

  it('refuses everything else, and charges nothing then', async () => {
    for (const event of [
      { kind: 'laplace', noiseMultiplier: 1 },
      { kind: 'poisson-sampled', rate: 0.5, event: gaussian(1) },
      discrete(1, 1023),
      discrete(1, 1023.5),
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
