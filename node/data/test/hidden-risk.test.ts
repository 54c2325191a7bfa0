import { expect } from 'chai';
import { hiddenRisk, openMarket } from '../index.ts';

const DAYS = 300;

/** Every 12th hour of a market, with a limit of 6 % and whether the next day's lows lay below it. */
function rowsOf(seed: number, venue: number) {
  const open = openMarket(seed, venue, DAYS);
  const { close, low } = open.market;
  const hour = Array.from({ length: 2 * (DAYS - 2) }, (_, i) => 12 * i);
  const limit = hour.map(() => 0.06);
  const event = hour.map((t) =>
    Math.log(Math.min(...low.subarray(t + 1, t + 25)) / (close[t] ?? Number.NaN)) < -0.06 ? 1 : 0,
  );
  return { open, rows: { hour, limit }, event };
}

describe('what one who sees the hidden state would say', () => {
  const cases = [1, 2, 3, 4].map((seed) => {
    const { open, rows, event } = rowsOf(seed, 1);
    return { open, rows, event, chance: [...hiddenRisk(open, rows, { paths: 60 })] };
  });
  const all = cases.flatMap(({ chance, event }) => chance.map((p, i) => ({ p, hit: event[i] ?? 0 })));
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

  it('is as often right as it says', () => {
    const ordered = all.toSorted((a, b) => a.p - b.p);
    const third = Math.floor(ordered.length / 3);
    for (const part of [ordered.slice(0, third), ordered.slice(third, -third), ordered.slice(-third)]) {
      const told = mean(part.map(({ p }) => p));
      expect(told).to.be.closeTo(mean(part.map(({ hit }) => hit)), 0.02 + 0.25 * told);
    }
    expect(mean(ordered.slice(-third).map(({ p }) => p))).to.be.greaterThan(0.3);
  });

  it('reads the hidden state, not the path: crashes are dangerous before they show', () => {
    const { open, rows, chance } = cases[0] ?? expect.fail();
    const { crashing } = open.shared;
    const onset = rows.hour.flatMap((t, i) => (crashing[t] === 1 && crashing[t - 12] === 0 ? [i] : []));
    expect(onset.length).to.be.greaterThan(1);
    const before = onset.map((i) => chance[i - 1] ?? Number.NaN);
    expect(mean(onset.map((i) => chance[i] ?? Number.NaN))).to.be.greaterThan(mean(before));
  });

  it('is the same for the same draws, and grows as the limit falls', () => {
    const { open, rows, chance } = cases[1] ?? expect.fail();
    const few = { hour: rows.hour.slice(0, 40), limit: rows.limit.slice(0, 40) };
    expect([...hiddenRisk(open, few, { paths: 60 })]).to.deep.equal(chance.slice(0, 40));
    const nearer = hiddenRisk(open, { ...few, limit: few.limit.map(() => 0.03) }, { paths: 60 });
    for (const [i, p] of nearer.entries())
      expect(p)
        .to.be.at.least(chance[i] ?? 1)
        .and.at.most(1);
  });
});
