import { expect } from 'chai';
import { OPACUS_ORDERS } from '../accountants/rdp/orders.ts';
import { createRdpAccountant } from '../accountants/rdp/rdp-accountant.ts';
import { treeAggregationEvent } from '../accountants/tree-aggregation.ts';
import { PARTICIPATION, PARTICIPATION_ROUNDS, SAMPLED_EPSILONS } from './published-epsilons.ts';
import { charged, expectWithin, gaussian, limitEpsilon, sampled } from './vector-support.ts';

describe('accountants against published figures', () => {
  it('RDP is the exact one to 1e-8, and above PLD', () => {
    for (const [sigma, rate, steps, delta, rdp, pld] of SAMPLED_EPSILONS) {
      const accountant = createRdpAccountant('add-remove', { orders: OPACUS_ORDERS });
      accountant.compose(sampled(rate, gaussian(sigma)), steps);
      expectWithin(accountant.epsilon(delta), rdp, 1e-8, `σ = ${sigma}, q = ${rate}`);
      expect(charged('rdp', sampled(rate, gaussian(sigma)), steps).epsilon(delta)).to.be.within(
        pld,
        rdp * (1 + 1e-8),
      );
    }
  });

  it('PLD is within 0.5 %', () => {
    for (const [sigma, rate, steps, delta, , pld] of SAMPLED_EPSILONS.slice(0, 3)) {
      expectWithin(charged('pld', sampled(rate, gaussian(sigma)), steps).epsilon(delta), pld, 0.005);
    }
  });

  it('RDP is nowhere below a numerical accountant, and 20 % above it at most where much is released', () => {
    for (const [rate, epsilons, integerOrders] of PARTICIPATION) {
      PARTICIPATION_ROUNDS.forEach((rounds, i) => {
        const epsilon = charged('rdp', sampled(rate, gaussian(1.1)), rounds).epsilon(1e-5);
        // The figures are rounded to the digits that they have.
        const truth = epsilons[i] ?? Number.NaN;
        const rounding = truth < 10 ? 0.005 : 0.05;
        expect(epsilon, `q = ${rate}, T = ${rounds}`).to.be.at.least(truth - rounding);
        if (rounds >= 50 && rate >= 0.1) expect(epsilon).to.be.at.most(truth * 1.2);
        if (rounds === 50) expect(epsilon).to.be.at.most(integerOrders + rounding);
      });
    }
  });

  it('PLD gives the figures of the numerical accountant to 0.5 %', () => {
    for (const [rate, rounds, epsilon] of [
      [0.8, 50, 36.9],
      [0.2, 10, 4.22],
      [0.1, 50, 4.31],
    ] as const) {
      const own = charged('pld', sampled(rate, gaussian(1.1)), rounds).epsilon(1e-5);
      expectWithin(own, epsilon, 0.005);
    }
  });

  it('the central limit of Gaussian DP is below what was spent, and so is no bound', () => {
    expect(limitEpsilon(1.5, 0.04, 2249, 1e-5)).to.be.within(6.59, 6.6);
    expect(charged('pld', sampled(0.04, gaussian(1.5)), 2249).epsilon(1e-5)).to.be.within(6.74, 6.8);
  });

  it('a tree of 1,600 steps stays strictly below the published bounds', () => {
    for (const [noiseMultiplier, bound] of [
      [1.13, 19.74],
      [8.83, 2.04],
    ] as const) {
      const event = treeAggregationEvent({ noiseMultiplier, steps: 1600 });
      expect(charged('rdp', event).epsilon(1e-6)).to.be.below(bound);
    }
  });
});
