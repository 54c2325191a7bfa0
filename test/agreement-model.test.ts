import { expect } from 'chai';
import { exploreAgreement, MISTAKES, missingTools } from '../scripts/model/explore.ts';

describe('the model of the agreement', function () {
  this.timeout(60_000);

  before(async function () {
    const missing = await missingTools();
    if (missing.length === 0) return;
    console.log(`      no ${missing.join(' and ')} here: install Debian's packages of these names`);
    this.skip();
  });

  it('never certifies two entries: four members, one of any behaviour, two views, every schedule', async () => {
    const { errors, states, isWhole } = await exploreAgreement(2);
    expect(errors).to.equal(0);
    expect(isWhole).to.equal(true);
    expect(states).to.be.above(10_000);
  });

  for (const { name, views } of MISTAKES) {
    it(`shows how ${name} certifies two entries`, async () => {
      const { errors, counterExample } = await exploreAgreement(views, name);
      expect(errors).to.be.above(0);
      expect(counterExample).to.match(/assertion violated/);
    });
  }
});
