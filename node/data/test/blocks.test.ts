import { expect } from 'chai';
import fc from 'fast-check';
import type { RecordBlock } from '../../features/index.ts';
import {
  createPrng,
  loadMarketBlocks,
  loadSeries,
  loadSeriesBlocks,
  type MarketSource,
  marketSourceSchema,
} from '../index.ts';
import { dataFolder, refusal } from './support.ts';

const { write } = dataFolder();
const record: RecordBlock = { kind: 'block', days: 5 };
const HOURS = 120;
// Two hours before a block begins, so that the first is a stump.
const T0 = 3600 * (HOURS * 3800 - 2);

/** Oracle rounds at irregular seconds, with jumps that are held back, over 21 days. */
const rounds = (() => {
  const prng = createPrng(4);
  const out: { second: number; price: number }[] = [];
  for (let second = T0; second < T0 + 21 * 86_400; second += 600 + Math.floor(prng.uniform() * 20_000)) {
    const jump = prng.uniform() < 0.1 ? 0.2 : 0;
    out.push({ second, price: Math.round(1e8 * (1 + 0.001 * prng.normal() + jump)) });
  }
  return out;
})();
const oracle = (rows: readonly { second: number; price: number }[]): MarketSource => {
  const lines = rows.map(({ second, price }, i) => `${i},${second},${price}`);
  return { kind: 'csv', format: 'chainlink', file: write(`index,timestamp,price\n${lines.join('\n')}\n`) };
};

async function blocksOf(rows: readonly { second: number; price: number }[]): Promise<Map<number, string>> {
  const { blocks } = await loadSeriesBlocks(oracle(rows), record);
  return new Map(
    blocks.map(({ startHour, deviation, flags, timing }) => [
      Math.floor(startHour / HOURS),
      JSON.stringify([
        startHour,
        [...deviation],
        [...(flags ?? [])],
        timing && [[...timing.age], [...timing.count]],
      ]),
    ]),
  );
}

describe('a file read block by block', () => {
  it('has whole spans, and inside them the hours that the file has read as a whole', async () => {
    const { blocks } = await loadSeriesBlocks(oracle(rounds), record);
    const { series } = await loadSeries(oracle(rounds));
    expect(blocks.length).to.be.within(5, 6);
    for (const { startHour, deviation } of blocks) {
      expect(Math.floor(startHour / HOURS)).to.equal(Math.floor((startHour + deviation.length - 1) / HOURS));
    }
    const [, second] = blocks;
    if (second === undefined) throw new Error('no second block');
    // Once three prints of its own have passed, nothing is left of what lay before.
    const from = 30;
    const at = second.startHour - series.startHour;
    expect(second.deviation.slice(from)).to.deep.equal(
      series.deviation.slice(at + from, at + second.deviation.length),
    );
    expect(second.timing?.age.slice(from)).to.deep.equal(
      series.timing?.age.slice(at + from, at + second.deviation.length),
    );
    expect(second.timing?.count.slice(1)).to.deep.equal(
      series.timing?.count.slice(at + 1, at + second.deviation.length),
    );
    // An hour that only repeats what another block observed is no hour of this one.
    expect(blocks.filter(({ startHour }) => startHour % HOURS > 0)).not.to.have.length(0);
  });

  it('has one observation in one block, whatever it says', async () => {
    const before = await blocksOf(rounds);
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: rounds.length - 1 }),
        fc.integer({ min: 50_000_000, max: 200_000_000 }),
        async (index, price) => {
          const after = await blocksOf(rounds.map((row, i) => (i === index ? { ...row, price } : row)));
          const own = Math.floor(Math.ceil((rounds[index]?.second ?? 0) / 3600) / HOURS);
          for (const [span, text] of before) if (span !== own) expect(after.get(span)).to.equal(text);
          expect(after.size).to.equal(before.size);
        },
      ),
      { numRuns: 40, seed: 3 },
    );
  });

  it('is cut to the source’s period, and refused where nothing is left', async () => {
    const source = oracle(rounds);
    const day = (offset: number) => new Date((T0 + offset * 86_400) * 1000).toISOString().slice(0, 10);
    const { blocks } = await loadSeriesBlocks({ ...source, from: day(6), to: day(12) }, record);
    expect(blocks.map(({ startHour }) => Math.floor(startHour / HOURS))).to.have.length.within(2, 3);
    expect(Math.min(...blocks.map(({ startHour }) => startHour))).to.equal(
      Date.parse(`${day(6)}T00:00:00Z`) / 3_600_000,
    );
    const nothing = await refusal(loadSeriesBlocks({ ...source, from: day(60) }, record));
    expect(nothing.code).to.equal('DATA_EMPTY');
    const wrong = { kind: 'csv', format: 'perp-1h', file: write('') } as const;
    expect((await refusal(loadSeriesBlocks(wrong, record))).code).to.equal('DATA_FORMAT_USE');
  });

  it('cuts a generated market at the same hours', async () => {
    const source = marketSourceSchema.parse({ kind: 'generator', seed: 1, venue: 1, days: 40 });
    const [series, market] = [await loadSeriesBlocks(source, record), await loadMarketBlocks(source, record)];
    expect(series.blocks.map(({ startHour }) => startHour)).to.deep.equal(
      market.blocks.map(({ startHour }) => startHour),
    );
    const whole = (await loadSeries(source)).series;
    expect(series.blocks.flatMap(({ deviation }) => [...deviation])).to.deep.equal([...whole.deviation]);
  });
});
