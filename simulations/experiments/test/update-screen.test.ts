import { expect } from 'chai';
import { seededRandom } from '../../world/random.ts';
import { JUNK, measureJunk, UNSEEN } from '../update-junk.ts';

describe('the screen of updates, over generated junk', () => {
  const { honest, junk } = measureJunk(seededRandom('screen'), 200, 20);

  it('drops at most one honest update in a hundred', () => {
    expect(honest.offered).to.equal(200);
    expect(honest.dropped / honest.offered).to.be.at.most(0.01);
  });

  it('catches every class of junk, nine tenths of it or more', () => {
    const seen = junk.filter(({ name }) => name in JUNK);
    expect(seen).to.have.length(10);
    for (const { name, caught, offered } of seen) expect(caught / offered, name).to.be.at.least(0.9);
  });

  it('leaves to the rule what no check of one update can see', () => {
    const unseen = junk.filter(({ name }) => name in UNSEEN);
    expect(unseen.map(({ caught }) => caught)).to.deep.equal([0, 0]);
  });
});
