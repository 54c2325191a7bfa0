import { expect } from 'chai';
import { UsageError } from '../../../protocol/errors.ts';
import { ledgerPolicy } from '../ledger-policy.ts';

const agreed = { unit: 'record', relation: 'replace', epsilonBudget: 8, delta: 1e-5 } as const;

describe('the policy of a node’s ledger', () => {
  it('is the network’s, with a smaller budget where the operator wants to give less', () => {
    expect(ledgerPolicy(agreed, undefined)).to.equal(agreed);
    expect(ledgerPolicy(agreed, 8)).to.deep.equal(agreed);
    expect(ledgerPolicy(agreed, 2)).to.deep.equal({ ...agreed, epsilonBudget: 2 });
  });

  it('never promises more than the network, nor anything where that promises nothing', () => {
    const none = { ...agreed, unit: 'none' } as const;
    for (const [policy, own] of [
      [agreed, 8.01],
      [agreed, 0],
      [agreed, Number.NaN],
      [none, 2],
    ] as const) {
      expect(() => ledgerPolicy(policy, own)).to.throw(UsageError, /privacy\.epsilonBudget: got/);
    }
  });
});
