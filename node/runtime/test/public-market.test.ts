import { expect } from 'chai';
import type { PairScore } from '../../../coordinator/index.ts';
import { pairName } from '../../../protocol/gate-pair.ts';
import { createDataClock, GENERATOR_START_HOUR, generateMarket, generateVenue } from '../../data/index.ts';
import type { HourlySeries } from '../../features/index.ts';
import { createModel, genesisOf } from '../../models/index.ts';
import { defaultModelSpec } from '../../training/index.ts';
import {
  createGate,
  createPublicMarket,
  MAX_COLLATERALS,
  type PublicCollateral,
  type PublicMarket,
  type RoundJudgement,
} from '../index.ts';
import { parametersOf } from './fixtures.ts';

const signal = new AbortController().signal;
const BASE = Float64Array.of(0);
const CANDIDATE = Float64Array.of(1);

/** A market in which weights score what the table says. */
function gateOf(base: number, candidate: number, asked: number[] = []) {
  const market = {
    gateScores: (round: number, [kind]: Float64Array) => {
      asked.push(round);
      return [{ head: 'peg', collateral: 'main', score: kind === 0 ? base : candidate }];
    },
  } as unknown as PublicMarket;
  return async (round: number) =>
    (await createGate(market, parametersOf()).judge(round, BASE, CANDIDATE, signal)).verdict;
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

  it('asks no head to be better, and of none to be worse, each beyond its own dead band, and names it', async () => {
    const judged = async (peg: readonly [number, number], risk: readonly [number, number]) => {
      const scores = (at: 0 | 1): PairScore[] => [
        { head: 'peg', collateral: 'main', score: peg[at] },
        { head: 'risk', collateral: 'main', score: risk[at], deadBand: 0.1 },
      ];
      const gateScores = (_round: number, [kind]: Float64Array) => scores(kind === 0 ? 0 : 1);
      const told: RoundJudgement[] = [];
      const gate = createGate({ gateScores }, parametersOf(), (judgement) => told.push(judgement));
      const { verdict } = await gate.judge(4, BASE, CANDIDATE, signal);
      expect(told.map(({ round }) => round)).to.deep.equal([4]);
      expect(told[0]?.verdict).to.equal(verdict);
      return told[0]?.worse;
    };
    expect(await judged([2, 1], [2, 2.2])).to.deep.equal([]);
    expect(await judged([2, 1], [2, 2.201])).to.deep.equal(['risk/main']);
    expect(await judged([2, 2.03], [2, 1])).to.deep.equal(['peg/main']);
    expect(await judged([2, 3], [2, Number.NaN])).to.deep.equal(['peg/main', 'risk/main']);
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
      expect(score).to.equal(Math.round(score * 1e6) / 1e6);
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

  it('judges every horizon by itself, the longest as if it were alone', () => {
    const spec = defaultModelSpec({ feed, fitting: clock.fitting }, { kind: 'linear' }, [1, 4, 24]);
    const three = createModel(spec);
    const own = createPublicMarket(feed, clock, three);
    const genesis = genesisOf(three);
    const names = own.gateScores(1, genesis).map(({ head, collateral }) => `${head}/${collateral}`);
    expect(names).to.deep.equal(['peg-1h/main', 'peg-4h/main', 'peg/main']);
    for (const name of names) expect(pairName.safeParse(name).success).to.equal(true);
    const { shorter = [], ...longest } = own.heldOut(genesis);
    expect(longest).to.deep.equal(market.heldOut(weights));
    expect(shorter.map(({ horizonHours }) => horizonHours)).to.deep.equal([1, 4]);
    // The nearer, the smaller the error.
    expect(shorter[0]?.loss).to.be.lessThan(shorter[1]?.loss ?? 0);
    expect(shorter[1]?.loss).to.be.lessThan(longest.loss);
    expect(own.heldOutIntervals(genesis).shorter?.map(({ B2 }) => B2.low <= B2.high)).to.deep.equal([
      true,
      true,
    ]);
    const at = three.heads.peg[0]?.offset ?? 0;
    const moved = genesis.map((weight, i) => (i === at ? weight + 1 : weight));
    const changed = own
      .gateScores(1, moved)
      .map(({ score }, i) => score !== own.gateScores(1, genesis)[i]?.score);
    expect(changed).to.deep.equal([true, false, false]);
  });
});

describe('public market of two heads', function () {
  this.timeout(30_000);
  const feed = generateVenue(3, 0, 300);
  const reference = generateMarket(3, 0, 300);
  const clock = createDataClock(feed, { rounds: 4 });
  const model = createModel(defaultModelSpec({ feed, market: reference, fitting: clock.fitting }));
  const market = createPublicMarket(feed, clock, model, reference);
  const weights = genesisOf(model).map((weight, i) => weight + 0.05 * Math.sin(i));
  const scoreOf = (given: PublicMarket, head: string) =>
    given.gateScores(2, weights).find((score) => score.head === head)?.score;
  /** The same with another volatile asset from an hour on. */
  const marketFrom = (hour: number) =>
    createPublicMarket(feed, clock, model, {
      startHour: reference.startHour,
      close: reference.close.map((price, i) =>
        reference.startHour + i >= hour ? price * (1 + 0.02 * (i % 3)) : price,
      ),
    });

  it('scores each head on its own rows of the round, and on nothing of the held-out test', () => {
    const { from, to } = clock.gate(2);
    expect(scoreOf(market, 'risk')).to.be.greaterThan(0);
    expect(scoreOf(marketFrom(from), 'risk')).not.to.equal(scoreOf(market, 'risk'));
    expect(scoreOf(marketFrom(from), 'peg')).to.equal(scoreOf(market, 'peg'));
    expect(scoreOf(marketFrom(to + clock.horizonHours), 'risk')).not.to.equal(undefined);
    const volumeless = createPublicMarket(feed, clock, model, {
      startHour: reference.startHour,
      close: reference.close,
    });
    expect(scoreOf(marketFrom(to + clock.horizonHours), 'risk')).to.equal(scoreOf(volumeless, 'risk'));
  });

  it('reports both heads on held-out rows, with intervals that hold the skill and repeat', () => {
    const { risk, loss, baselineLoss } = market.heldOut(weights);
    if (risk === undefined) throw new Error('no risk report');
    expect(risk.head.examples).to.equal(risk.ewma.examples);
    const intervals = market.heldOutIntervals(weights);
    expect(market.heldOutIntervals(weights)).to.deep.equal(intervals);
    expect(intervals.peg.B2.skill).to.be.closeTo(1 - loss / baselineLoss.B2, 1e-9);
    const { drawdown, volatility } = intervals.risk ?? {};
    expect(drawdown?.ewma.skill).to.be.closeTo(
      1 - risk.head.drawdown.logLoss / risk.ewma.drawdown.logLoss,
      1e-9,
    );
    expect(volatility?.persistence.skill).to.be.closeTo(
      1 - risk.head.volatility.qlike / risk.persistence.volatility.qlike,
      1e-9,
    );
    for (const { low, skill, high } of [
      intervals.peg.B0,
      intervals.peg.B3,
      drawdown?.ewma,
      volatility?.ewma,
    ].filter((interval) => interval !== undefined)) {
      expect(low).to.be.lessThan(high);
      expect(skill).to.be.within(low - 0.05, high + 0.05);
    }
  });

  it('is refused without the market that a risk head is judged on', () => {
    expect(() => createPublicMarket(feed, clock, model))
      .to.throw()
      .with.property('code', 'MARKET_ABSENT');
  });
});

describe('public market of several collaterals', function () {
  this.timeout(30_000);
  const feed = generateVenue(3, 0, 300);
  const reference = generateMarket(3, 0, 300);
  const clock = createDataClock(feed, { rounds: 4 });
  const model = createModel(defaultModelSpec({ feed, market: reference, fitting: clock.fitting }));
  const eth = { name: 'eth', feed: generateVenue(3, 1, 300), market: generateMarket(3, 1, 300) };
  const weights = genesisOf(model);
  const marketWith = (...others: PublicCollateral[]) =>
    createPublicMarket(feed, clock, model, reference, others);

  it('scores every head on each, and the main one as without them', () => {
    const alone = marketWith().gateScores(2, weights);
    const scores = marketWith(eth, { name: 'dai', feed: eth.feed }).gateScores(2, weights);
    expect(scores.map(({ head, collateral }) => `${head}/${collateral}`)).to.deep.equal([
      'peg/main',
      'risk/main',
      'peg/eth',
      'risk/eth',
      'peg/dai',
    ]);
    expect(scores.slice(0, 2)).to.deep.equal(alone);
    expect(scores[2]?.score).not.to.equal(scores[0]?.score);
    expect(scores[4]?.score).to.equal(scores[2]?.score);
    expect(scores[3]?.deadBand).to.equal(model.spec.heads.risk?.deadBand);
  });

  it('scores none on hours that training saw, or that the held-out test reads', () => {
    const { from, to } = clock.gate(2);
    const changed = (hour: number) => ({
      ...eth.feed,
      deviation: eth.feed.deviation.map((value, i) =>
        eth.feed.startHour + i >= hour ? 3 * value + 7 : value,
      ),
    });
    const score = (data: HourlySeries) =>
      marketWith({ name: 'eth', feed: data }).gateScores(2, weights).at(-1)?.score;
    expect(score(changed(from))).not.to.equal(score(eth.feed));
    expect(score(changed(to + clock.horizonHours))).to.equal(score(eth.feed));
  });

  it('never lets a candidate pass that one collateral alone is worse off with', async () => {
    const market = marketWith(eth);
    const poisoned: PublicMarket = {
      ...market,
      gateScores: (round, given) =>
        market.gateScores(round, weights).map((pair) => ({
          ...pair,
          score: given === weights ? pair.score : pair.score * (pair.collateral === 'eth' ? 1.01 : 0.9),
        })),
    };
    const told: RoundJudgement[] = [];
    const parameters = parametersOf();
    const gate = createGate(
      poisoned,
      { ...parameters, gate: { enabled: true, deadBand: 0.001, worstPair: 0.005 } },
      (judgement) => told.push(judgement),
    );
    expect((await gate.judge(2, weights, genesisOf(model), signal)).verdict).to.equal('rejected');
    expect(told[0]?.worse).to.deep.equal(['peg/eth', 'risk/eth']);
  });

  it('refuses names that are none, and data that do not reach over all rounds', () => {
    const code = (others: PublicCollateral[], expected: string) =>
      expect(() => marketWith(...others))
        .to.throw()
        .with.property('code', expected);
    code([{ name: 'main', feed: eth.feed }], 'COLLATERAL_NAME');
    code([eth, eth], 'COLLATERAL_NAME');
    code([{ ...eth, name: 'ETH' }], 'COLLATERAL_NAME');
    code(
      Array.from({ length: MAX_COLLATERALS + 1 }, (_, i) => ({ name: `c${i}` })),
      'COLLATERAL_NAME',
    );
    const { startHour, deviation } = eth.feed;
    const short = { startHour, deviation: deviation.subarray(0, clock.gate(4).to - startHour) };
    code([{ name: 'eth', feed: short }], 'COLLATERAL_UNCOVERED');
    const late = clock.gate(1).from - startHour;
    code(
      [{ name: 'eth', feed: { startHour: startHour + late, deviation: deviation.subarray(late) } }],
      'COLLATERAL_UNCOVERED',
    );
    const { close } = eth.market;
    code(
      [{ name: 'eth', market: { startHour, close: close.subarray(0, clock.gate(4).to - startHour) } }],
      'COLLATERAL_UNCOVERED',
    );
  });
});
