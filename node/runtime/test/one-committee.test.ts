import { expect } from 'chai';
import { UsageError } from '../../../protocol/errors.ts';
import { requireOneCommittee } from '../one-committee.ts';

describe('one committee', () => {
  it('is what a node takes; epochs are refused before anything is stored', () => {
    expect(() => requireOneCommittee({})).to.not.throw();
    const committee = { epochRounds: 10, corruptShare: 0.15 };
    expect(() => requireOneCommittee({ committee }))
      .to.throw(UsageError)
      .with.property('code', 'EPOCHS_UNSUPPORTED');
  });
});
