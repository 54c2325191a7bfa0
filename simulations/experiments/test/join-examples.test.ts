import { expect } from 'chai';
import { generateMarket } from '../../../node/data/index.ts';
import { buildRiskExamples, computeMarketFeatures } from '../../../node/features/index.ts';
import { joinRiskExamples } from '../join-examples.ts';

describe('joined risk examples', () => {
  it('are those of the whole range when their ranges meet at midnight', () => {
    const market = generateMarket(3, 0, 90);
    const table = computeMarketFeatures(market, market);
    const day = (n: number) => Math.ceil(market.startHour / 24) * 24 + 24 * n;
    const part = (from: number, to: number) => buildRiskExamples(table, { from: day(from), to: day(to) });
    expect(joinRiskExamples([part(40, 47), part(47, 47), part(47, 60)])).to.deep.equal(part(40, 60));
    expect(() => joinRiskExamples([])).to.throw(RangeError);
  });
});
