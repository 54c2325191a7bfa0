import { expect } from 'chai';
import { BallastError } from '../../protocol/errors.ts';
import { accountantNames, createAccountant } from '../accountants/create.ts';
import { PRIVACY_RELATIONS, type PrivacyRelation } from '../events.ts';
import type { PrivacyEvent } from '../privacy-event.ts';
import { charged, gaussian, laplace, sampled } from './vector-support.ts';

const discreteLaplace: PrivacyEvent = { kind: 'discrete-laplace', noiseMultiplier: 5, gridScale: 50 };
const mixed: PrivacyEvent = {
  kind: 'composed',
  events: [gaussian(8), laplace(20), { kind: 'failure', probability: 1e-7 }],
};

/** Events that RDP and PLD both charge, and how often. */
const EVENTS: readonly [event: PrivacyEvent, times: number][] = [
  [gaussian(3), 20],
  [{ kind: 'discrete-gaussian', noiseMultiplier: 3, gridDeviation: 4096 }, 20],
  [{ kind: 'correlated-gaussian', noiseMultiplier: 5, sensitivity: 1.7 }, 1],
  [laplace(6), 40],
  [discreteLaplace, 40],
  [{ kind: 'epsilon-delta', epsilon: 0.2, delta: 1e-7 }, 40],
  [sampled(0.2, gaussian(1.5)), 30],
  [sampled(0.2, { kind: 'discrete-gaussian', noiseMultiplier: 1.5, gridDeviation: 1024 }), 30],
  [sampled(0.3, laplace(2)), 40],
  [mixed, 4],
];

describe('accountants of the same events', () => {
  for (const relation of PRIVACY_RELATIONS) {
    it(`PLD is never above RDP, and RDP never far above PLD, under ${relation}`, () => {
      for (const [event, times] of EVENTS) {
        const rdp = charged('rdp', event, times, relation).epsilon(1e-5);
        const pld = charged('pld', event, times, relation).epsilon(1e-5);
        expect(pld, `${event.kind} ×${times}`).to.be.within(0.4 * rdp, rdp * (1 + 1e-6));
      }
    });
  }

  it('each names itself and its relation, and begins with nothing', () => {
    for (const name of accountantNames) {
      const accountant = createAccountant(name, 'replace');
      expect([accountant.name, accountant.relation]).to.deep.equal([name, 'replace']);
      expect(accountant.epsilon(1e-9)).to.equal(0);
    }
  });

  it('each refuses another relation, rather than charge the lesser one', () => {
    for (const name of accountantNames) {
      for (const relation of ['add_remove', undefined, { relation: 'replace' }]) {
        const create = () => createAccountant(name, relation as PrivacyRelation);
        expect(create, name).to.throw(BallastError).with.property('code', 'PRIVACY_PARAMETER');
      }
    }
  });
});
