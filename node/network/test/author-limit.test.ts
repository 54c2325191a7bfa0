import { expect } from 'chai';
import { AuthorLimit } from '../author-limit.ts';

describe('the limit on what a peer brings of one author', () => {
  const refusalOf = (act: () => void): string | undefined => {
    try {
      act();
      return undefined;
    } catch (error) {
      return (error as { action?: string; code?: string }).action;
    }
  };

  it('lets 64 of an author and kind through at once, eight a second, and blames who brings more', () => {
    let now = 0;
    const limit = new AuthorLimit(() => now);
    for (let i = 0; i < 64; i++) limit.check('peer', 'author', 'status');
    expect(refusalOf(() => limit.check('peer', 'author', 'status'))).to.equal('reject');
    limit.check('peer', 'author', 'certificate');
    limit.check('peer', 'another', 'status');
    limit.check('other', 'author', 'status');
    now = 1_000;
    for (let i = 0; i < 8; i++) limit.check('peer', 'author', 'status');
    expect(refusalOf(() => limit.check('peer', 'author', 'status'))).to.equal('reject');
  });

  it('remembers a bounded number of authors, whatever names are invented', () => {
    const limit = new AuthorLimit(() => 0);
    for (let i = 0; i < 70_000; i++) limit.check('peer', `author ${i}`, 'status');
    expect(limit.size).to.be.at.most(1 << 15);
  });
});
