import { expect } from 'chai';
import { MESSAGE_QUOTAS, MessageQuota } from '../message-quota.ts';
import { TIERS } from '../standing/index.ts';

describe('the quota of messages', () => {
  it('is the table’s for each tier, for each sender and round apart', () => {
    for (const tier of TIERS) {
      const quota = new MessageQuota();
      const take = (sender: string, round: number) => quota.take(sender, round, tier);
      for (let i = 0; i < MESSAGE_QUOTAS[tier]; i++) expect(take('a', 1)).to.equal(true);
      expect([take('a', 1), take('b', 1), take('a', 2)]).to.deep.equal([false, true, true]);
      quota.forgetBefore(2);
      expect(take('a', 1)).to.equal(true);
    }
  });

  it('leaves room for all that an honest member says in sixty views', () => {
    for (const tier of TIERS) expect(MESSAGE_QUOTAS[tier]).to.be.at.least(3 + 4 * 60);
  });
});
