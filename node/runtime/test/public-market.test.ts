import { expect } from 'chai';
import { createDataClock, GENERATOR_START_HOUR, generateVenue } from '../../data/index.ts';
import type { HourlySeries } from '../../features/index.ts';
import { createModel, genesisOf } from '../../models/index.ts';
import { defaultModelSpec } from '../../training/index.ts';
import { createGate, createPublicMarket, type PublicMarket } from '../index.ts';
import { parametersOf } from './fixtures.ts';

const signal = new AbortController().signal;
const BASE = Float64Array.of(0);
const CANDIDATE = Float64Array.of(1);

/** A market in which weights score what the table says. */
function gateOf(base: number, candidate: number, asked: number[] = []) {
  const market = {
    gateScores: (round: number, [kind]: Float64Array) => {
      asked.push(round);
      return [{ head: 'peg', score: kind === 0 ? base : candidate }];
    },
  } as unknown as PublicMarket;
  return (round: number) => createGate(market, parametersOf()).judge(round, BASE, CANDIDATE, signal);
}

describe('gate', () => {
  it('accepts what is better or as good, and rejects what is worse', async () => {
    expect(await gateOf(2, 1)(1)).to.equal('accepted');
    expect(await gateOf(2, 2)(1)).to.equal('accepted');
    expect(await gateOf(2, 3)(1)).to.equal('rejected');
  });

  it('lets a candidate be worse by the dead band and not more', async () => {
    expect(await gateOf(2, 2.02)(1)).to.equal('accepted');
    expect(await gateOf(2, 2.020_001)(1)).to.equal('rejected');
  });

  it('rejects what has no score', async () => {
    expect(await gateOf(2, Number.NaN)(1)).to.equal('rejected');
    expect(await gateOf(Number.NaN, 1)(1)).to.equal('rejected');
  });

  it('judges both on the round’s own rows', async () => {
    const asked: number[] = [];
    await gateOf(2, 1, asked)(5);
    expect(asked).to.deep.equal([5, 5]);
  });
});

describe('public market', function () {
  this.timeout(30_000);
  const ROUNDS = 4;
  const feed = generateVenue(3, 0, 300);
  const clock = createDataClock(feed, { rounds: ROUNDS });
  const model = createModel(defaultModelSpec({ feed, fitting: clock.fitting }));
  const market = createPublicMarket(feed, clock, model);
  const weights = genesisOf(model);

  /** The same feed with other deviations from an hour on. */
  const changedFrom = (hour: number): HourlySeries => ({
    ...feed,
    deviation: feed.deviation.map((value, i) => (feed.startHour + i >= hour ? 3 * value + 7 : value)),
  });
  const scoreOf = ({ gateScores }: PublicMarket, round: number) => gateScores(round, weights)[0]?.score ?? 0;
  const marketFrom = (hour: number) => createPublicMarket(changedFrom(hour), clock, model);

  it('scores on a grid of 10⁻⁶ bp', () => {
    for (let round = 1; round <= ROUNDS; round++) {
      const score = scoreOf(market, round);
      expect(score).to.be.greaterThan(0);
      expect(score).to.equal(Math.round(score * 1e6) * 1e-6);
    }
  });

  it('scores a round on data that came after its training, and on nothing of the held-out test', () => {
    expect(feed.startHour).to.equal(GENERATOR_START_HOUR);
    for (let round = 1; round <= ROUNDS; round++) {
      const { from, to } = clock.gate(round);
      expect(from).to.be.at.least(clock.cutoff(round));
      const score = scoreOf(market, round);
      expect(scoreOf(marketFrom(from), round)).not.to.equal(score);
      expect(scoreOf(marketFrom(to + clock.horizonHours), round)).to.equal(score);
      expect(to + clock.horizonHours).to.be.at.most(clock.test.from);
    }
  });

  it('forecasts for the controller from what was public at the round’s end, and from nothing later', () => {
    for (let round = 1; round <= ROUNDS; round++) {
      const last = clock.gate(round).to + clock.horizonHours - 1;
      const forecast = market.medianForecast(round, weights);
      expect(Math.abs(forecast)).to.be.lessThan(1_000);
      expect(marketFrom(last + 1).medianForecast(round, weights)).to.equal(forecast);
      expect(marketFrom(last).medianForecast(round, weights)).not.to.equal(forecast);
      expect(last).to.be.lessThan(clock.test.from);
    }
  });

  it('gives the final figures on the held-out rows', () => {
    const { loss, baselineLoss, examples } = market.heldOut(weights);
    expect(examples).to.be.greaterThan(100);
    expect(loss).to.be.greaterThan(0);
    expect(baselineLoss).to.have.all.keys('B0', 'B2', 'B3');
    expect(marketFrom(clock.test.from).heldOut(weights).loss).not.to.equal(loss);
  });
});
