import { expect } from 'chai';
import fc from 'fast-check';
import { gaussianDelta, gaussianEpsilon } from '../../../accountants/gaussian-curve.ts';
import type { PrivacyRelation } from '../../../events.ts';
import type { PrivacyEvent } from '../../../privacy-event.ts';
import { refusal } from '../../../test/support.ts';
import { deltaOfDivergences, epsilonOfDivergences } from '../conversion.ts';
import { DEFAULT_ORDERS, OPACUS_ORDERS } from '../orders.ts';
import { createRdpAccountant } from '../rdp-accountant.ts';
import { POISSON_REPLACE } from './references.ts';

const gaussian = (noiseMultiplier: number): PrivacyEvent => ({ kind: 'gaussian', noiseMultiplier });
const laplace = (noiseMultiplier: number): PrivacyEvent => ({ kind: 'laplace', noiseMultiplier });
const poisson = (rate: number, event: PrivacyEvent): PrivacyEvent => ({
  kind: 'poisson-sampled',
  rate,
  event,
});
const fixedSize = (size: number, population: number, event: PrivacyEvent): PrivacyEvent => ({
  kind: 'fixed-size-sampled',
  size,
  population,
  event,
});

function charged(event: PrivacyEvent, times = 1, relation: PrivacyRelation = 'add-remove') {
  const accountant = createRdpAccountant(relation);
  accountant.compose(event, times);
  return accountant;
}

const epsilonOf = (event: PrivacyEvent, times = 1, relation: PrivacyRelation = 'add-remove') =>
  charged(event, times, relation).epsilon(1e-5);

describe('conversion of Rényi divergences', () => {
  it('is the improved one, not the classic one', () => {
    const rdp = 1.1;
    const orders = Array.from({ length: 31 }, (_, i) => i + 2);
    const result = epsilonOfDivergences(
      orders,
      orders.map(() => rdp),
      1e-5,
    );
    expect(result.epsilon).to.be.closeTo(1.32783806176, 1e-10);
    expect(result.order).to.equal(32);
    expect(result.epsilon).to.be.below(rdp + Math.log(1e5) / 31);
  });

  it('proves ε = 0 by the total variation, and ε itself at order infinity', () => {
    expect(epsilonOfDivergences([2], [1e-12], 1e-5).epsilon).to.equal(0);
    expect(epsilonOfDivergences([2], [2e-10], 1e-5).epsilon).to.be.above(0);
    expect(epsilonOfDivergences([2, Number.POSITIVE_INFINITY], [1, 1.5], 0)).to.deep.equal({
      epsilon: 1.5,
      order: Number.POSITIVE_INFINITY,
    });
    expect(epsilonOfDivergences([2], [1], 0)).to.deep.equal({
      epsilon: Number.POSITIVE_INFINITY,
      order: undefined,
    });
    expect(deltaOfDivergences([Number.POSITIVE_INFINITY], [1.5], 1.5)).to.equal(0);
    expect(deltaOfDivergences([4], [1e-10], 0)).to.be.closeTo(1e-5, 1e-14);
  });

  it('goes back and forth without a gain', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.05, max: 20, noNaN: true }),
        fc.double({ min: -12, max: -0.5, noNaN: true }),
        (mu, exponent) => {
          const divergences = DEFAULT_ORDERS.map((order) => (order * mu * mu) / 2);
          const { epsilon } = epsilonOfDivergences(DEFAULT_ORDERS, divergences, 10 ** exponent);
          if (epsilon === 0) return;
          const delta = deltaOfDivergences(DEFAULT_ORDERS, divergences, epsilon);
          expect(delta / 10 ** exponent).to.be.closeTo(1, 1e-8);
          expect(epsilonOfDivergences(DEFAULT_ORDERS, divergences, delta).epsilon).to.be.at.most(
            epsilon * (1 + 1e-12),
          );
        },
      ),
      { seed: 21 },
    );
  });
});

describe('RDP accountant', () => {
  it('is never below the exact Gaussian, and meets it within 20 %', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -0.5, max: 2, noNaN: true }),
        fc.integer({ min: 1, max: 2000 }),
        fc.double({ min: -10, max: -2, noNaN: true }),
        (exponent, times, deltaExponent) => {
          const sigma = 10 ** exponent;
          const delta = 10 ** deltaExponent;
          const accountant = charged(gaussian(sigma), times);
          const mu = Math.sqrt(times) / sigma;
          const exact = gaussianEpsilon(delta, mu);
          expect(accountant.epsilon(delta)).to.be.at.least(exact);
          if (exact > 0.5) expect(accountant.epsilon(delta)).to.be.below(exact * 1.2);
          for (const epsilon of [-1, 0, 0.5, exact]) {
            expect(accountant.delta(epsilon)).to.be.at.least(gaussianDelta(epsilon, mu) * (1 - 1e-9));
          }
        },
      ),
      { seed: 22, numRuns: 60 },
    );
  });

  it('rises with rounds, rate and δ turned down, and falls with noise', () => {
    const parameters = fc.record({
      sigma: fc.double({ min: 0.5, max: 10, noNaN: true }),
      rate: fc.double({ min: 0.001, max: 0.9, noNaN: true }),
      times: fc.integer({ min: 1, max: 5000 }),
    });
    fc.assert(
      fc.property(parameters, ({ sigma, rate, times }) => {
        const accountant = charged(poisson(rate, gaussian(sigma)), times);
        const epsilon = accountant.epsilon(1e-5);
        expect(accountant.epsilon(1e-6)).to.be.above(epsilon);
        expect(accountant.delta(epsilon)).to.be.closeTo(1e-5, 1e-12);
        expect(accountant.delta(epsilon * 1.1)).to.be.below(1e-5);
        expect(epsilonOf(poisson(rate, gaussian(sigma)), times + 1)).to.be.above(epsilon);
        expect(epsilonOf(poisson(rate * 1.1, gaussian(sigma)), times)).to.be.above(epsilon);
        expect(epsilonOf(poisson(rate, gaussian(sigma * 1.1)), times)).to.be.below(epsilon);
      }),
      { seed: 23, numRuns: 12 },
    );
  });

  it('composes in any order and any grouping', () => {
    const parts = [
      poisson(0.1, gaussian(1)),
      laplace(20),
      gaussian(5),
      { kind: 'failure', probability: 1e-9 },
    ] as const;
    const whole = epsilonOf({ kind: 'composed', events: [...parts] });
    const reversed = createRdpAccountant('add-remove');
    for (const part of [...parts].reverse()) reversed.compose(part);
    expect(reversed.epsilon(1e-5)).to.be.closeTo(whole, 1e-12);
    const repeated = epsilonOf({
      kind: 'repeated',
      times: 7,
      event: { kind: 'composed', events: [...parts] },
    });
    expect(epsilonOf({ kind: 'composed', events: [...parts] }, 7)).to.be.closeTo(repeated, 1e-12);
    // Heterogeneous Gaussians are one Gaussian of (Σσ⁻²)^−½.
    const sigmas = [1.5, 2, 4];
    const one = gaussian(sigmas.reduce((sum, sigma) => sum + sigma ** -2, 0) ** -0.5);
    expect(epsilonOf({ kind: 'composed', events: sigmas.map(gaussian) })).to.be.closeTo(epsilonOf(one), 1e-9);
  });

  it('charges nothing for nothing, and everything for something open', () => {
    expect(createRdpAccountant('replace').epsilon(1e-5)).to.equal(0);
    expect(createRdpAccountant('replace').delta(0)).to.equal(0);
    expect(epsilonOf(gaussian(1), 0)).to.equal(0);
    expect(epsilonOf({ kind: 'repeated', times: 0, event: { kind: 'unprotected' } })).to.equal(0);
    expect(epsilonOf(poisson(0, gaussian(1)))).to.equal(0);
    const open = charged({ kind: 'composed', events: [gaussian(1), { kind: 'unprotected' }] });
    expect(open.epsilon(0.5)).to.equal(Number.POSITIVE_INFINITY);
    expect(open.delta(1e6)).to.equal(1);
    expect(open.optimalOrder(0.5)).to.equal(undefined);
  });

  it('doubles the sensitivity under replace', () => {
    expect(epsilonOf(gaussian(2), 10, 'replace')).to.equal(epsilonOf(gaussian(1), 10));
    expect(epsilonOf(laplace(2), 10, 'replace')).to.equal(epsilonOf(laplace(1), 10));
    const correlated = (noiseMultiplier: number): PrivacyEvent => ({
      kind: 'correlated-gaussian',
      noiseMultiplier,
      sensitivity: 3,
    });
    expect(epsilonOf(correlated(6), 1, 'replace')).to.be.closeTo(epsilonOf(gaussian(1)), 1e-12);
  });

  it('keeps pure privacy: k Laplace events cost no more than k·ε, whatever δ', () => {
    const accountant = charged(laplace(4), 3);
    expect(accountant.epsilon(1e-300)).to.be.closeTo(0.75, 1e-12);
    expect(accountant.delta(0.7500001)).to.equal(0);
    expect(charged(laplace(4), 300).epsilon(1e-5)).to.be.below(27);
    const discrete: PrivacyEvent = { kind: 'discrete-laplace', noiseMultiplier: 4, gridScale: 4096 };
    expect(epsilonOf(discrete, 300)).to.be.closeTo(epsilonOf(laplace(4), 300), 1e-5);
    const choice: PrivacyEvent = { kind: 'exponential-mechanism', epsilon: 0.25 };
    expect(epsilonOf(choice, 300)).to.be.below(epsilonOf(laplace(4), 300));
    // An ε-private event in which a unit takes part with probability q.
    expect(charged(poisson(0.2, laplace(0.5)), 3).epsilon(1e-14)).to.be.closeTo(
      3 * Math.log1p(0.2 * Math.expm1(2)),
      1e-9,
    );
  });

  it('adds what may fail to δ', () => {
    const failure: PrivacyEvent = { kind: 'failure', probability: 1e-7 };
    const accountant = charged({ kind: 'composed', events: [gaussian(1), failure] }, 10);
    const failed = 1 - (1 - 1e-7) ** 10;
    const plain = charged(gaussian(1), 10);
    expect(accountant.epsilon(1e-5)).to.be.closeTo(plain.epsilon((1e-5 - failed) / (1 - failed)), 1e-9);
    expect(accountant.epsilon(failed * 0.999)).to.equal(Number.POSITIVE_INFINITY);
    expect(accountant.delta(50)).to.be.within(failed, failed * (1 + 1e-6));
    const pair: PrivacyEvent = {
      kind: 'composed',
      events: [
        { kind: 'epsilon-delta', epsilon: 1, delta: 0.1 },
        { kind: 'epsilon-delta', epsilon: 2, delta: 0.2 },
      ],
    };
    expect(charged(pair).delta(3)).to.be.closeTo(0.28, 1e-14);
    expect(charged({ kind: 'failure', probability: 1 }).delta(1)).to.equal(1);
    expect(charged({ kind: 'epsilon-delta', epsilon: 1, delta: 1 }).epsilon(0.9)).to.equal(
      Number.POSITIVE_INFINITY,
    );
  });

  it('bounds Poisson sampling under replace above the pair of opposite shifts, and below no sampling', () => {
    for (const [order, noiseMultiplier, rate, truth] of POISSON_REPLACE) {
      const accountant = createRdpAccountant('replace', { orders: [order] });
      accountant.compose(poisson(rate, gaussian(noiseMultiplier)));
      const [value = 0] = accountant.divergences();
      expect(value).to.be.within(truth, (order * 2) / noiseMultiplier ** 2 + 1e-9);
    }
    expect(epsilonOf(poisson(0.01, gaussian(2)), 100, 'replace')).to.be.below(
      epsilonOf(gaussian(2), 100, 'replace') / 10,
    );
  });

  it('takes an ε that was stated for replace as it is: nothing is known of a data set without the unit', () => {
    const choice: PrivacyEvent = { kind: 'exponential-mechanism', epsilon: 0.25 };
    const both: PrivacyEvent = { kind: 'composed', events: [choice, laplace(100)] };
    for (const event of [choice, both, { kind: 'repeated', times: 2, event: choice } as const]) {
      expect(epsilonOf(poisson(0.1, event), 10, 'replace')).to.equal(epsilonOf(event, 10, 'replace'));
      expect(epsilonOf(poisson(0.1, event), 10)).to.be.below(epsilonOf(event, 10) / 2);
    }
  });

  it('bounds sampling of fixed size under replace', () => {
    const event = fixedSize(10, 100, gaussian(4));
    expect(epsilonOf(event, 100, 'replace')).to.be.within(2.5805, 2.7838);
    expect(epsilonOf(fixedSize(100, 100, gaussian(4)), 1, 'replace')).to.equal(
      epsilonOf(gaussian(4), 1, 'replace'),
    );
    expect(epsilonOf(fixedSize(0, 100, gaussian(4)), 1, 'replace')).to.equal(0);
    // Any mechanism: between the integer orders, and pure where it is pure.
    expect(charged(fixedSize(10, 100, laplace(4)), 1, 'replace').epsilon(1e-300)).to.be.closeTo(
      Math.log1p(0.1 * Math.expm1(0.5)),
      1e-12,
    );
    const skellam: PrivacyEvent = {
      kind: 'skellam',
      noiseMultiplier: 8,
      gridDeviation: 4096,
      dimension: 100,
    };
    expect(epsilonOf(fixedSize(10, 100, skellam), 10, 'replace')).to.be.within(
      epsilonOf(fixedSize(10, 100, gaussian(8)), 10, 'replace'),
      epsilonOf(gaussian(8), 10, 'replace'),
    );
  });

  it('takes a discrete Gaussian of 1024 steps for a continuous one with 5 steps² less, under sampling too', () => {
    const discrete: PrivacyEvent = { kind: 'discrete-gaussian', noiseMultiplier: 1, gridDeviation: 1024 };
    expect(epsilonOf(discrete, 10)).to.equal(epsilonOf(gaussian(1), 10));
    const least = Math.sqrt(1 - 5 / 2 ** 20);
    expect(epsilonOf(poisson(0.1, discrete), 10)).to.be.closeTo(
      epsilonOf(poisson(0.1, gaussian(least)), 10),
      1e-9,
    );
    const parts: PrivacyEvent = { kind: 'repeated', times: 4, event: gaussian(2) };
    expect(epsilonOf(poisson(0.1, parts), 10)).to.be.closeTo(epsilonOf(poisson(0.1, gaussian(1)), 10), 1e-9);
    const failing: PrivacyEvent = {
      kind: 'composed',
      events: [gaussian(1), { kind: 'failure', probability: 1e-9 }],
    };
    expect(charged(poisson(0.1, failing)).delta(100)).to.be.within(1e-9, 1.001e-9);
  });

  it('refuses what it cannot charge with the reason, and charges nothing then', async () => {
    const summed: PrivacyEvent = {
      kind: 'summed-discrete-gaussian',
      noiseMultiplier: 1,
      shares: 10,
      shareDeviation: 100,
      dimension: 10,
    };
    const cases: [PrivacyEvent, PrivacyRelation][] = [
      [fixedSize(1, 10, gaussian(1)), 'add-remove'],
      [poisson(0.1, summed), 'add-remove'],
      [poisson(0.1, { kind: 'discrete-gaussian', noiseMultiplier: 1, gridDeviation: 10 }), 'add-remove'],
      [poisson(0.1, poisson(0.1, gaussian(1))), 'add-remove'],
      [poisson(0.1, { ...summed, shareDeviation: 0.4 }), 'replace'],
      [{ ...summed, shareDeviation: 0.4 } as PrivacyEvent, 'add-remove'],
      [{ kind: 'composed', events: [gaussian(1), fixedSize(1, 10, gaussian(1))] }, 'add-remove'],
    ];
    for (const [event, relation] of cases) {
      const accountant = createRdpAccountant(relation);
      expect(accountant.refuses(event)).to.be.a('string');
      const error = await refusal(() => accountant.compose(event));
      expect(error.code).to.equal('PRIVACY_EVENT_UNSUPPORTED');
      expect(error.message).to.contain(accountant.refuses(event));
      expect(accountant.epsilon(1e-5)).to.equal(0);
    }
    expect(createRdpAccountant('add-remove').refuses(poisson(1, summed))).to.equal(undefined);
    for (const work of [
      () => createRdpAccountant('add-remove', { orders: [1] }),
      () => createRdpAccountant('add-remove', { orders: [] }),
      () => createRdpAccountant('add-remove', { orders: [2, Number.NaN] }),
      () => charged(gaussian(0)),
      () => charged(gaussian(1), 1.5),
      () => charged(gaussian(1), -1),
      () => charged(gaussian(1)).epsilon(0),
      () => charged(gaussian(1)).delta(Number.POSITIVE_INFINITY),
    ]) {
      expect((await refusal(work)).code).to.equal('PRIVACY_PARAMETER');
    }
  });

  it('has the default orders of Opacus among its own', () => {
    expect(OPACUS_ORDERS).to.have.length(151);
    expect([OPACUS_ORDERS[0], OPACUS_ORDERS[98], OPACUS_ORDERS[99], OPACUS_ORDERS[150]]).to.deep.equal([
      1.1, 10.9, 12, 63,
    ]);
    expect(DEFAULT_ORDERS).to.include.members([...OPACUS_ORDERS]);
    expect(DEFAULT_ORDERS.every((order, i) => i === 0 || order > (DEFAULT_ORDERS[i - 1] ?? 0))).to.equal(
      true,
    );
  });

  it('stays finite and above zero at absurd ends', () => {
    expect(epsilonOf(gaussian(1e-6))).to.be.within(5e11, 6e11);
    expect(epsilonOf(poisson(0.5, gaussian(1e-6)))).to.be.within(4e11, 6e11);
    expect(epsilonOf(gaussian(1e9), 2 ** 32)).to.be.within(0, 0.01);
    expect(epsilonOf(poisson(1e-12, gaussian(1e9)), 2 ** 40)).to.be.within(0, 1e-6);
    expect(epsilonOf(fixedSize(1, 2, gaussian(1e-3)), 1, 'replace')).to.be.within(1e5, 1e7);
    expect(epsilonOf(poisson(0.999, gaussian(1e-3)), 1, 'replace')).to.be.within(1e5, 1e8);
  });
});
