import { expect } from 'chai';
import { loadMarket, type StressEvent } from '../../../node/data/index.ts';
import { endHour, RISK_HORIZON_HOURS, sliceMarket } from '../../../node/features/index.ts';
import { averageRisk } from '../federation-value/risk/average.ts';
import { calmestMarkets, marketsByPeriod } from '../federation-value/risk/histories.ts';
import { calmRisk, newcomerRisk } from '../federation-value/risk/insurance.ts';
import { openRiskBench } from '../federation-value/risk/judging.ts';
import { alone, CLEAR, calmTogether } from '../federation-value/risk/together.ts';
import { openRiskTrial, ownRankings } from '../federation-value/risk/trial.ts';
import type { NamedMarket } from '../risk-drawdown/perpetuals.ts';

const HOURS = 20 * 24;

/** One public and two private markets of 220 days, and an "event" of their last 20. */
async function small(): Promise<{ readonly markets: NamedMarket[]; readonly event: StressEvent }> {
  const markets = await Promise.all(
    ['BTC', 'ONE', 'TWO'].map(async (name, venue) => ({
      name,
      market: (await loadMarket({ kind: 'generator', seed: 3, venue, days: 220 })).market,
    })),
  );
  const to = Math.min(...markets.map(({ market }) => endHour(market)));
  return { markets, event: { name: 'last', from: to - 20 * 24, to } };
}

describe('federation value: risk', function () {
  this.timeout(20_000);

  it('measures areas over blocks of hours, paired', () => {
    const hour = Float64Array.from({ length: 240 }, (_, i) => 1_000 + i);
    const event = Uint8Array.from(hour, (at) => (at % 48 < 10 ? 1 : 0));
    const rows = { hour, event };
    const bench = openRiskBench({ from: 1_000, to: 1_240 });
    const perfect = { score: Float64Array.from(event), rows };
    const wrong = { score: Float64Array.from(event, (hit) => -hit), rows };
    const mute = { score: new Float64Array(240), rows };
    const nothing = { score: new Float64Array(240), rows: { hour, event: new Uint8Array(240) } };
    expect(bench.auc([perfect, wrong])).to.deep.equal({ value: 0.5, low: 0.5, high: 0.5 });
    expect(bench.area([perfect, mute])).to.equal(0.75);
    // An asset without a fall says nothing, and one alone has no area.
    expect(bench.area([perfect, nothing])).to.equal(1);
    expect(bench.area([nothing])).to.be.NaN;
    expect(bench.gain([perfect], [mute])).to.deep.equal({ value: 0.5, low: 0.5, high: 0.5 });
    expect(bench.gainDraws([perfect], [mute]).draws).to.have.length(1_000);
  });

  it('takes what lies before the event alone, and of each history its calmest stretch', async () => {
    const { markets, event } = await small();
    const histories = marketsByPeriod(markets, event.from);
    expect(histories.map(({ name }) => name)).to.deep.equal(['one-1', 'one-2', 'two-1', 'two-2']);
    const calm = calmestMarkets(histories, HOURS);
    for (const [i, { market }] of calm.entries()) {
      const whole = histories[i]!.market;
      expect(market.close).to.have.length(HOURS);
      expect(market.startHour).to.be.at.least(whole.startHour);
      expect(endHour(market)).to.be.at.most(Math.min(endHour(whole), event.from));
      const unrest = ({ close }: typeof whole) =>
        close.reduce((sum, one, t) => (t < 24 ? 0 : sum + Math.abs(Math.log(one / close[t - 24]!))), 0);
      for (let from = whole.startHour; from + HOURS <= endHour(whole); from += 24)
        expect(unrest(market)).to.be.at.most(unrest(sliceMarket(whole, from, from + HOURS)) + 1e-12);
    }
    const trial = openRiskTrial({ markets, histories: calm, event, start: 'none' });
    for (const { rows } of trial.rows) {
      expect(Math.min(...rows.hour)).to.equal(event.from);
      expect(Math.max(...rows.hour)).to.be.below(event.to - RISK_HORIZON_HOURS);
    }
    // What judges is not what is trained on: nobody's rows are touched by other prices in the event.
    const changed = markets.map(({ name, market }) => {
      const { startHour, close, low, high } = market;
      const moved = (column: Float64Array) =>
        column.map((price, t) => (startHour + t < event.from ? price : price * (1 + 0.1 * Math.sin(t))));
      return { name, market: { ...market, close: moved(close), low: moved(low), high: moved(high) } };
    });
    const other = openRiskTrial({
      markets: changed,
      histories: calmestMarkets(marketsByPeriod(changed, event.from), HOURS),
      event,
      start: 'public',
    });
    const same = openRiskTrial({ markets, histories: calm, event, start: 'public' });
    expect(other.model).to.deep.equal(same.model);
    for (const [i, { examples }] of other.nodes.entries())
      expect(examples).to.deep.equal(same.nodes[i]!.examples);
  });

  it('sees no public market where it begins with nothing at all', async () => {
    const { markets, event } = await small();
    const histories = marketsByPeriod(markets, event.from);
    const publicColumns = (start: 'none' | 'own') => {
      const trial = openRiskTrial({ markets, histories, event, start });
      const sets = [trial.nodes[0]!.examples, trial.rows[1]!.test];
      return sets.map(({ x, width }) =>
        x.reduce((sum, value, i) => sum + (i % width < 8 ? 0 : Math.abs(value)), 0),
      );
    };
    expect(publicColumns('own')).to.deep.equal([0, 0]);
    for (const sum of publicColumns('none')) expect(sum).to.be.above(1);
  });

  it('sets calm nodes and newcomers beside each alone, and averages cases', async () => {
    const { markets, event } = await small();
    const histories = marketsByPeriod(markets, event.from);
    const open = (own: typeof histories) => openRiskTrial({ markets, histories: own, event, start: 'none' });
    const [calm, settled] = [open(calmestMarkets(histories, HOURS)), open(histories)];
    const range = { from: event.from, to: event.to - RISK_HORIZON_HOURS };
    const bench = openRiskBench(range);
    const figures = calmRisk(calm, bench, 1);
    expect(figures.start.own.value).to.equal(0.5);
    expect(figures.gain.own.value).to.be.closeTo(
      figures.federated.own.value - figures.local.own.value,
      1e-12,
    );
    expect(figures.nodes.map(({ days }) => days)).to.deep.equal([5, 5, 5, 5]);
    const joined = newcomerRisk(settled, calm, bench, 1);
    // A newcomer alone is a calm node alone; what it joins is another federation for each.
    expect(joined.local).to.deep.equal(figures.local);
    expect(new Set(joined.nodes.map(({ federated }) => federated)).size).to.be.above(2);
    const local = alone(calm, calm.plan, CLEAR).each;
    expect(bench.area(ownRankings(calm, (i) => local[i]!))).to.equal(figures.local.own.value);
    const average = averageRisk(
      [[{ trial: calm, together: calmTogether(calm), shared: calm.plan }]],
      [range],
    );
    expect(average.gain.own.value).to.be.closeTo(figures.gain.own.value, 1e-12);
    expect(average.gain.joint.value).to.be.closeTo(figures.gain.joint.value, 1e-12);
    expect(average.gaining).to.equal(figures.nodes.filter(({ gain }) => gain.value > 0).length);
  });
});
