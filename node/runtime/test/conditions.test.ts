import { expect } from 'chai';
import { CONDITION_CODES, CONDITIONS, type ConditionEvent, Conditions } from '../conditions.ts';

describe('conditions', () => {
  const make = () => {
    const events: ConditionEvent[] = [];
    let now = 1_000;
    const conditions = new Conditions({ emit: (event) => events.push(event), now: () => now++ });
    return { conditions, events };
  };

  it('are told once when they begin, when their message changes, and when they end', () => {
    const { conditions, events } = make();
    conditions.raise('DISK_FULL', 'no space');
    conditions.raise('DISK_FULL', 'no space');
    conditions.raise('DISK_FULL', 'still none');
    conditions.clear('DISK_FULL');
    conditions.clear('DISK_FULL');
    expect(events).to.deep.equal([
      { event: 'condition', code: 'DISK_FULL', active: true, message: 'no space', since: 1_000 },
      { event: 'condition', code: 'DISK_FULL', active: true, message: 'still none', since: 1_000 },
      { event: 'condition', code: 'DISK_FULL', active: false, message: 'still none', since: 1_000 },
    ]);
    expect(conditions.active).to.deep.equal([]);
  });

  it('hold the chain exactly while one that says so is active', () => {
    for (const code of CONDITION_CODES) {
      const { conditions } = make();
      expect(conditions.holdingChain).to.equal(undefined);
      conditions.raise(code, 'now');
      expect(conditions.holdingChain).to.equal(CONDITIONS[code].holdsChain ? code : undefined);
      conditions.clear(code);
      expect(conditions.holdingChain).to.equal(undefined);
    }
  });

  it('of chain, endpoints and clock hold the chain, and no others do', () => {
    const holding = CONDITION_CODES.filter((code) => CONDITIONS[code].holdsChain);
    expect(holding).to.have.members(CONDITION_CODES.filter((code) => /^(CHAIN|CLOCK|ENDPOINTS)_/.test(code)));
  });

  it('are faults, but for those of a node that has given what it may give, whose update dropped out, that a liar leaves unharmed, or that sees its model drift', () => {
    for (const code of CONDITION_CODES) {
      const { conditions } = make();
      conditions.raise(code, 'now');
      expect(conditions.active).to.have.length(1);
      const isNotice = [
        'PRIVACY_BUDGET_SPENT',
        'UPDATE_DROPPED',
        'ORACLE_UNUSABLE',
        'BREAKER_UNOBSERVED',
        'ENDPOINT_LYING',
        'MODEL_DRIFT',
      ].includes(code);
      expect(conditions.faults, code).to.have.length(isNotice ? 0 : 1);
    }
  });
});
