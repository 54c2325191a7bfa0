import { expect } from 'chai';
import { computeFeatures, computeMarketFeatures, FeatureTables, type MarketWindow } from '../index.ts';

describe('feature tables', () => {
  const hours = 40 * 24;
  const series = {
    startHour: 24_000,
    deviation: Float64Array.from({ length: hours }, (_, t) => 3 * Math.sin(t / 9)),
  };
  const marketOf = (period: number): MarketWindow => ({
    startHour: 24_000,
    close: Float64Array.from({ length: hours }, (_, t) => 1_000 + 50 * Math.sin(t / period)),
  });
  const [market, other] = [marketOf(7), marketOf(31)];

  it('are those that are computed alone', () => {
    const tables = new FeatureTables();
    expect(tables.peg(series, 4)).to.deep.equal(computeFeatures(series, 4));
    expect(tables.peg(series, 24)).to.deep.equal(computeFeatures(series, 24));
    expect(tables.risk(market, other)).to.deep.equal(computeMarketFeatures(market, other));
    expect(tables.risk(other, other)).to.deep.equal(computeMarketFeatures(other, other));
  });

  it('are computed once for the same series, and anew for an equal one', () => {
    const tables = new FeatureTables();
    expect(tables.peg(series, 4)).to.equal(tables.peg(series, 4));
    expect(tables.peg({ ...series }, 4)).not.to.equal(tables.peg(series, 4));
    expect(tables.risk(market, other)).to.equal(tables.risk(market, other));
    expect(tables.risk(market, market)).not.to.equal(tables.risk(market, other));
  });
});
