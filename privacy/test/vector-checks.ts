import { expect } from 'chai';
import { advancedComposition } from '../accountants/advanced-composition.ts';
import { type SampledDirection, sampledGaussianDelta } from '../accountants/pld/index.ts';
import { boundedRangeDivergence } from '../accountants/rdp/closed-forms.ts';
import { epsilonOfDivergences } from '../accountants/rdp/conversion.ts';
import { OPACUS_ORDERS } from '../accountants/rdp/orders.ts';
import { createRdpAccountant } from '../accountants/rdp/rdp-accountant.ts';
import { treeAggregationEvent } from '../accountants/tree-aggregation.ts';
import type { PrivacyEvent } from '../privacy-event.ts';
import {
  charged,
  DP_ACCOUNTING_ORDERS,
  expectWithin,
  gaussian,
  laplace,
  limitEpsilon,
  needed,
  noiseFor,
  sampled,
  TF_PRIVACY_ORDERS,
  type VectorCase,
} from './vector-support.ts';

/** RDP is exact: to this much of the figures that were computed exactly. */
const EXACT = 1e-8;
/** PLD figures are upper bounds on a grid of 1e-4 themselves. */
const PLD = 0.005;
const NOISE = 0.001;

/** What each kind of case asks. A kind that is missing here fails its test. */
export const CHECKS: Readonly<Record<string, (each: VectorCase) => void>> = {
  rdp_epsilon: rdpEpsilon,
  rdp_noise_for_epsilon: (each) => expectWithin(rdpNoise(each), expected(each), NOISE),
  rdp_vector: rdpVector,
  rdp_to_epsilon: rdpToEpsilon,
  rdp_identity: () => {
    const accountant = createRdpAccountant('add-remove', { orders: [1.5, 2, 40] });
    accountant.compose(gaussian(3));
    accountant.divergences().forEach((value, i) => {
      expectWithin(value, (accountant.orders[i] ?? 0) / 18, 1e-14);
    });
  },
  exponential_mechanism_rdp: exponentialMechanism,
  tree_epsilon_upper: (each) => {
    const { sigma, steps, delta } = each;
    const event = treeAggregationEvent({
      noiseMultiplier: needed(sigma, 'sigma'),
      steps: needed(steps, 'steps'),
    });
    expect(charged('rdp', event).epsilon(needed(delta, 'delta'))).to.be.below(expected(each));
  },
  composed_sigma: () => {
    const sigmas = [1, 2.5, 4];
    const one = gaussian(sigmas.reduce((sum, sigma) => sum + sigma ** -2, 0) ** -0.5);
    for (const name of ['gaussian', 'rdp', 'pld'] as const) {
      const all = charged(name, { kind: 'composed', events: sigmas.map(gaussian) });
      expectWithin(all.epsilon(1e-5), charged(name, one).epsilon(1e-5), 1e-9, name);
    }
  },
  prv_epsilon: (each) => {
    const event = sampled(rateOf(each), gaussian(needed(each.sigma, 'sigma')));
    const steps = needed(each.steps, 'steps');
    expectWithin(charged('pld', event, steps).epsilon(needed(each.delta, 'delta')), expected(each), PLD);
  },
  prv_noise_for_epsilon: prvNoise,
  gdp_epsilon: limit,
  gdp_noise_for_epsilon: limitNoise,
  pld_delta: (each) => {
    const event = sampled(rateOf(each), gaussian(needed(each.sigma, 'sigma')));
    const delta = charged('pld', event, needed(each.steps, 'steps')).delta(needed(each.epsilon, 'epsilon'));
    expectWithin(delta, expected(each), PLD);
  },
  pld_epsilon_laplace: (each) => {
    const events = [1, 1, 1, 2, 2].map(laplace);
    expectWithin(charged('pld', { kind: 'composed', events }).epsilon(1e-14), expected(each), PLD);
    expectWithin(charged('rdp', { kind: 'composed', events }).epsilon(1e-14), expected(each), 1e-9);
  },
  pld_epsilon_subsampled_laplace: (each) => {
    const event = sampled(rateOf(each), laplace(needed(each.b, 'b')));
    const [times, delta] = [needed(each.steps, 'steps'), needed(each.delta, 'delta')];
    expectWithin(charged('pld', event, times).epsilon(delta), expected(each), PLD);
    expectWithin(charged('rdp', event, times).epsilon(delta), expected(each), 1e-5);
  },
  pld_pure: (each) => {
    const events = [
      { kind: 'epsilon-delta', epsilon: 1, delta: 0.1 },
      { kind: 'epsilon-delta', epsilon: 2, delta: 0.2 },
    ] as const;
    for (const name of ['rdp', 'pld'] as const) {
      expectWithin(charged(name, { kind: 'composed', events }).delta(3), expected(each), 1e-9, name);
    }
  },
  gaussian_hockey_stick: hockeyStick,
  smallest_subsampled_gaussian_std: (each) => {
    const noise = expected(each) / needed(each.sensitivity, 'sensitivity');
    expectLeast(each, noise, noise * NOISE, (z) => sampled(rateOf(each), gaussian(z)));
  },
  smallest_gaussian_std: (each) => {
    const sensitivity = needed(each.sensitivity, 'sensitivity');
    for (const name of ['gaussian', 'pld'] as const) {
      expectWithin(noiseFor(name, targetOf(each), gaussian) * sensitivity, expected(each), NOISE, name);
    }
  },
  smallest_laplace_scale: (each) => expectLeast(each, expected(each), 0.1, laplace),
  advanced_composition: (each) => {
    const total = advancedComposition({
      epsilon: needed(each.epsilon, 'epsilon'),
      delta: needed(each.delta, 'delta'),
      times: needed(each.queries, 'queries'),
      totalDelta: needed(each.total_delta, 'total_delta'),
    });
    expectWithin(total, expected(each), 1e-12);
  },
  pld_epsilon: (each) => {
    const { sigma, times, rate } = mechanismOf(each);
    const epsilon = charged('pld', sampled(rate, gaussian(sigma)), times).epsilon(
      needed(each.delta, 'delta'),
    );
    expectWithin(epsilon, expected(each), PLD);
    if (rate === 1)
      expect(charged('gaussian', gaussian(sigma), times).epsilon(1e-5)).to.be.closeTo(expected(each), 1e-7);
  },
};

const expected = (each: VectorCase): number => needed(each.expect, 'expect');
const rateOf = (each: VectorCase): number => needed(each.q, 'q');

function targetOf(each: VectorCase) {
  return {
    epsilon: needed(each.epsilon, 'epsilon'),
    delta: needed(each.delta, 'delta'),
    times: each.queries ?? each.steps ?? Math.round(needed(each.epochs, 'epochs') / rateOf(each)),
  };
}

function rdpNoise(each: VectorCase): number {
  return noiseFor('rdp', targetOf(each), (z) => sampled(rateOf(each), gaussian(z)));
}

/** The noise is the least for the target to within `tolerance`: with more it is met, with less it is not. */
function expectLeast(
  each: VectorCase,
  noise: number,
  tolerance: number,
  event: (noise: number) => PrivacyEvent,
): void {
  const { epsilon, delta, times } = targetOf(each);
  const spent = (noiseMultiplier: number) => charged('pld', event(noiseMultiplier), times).epsilon(delta);
  expect(spent(noise + tolerance)).to.be.at.most(epsilon);
  expect(spent(noise - tolerance)).to.be.above(epsilon);
}

/** The source's search ends as soon as ε is less than 0.01 below the target: its σ is up to 0.2 % more than needed. */
function prvNoise(each: VectorCase): void {
  const { epsilon, delta, times } = targetOf(each);
  const event = (noise: number) => sampled(rateOf(each), gaussian(noise));
  const spent = charged('pld', event(expected(each)), times).epsilon(delta);
  expect(spent).to.be.within(epsilon * (1 - PLD), epsilon);
  const less = charged('pld', event(expected(each) * (1 - 2 * NOISE)), times).epsilon(delta);
  expect(less).to.be.above(epsilon);
}

/** Rounds, noise and rate of the four ways in which the sources state a training run. */
function mechanismOf(each: VectorCase): { sigma: number; times: number; rate: number } {
  // With micro-batches a unit moves the sum twice as far.
  const sigma = needed(each.sigma, 'sigma') / (each.microbatching === true ? 2 : 1);
  if (each.steps !== undefined) return { sigma, times: each.steps, rate: rateOf(each) };
  const epochs = needed(each.epochs, 'epochs');
  if (each.n !== undefined) {
    const rate = needed(each.batch, 'batch') / each.n;
    return { sigma, times: Math.ceil(epochs / rate), rate };
  }
  // Without sampling a unit is seen once in every epoch that was begun.
  if (each.q === null) return { sigma, times: Math.ceil(epochs), rate: 1 };
  return { sigma, times: Math.round(epochs / rateOf(each)), rate: rateOf(each) };
}

function rdpEpsilon(each: VectorCase): void {
  const { sigma, times, rate } = mechanismOf(each);
  const accountant = createRdpAccountant('add-remove', { orders: ordersOf(each) });
  accountant.compose(sampled(rate, gaussian(sigma)), times);
  const epsilon = accountant.epsilon(needed(each.delta, 'delta'));
  // The source rounds to seven places.
  expect(epsilon, each.id).to.be.closeTo(expected(each), Math.max(1e-7, EXACT * expected(each)));
  if (each.optimal_order !== undefined) {
    expect(accountant.optimalOrder(needed(each.delta, 'delta'))).to.equal(each.optimal_order);
  }
  // Loosened by the source in 2024 to a sum of absolute values: only an upper bound on the exact one.
  if (each.expect_after_2024_04 !== undefined) expect(epsilon).to.be.below(each.expect_after_2024_04);
}

function ordersOf(each: VectorCase): readonly number[] {
  // Order 1 of the list, the limit that proves nothing, is not among ours.
  if (each.orders === '0.001*i, i=1000..99999')
    return Array.from({ length: 98_999 }, (_, i) => 0.001 * (1001 + i));
  if (each.orders !== undefined) throw new Error(`unknown orders ${String(each.orders)}`);
  if (each.n !== undefined) return TF_PRIVACY_ORDERS;
  return each.epochs === undefined ? OPACUS_ORDERS : DP_ACCOUNTING_ORDERS;
}

/** Values at fractional orders are the source's sum of absolute values, 3 % too much at order 1.5: an upper bound. */
function rdpVector(each: VectorCase): void {
  const number = (value: number | string): number =>
    value === 'inf' ? Number.POSITIVE_INFINITY : Number(value);
  const accountant = createRdpAccountant('add-remove', {
    orders: (each.orders as readonly (number | string)[]).map(number),
  });
  accountant.compose(
    sampled(rateOf(each), gaussian(needed(each.sigma, 'sigma'))),
    needed(each.steps, 'steps'),
  );
  (each.expect as readonly (number | string)[]).map(number).forEach((value, i) => {
    const got = accountant.divergences()[i] ?? Number.NaN;
    if (value === Number.POSITIVE_INFINITY) expect(got).to.equal(value);
    else if (Number.isInteger(accountant.orders[i]))
      expectWithin(got, value, 1e-8, `order ${accountant.orders[i]}`);
    else expect(got).to.be.within(value * 0.96, value);
  });
}

function rdpToEpsilon(each: VectorCase): void {
  expect(each.orders).to.equal('2..32');
  const orders = Array.from({ length: 31 }, (_, i) => i + 2);
  const divergences = orders.map(() => needed(each.rdp, 'rdp'));
  const { epsilon, order } = epsilonOfDivergences(orders, divergences, needed(each.delta, 'delta'));
  expect(epsilon).to.be.closeTo(expected(each), 1e-10);
  expect(order).to.equal(each.optimal_order);
}

function exponentialMechanism(each: VectorCase): void {
  const epsilon = needed(each.epsilon, 'epsilon');
  expect(each.orders).to.deep.equal([1, 1000]);
  const [first, second] = each.expect as readonly number[];
  expect(boundedRangeDivergence(1, epsilon)).to.be.closeTo(first ?? 0, 1e-8);
  // The source stops at ε; the worst pair has 0.9925 at order 1000, by a search in 50-digit arithmetic.
  expect(boundedRangeDivergence(1000, epsilon)).to.be.within(0.9925439639971, second ?? 0);
}

/** The central limit is no bound: it is reproduced here, and must lie below what is one. */
function limit(each: VectorCase): void {
  const [sigma, rate] = [needed(each.sigma, 'sigma'), rateOf(each)];
  const [steps, delta] = [needed(each.steps, 'steps'), needed(each.delta, 'delta')];
  const epsilon = limitEpsilon(sigma, rate, steps, delta);
  const [low, high] = each.expect as readonly number[];
  expect(epsilon).to.be.within(low ?? 0, high ?? 0);
  expect(epsilon).to.be.below(charged('pld', sampled(rate, gaussian(sigma)), steps).epsilon(delta));
}

function limitNoise(each: VectorCase): void {
  const { epsilon, delta, times } = targetOf(each);
  let [low, high] = [0.5, 10];
  while (high / low > 1 + 1e-6) {
    const middle = Math.sqrt(low * high);
    if (limitEpsilon(middle, rateOf(each), times, delta) > epsilon) low = middle;
    else high = middle;
  }
  expectWithin(high, expected(each), NOISE);
}

function hockeyStick(each: VectorCase): void {
  const [noiseMultiplier, sensitivity] = [
    needed(each.sigma, 'sigma'),
    needed(each.sensitivity, 'sensitivity'),
  ];
  const epsilons = [each.epsilon].flat() as readonly number[];
  const values = [each.expect].flat() as readonly number[];
  epsilons.forEach((epsilon, i) => {
    const direction = each.relation as SampledDirection;
    const delta = sampledGaussianDelta(epsilon, {
      noiseMultiplier,
      rate: rateOf(each),
      direction,
      sensitivity,
    });
    expect(delta, `δ(${epsilon})`).to.be.closeTo(values[i] ?? Number.NaN, 1e-7);
  });
}
