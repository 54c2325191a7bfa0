import { expect } from 'chai';
import fc from 'fast-check';
import { advancedComposition } from '../accountants/advanced-composition.ts';
import { createAccountant } from '../accountants/create.ts';
import { noiseMultiplierFor } from '../accountants/gaussian.ts';
import { calibrateNoise, mostRounds } from '../calibration.ts';
import type { PrivacyEvent } from '../privacy-event.ts';
import { refusal } from './support.ts';

const poisson = (rate: number, noiseMultiplier: number): PrivacyEvent => ({
  kind: 'poisson-sampled',
  rate,
  event: { kind: 'gaussian', noiseMultiplier },
});
const repeated = (times: number, event: PrivacyEvent): PrivacyEvent => ({ kind: 'repeated', times, event });

/** An accountant maker that counts how often it was asked. */
function counted(name: 'gaussian' | 'rdp') {
  const made = { count: 0, accountant: () => createAccountant(name, 'add-remove') };
  return {
    made,
    accountant: () => {
      made.count += 1;
      return made.accountant();
    },
  };
}

describe('calibration of noise', () => {
  it('meets the exact formula to the tolerance, from above, in few evaluations', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 50, noNaN: true }),
        fc.double({ min: -12, max: -1, noNaN: true }),
        fc.integer({ min: 1, max: 100_000 }),
        (epsilon, exponent, releases) => {
          const delta = 10 ** exponent;
          const { accountant, made } = counted('gaussian');
          const event = (noiseMultiplier: number): PrivacyEvent =>
            repeated(releases, { kind: 'discrete-gaussian', noiseMultiplier, gridDeviation: 1024 });
          const noise = calibrateNoise({ event, accountant, epsilon, delta });
          const exact = noiseMultiplierFor({ epsilon, delta, releases, relation: 'add-remove' });
          expect(noise / exact - 1).to.be.within(-1e-8, 1.0001e-4);
          expect(made.count).to.be.at.most(25);
          const check = createAccountant('gaussian', 'add-remove');
          check.compose(event(noise));
          expect(check.epsilon(delta)).to.be.at.most(epsilon);
        },
      ),
      { seed: 41, numRuns: 40 },
    );
  });

  it('holds for sampled events as the RDP accountant has them, and a little less noise does not', () => {
    const { accountant } = counted('rdp');
    const event = (noiseMultiplier: number) => repeated(2250, poisson(0.04, noiseMultiplier));
    const noise = calibrateNoise({ event, accountant, epsilon: 8, delta: 1e-5 });
    const spent = (noiseMultiplier: number) => {
      const account = accountant();
      account.compose(event(noiseMultiplier));
      return account.epsilon(1e-5);
    };
    expect(noise).to.be.closeTo(1.4157, 2e-4);
    expect(spent(noise)).to.be.at.most(8);
    expect(spent(noise * (1 - 1.1e-4))).to.be.above(8);
  });

  it('ends at the least noise where none is needed, and says where no noise is enough', async () => {
    const { accountant } = counted('gaussian');
    const gaussian = (noiseMultiplier: number): PrivacyEvent => ({ kind: 'gaussian', noiseMultiplier });
    expect(
      calibrateNoise({ event: (z) => repeated(0, gaussian(z)), accountant, epsilon: 1, delta: 0.1 }),
    ).to.equal(1e-6);
    const failing = (z: number): PrivacyEvent => ({
      kind: 'composed',
      events: [gaussian(z), { kind: 'failure', probability: 1e-4 }],
    });
    const work = () => calibrateNoise({ event: failing, accountant, epsilon: 1, delta: 1e-5 });
    expect((await refusal(work)).code).to.equal('PRIVACY_UNREACHABLE');
    for (const wrong of [{ epsilon: 0 }, { delta: 0 }, { tolerance: 0 }, { epsilon: Number.NaN }]) {
      const given = { event: gaussian, accountant, epsilon: 1, delta: 0.1, ...wrong };
      expect((await refusal(() => calibrateNoise(given))).code).to.equal('PRIVACY_PARAMETER');
    }
    const sampled = { event: (z: number) => poisson(0.1, z), accountant, epsilon: 1, delta: 1e-5 };
    expect((await refusal(() => calibrateNoise(sampled))).code).to.equal('PRIVACY_EVENT_UNSUPPORTED');
  });
});

describe('most rounds for a budget', () => {
  it('is the last number that fits', () => {
    for (const [name, event] of [
      ['gaussian', { kind: 'gaussian', noiseMultiplier: 3 }],
      ['gaussian', { kind: 'gaussian', noiseMultiplier: 400 }],
      ['rdp', poisson(0.1, 1.1)],
      ['rdp', { kind: 'laplace', noiseMultiplier: 20 }],
    ] as const) {
      for (const epsilon of [0.9, 4, 10]) {
        const { accountant, made } = counted(name);
        const rounds = mostRounds({ event, accountant, epsilon, delta: 1e-5 });
        expect(made.count).to.be.at.most(40);
        const spent = (times: number) => {
          const account = accountant();
          account.compose(event, times);
          return account.epsilon(1e-5);
        };
        expect(spent(rounds)).to.be.at.most(epsilon);
        expect(spent(rounds + 1)).to.be.above(epsilon);
      }
    }
  });

  it('is 0 where once is too much, and stops at 2^32', () => {
    const { accountant } = counted('gaussian');
    const rounds = (noiseMultiplier: number) =>
      mostRounds({ event: { kind: 'gaussian', noiseMultiplier }, accountant, epsilon: 1, delta: 1e-5 });
    expect(rounds(0.1)).to.equal(0);
    expect(rounds(1e9)).to.equal(2 ** 32);
  });
});

describe('advanced composition', () => {
  const composed = (epsilon: number, delta: number, times: number, totalDelta: number) =>
    advancedComposition({ epsilon, delta, times, totalDelta });

  it('agrees with the published totals', () => {
    // google/differential-privacy, dp_accounting, accountant_test: 30 mechanisms of (1, 0.001).
    expect(composed(1, 0.001, 30, 0.06)).to.equal(22);
    expect(composed(1, 0.001, 30, 0.1)).to.equal(20);
  });

  it('is at most the sum, and cannot do without the δ of the parts', async () => {
    expect(composed(1, 0, 30, 1e-300)).to.equal(30);
    expect(composed(1, 0.001, 30, 0.029)).to.equal(Number.POSITIVE_INFINITY);
    expect(composed(0, 0, 30, 0.1)).to.equal(0);
    expect(composed(0.1, 0, 100_000, 1e-5)).to.be.within(500, 700);
    expect((await refusal(() => composed(-1, 0, 1, 0.1))).code).to.equal('PRIVACY_PARAMETER');
    expect((await refusal(() => composed(1, 0, 0, 0.1))).code).to.equal('PRIVACY_PARAMETER');
  });
});
