import { expect } from 'chai';
import { openHistory, RISK_INPUTS, schemaRows } from '../../features/library/index.ts';
import { generateProtocol, PROTOCOL_OUTCOMES } from '../index.ts';

const path = generateProtocol(3, 1, { days: 60, every: 6 });

describe('generated protocol', () => {
  it('is the same for the same seed, and a longer one begins with the shorter', () => {
    const longer = generateProtocol(3, 1, { days: 70, every: 6 });
    expect(longer.states.slice(0, path.states.length)).to.deep.equal(path.states);
    expect(longer.books.slice(0, path.books.length)).to.deep.equal(path.books);
    for (const outcome of PROTOCOL_OUTCOMES) {
      expect(longer.outcomes[outcome].slice(0, path.hour.length)).to.deep.equal(path.outcomes[outcome]);
    }
  });

  it('knows the next day of every row it has an outcome for, and no more', () => {
    expect(path.states).to.have.length(240);
    expect(path.hour).to.have.length(236);
    for (const outcome of PROTOCOL_OUTCOMES) {
      const values = path.outcomes[outcome];
      expect(values).to.have.length(236);
      expect(values.every((value) => value >= 0 && value <= 1)).to.equal(true);
      expect(new Set(values).size).to.be.greaterThan(1);
    }
  });

  it('gives the feature library what the 24 risk inputs read', () => {
    const { bars, states, books, activity } = path;
    const history = openHistory({ bars, states, books, activity });
    const { x, missing } = schemaRows(
      RISK_INPUTS,
      history,
      states.map(({ time }) => time),
    );
    // A week in all windows are full.
    const from = 28 * RISK_INPUTS.columns.length;
    expect(missing.subarray(from).every((flag) => flag === 0)).to.equal(true);
    for (const [j, { name }] of RISK_INPUTS.columns.entries()) {
      const column = x.filter((_, i) => i >= from && i % RISK_INPUTS.columns.length === j);
      expect(new Set(column).size, name).to.be.greaterThan(1);
      // How many coins of an asset are traded is its own affair; the schema's constants are those of one asset.
      if (name === 'log-volume') continue;
      const clipped = column.filter((value) => Math.abs(value) === RISK_INPUTS.clip).length;
      expect(clipped / column.length, name).to.be.lessThan(0.05);
    }
  });

  it('lets no row read what comes later', () => {
    const { bars, states, books, activity } = path;
    const times = states.slice(0, 120).map(({ time }) => time);
    const now = times.at(-1) ?? 0;
    const all = schemaRows(RISK_INPUTS, openHistory({ bars, states, books, activity }), times);
    const until = <T extends { time: number }>(items: readonly T[]) =>
      items.filter(({ time }) => time <= now);
    const past = { bars: until(bars), states: until(states), books: until(books), activity: until(activity) };
    expect(schemaRows(RISK_INPUTS, openHistory(past), times)).to.deep.equal(all);
  });
});
