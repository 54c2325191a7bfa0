import { existsSync } from 'node:fs';
import { expect } from 'chai';
import fc from 'fast-check';
import { endHour } from '../../features/index.ts';
import {
  createDataClock,
  type HourRange,
  loadMarket,
  loadSeries,
  type MarketSource,
  slicesFor,
} from '../index.ts';
import { RECORDED, refusal } from './support.ts';

describe('slices', () => {
  it('give every node a venue of its own, the public feed to nobody', async () => {
    const given = await slicesFor(undefined, 4, 9);
    const { publicFeed, publicMarket, slices } = given;
    expect(publicMarket).to.deep.equal(publicFeed);
    expect(slices.every(({ spec, market }) => spec === market)).to.equal(true);
    expect(slices).to.have.length(9);
    const venues = [publicFeed, ...slices.map(({ spec }) => spec)].map((spec) =>
      spec.kind === 'generator' ? spec.venue : -1,
    );
    expect(new Set(venues).size).to.equal(10);
    expect(new Set(slices.map(({ spec }) => `${spec.from}/${spec.to}`)).size).to.be.greaterThan(3);
    expect(await slicesFor(undefined, 4, 9)).to.deep.equal(given);
    expect((await refusal(slicesFor(undefined, 4, 0))).code).to.equal('DATA_NODES');
    expect((await refusal(slicesFor('/nonexistent', 4, 3))).code).to.equal('DATA_FILE_UNREADABLE');
  });

  it('make public what is asked for, and deal it to nobody', async () => {
    const { slices, collaterals } = await slicesFor(undefined, 4, 9, 2);
    expect(slices).to.deep.equal((await slicesFor(undefined, 4, 9)).slices);
    expect(collaterals.map(({ name }) => name)).to.deep.equal(['venue-10', 'venue-11']);
    expect(collaterals[0]?.feed).to.deep.equal({ kind: 'generator', seed: 4, venue: 10 });
    for (const wrong of [-1, 1.5, 5])
      expect((await refusal(slicesFor(undefined, 4, 9, wrong))).code).to.equal('DATA_COLLATERALS');
    expect((await refusal(slicesFor('/nonexistent', 4, 3, 5))).code).to.equal('DATA_COLLATERALS');
    if (!existsSync(RECORDED)) return;
    const recorded = await slicesFor(RECORDED, 1, 7, 4);
    const files = recorded.slices.flatMap(({ spec, market }) => [spec, market]).map(fileOf);
    expect(
      recorded.collaterals.map(({ feed, market }) => [feed, market].filter(Boolean).length),
    ).to.deep.equal([1, 1, 1, 1]);
    expect(recorded.collaterals.map(({ name }) => name)).to.deep.equal(['usdc', 'eth', 'frax', 'link']);
    for (const { feed, market } of recorded.collaterals)
      for (const source of [feed, market]) {
        if (source === undefined) continue;
        expect(fileOf(source)).not.to.equal('');
        expect(files).not.to.include(fileOf(source));
      }
  });

  it('cut the recorded markets into disjoint slices', async function () {
    if (!existsSync(RECORDED)) {
      console.log(`      skipped: no recorded markets at ${RECORDED}`);
      this.skip();
    }
    const { publicFeed, publicMarket, slices } = await slicesFor(RECORDED, 1, 11);
    expect(new Set(slices.map(({ label }) => label)).size).to.equal(11);
    const feed = (await loadSeries(publicFeed)).series;
    const clock = createDataClock(feed, { rounds: 10 });
    const held = new Map<string, HourRange[]>();
    const holdAlone = (key: string, from: number, to: number) => {
      const ranges = held.get(key) ?? [];
      for (const other of ranges) expect(from >= other.to || to <= other.from, key).to.equal(true);
      held.set(key, [...ranges, { from, to }]);
    };
    for (const { spec } of slices) {
      const { series, flagged } = await loadSeries(spec);
      expect(spec.kind).to.equal('csv');
      if (spec.kind !== 'csv') continue;
      expect(spec.file).not.to.contain('dai');
      holdAlone(spec.file, series.startHour, endHour(series));
      // Twenty days and more before the first round, or there is nothing to train on.
      expect(clock.cutoff(1) - series.startHour).to.be.greaterThan(35 * 24);
      expect(flagged.length).to.be.lessThan(5);
    }
    // Volatile assets: eleven nodes, eight recordings, no hour of one asset seen twice or in public.
    const reference = (await loadMarket(publicMarket)).market;
    expect(reference.startHour).to.be.lessThan(feed.startHour - 30 * 24);
    expect(endHour(reference)).to.be.at.least(endHour(feed));
    const asset = (source: MarketSource) =>
      source.kind === 'csv' ? /_([A-Z]+)USDT/.exec(source.file)?.[1] : '';
    holdAlone('BTC', reference.startHour, endHour(reference));
    for (const { market: source } of slices) {
      const { market } = await loadMarket(source);
      holdAlone(asset(source) ?? '', market.startHour, endHour(market));
      expect(clock.cutoff(1) - market.startHour).to.be.greaterThan(60 * 24);
    }
    expect(held.size).to.equal(4 + 7);
    expect((await refusal(slicesFor(RECORDED, 1, 60))).code).to.equal('DATA_NODES');
  });
});

describe('data clock', () => {
  const feed = { startHour: 1000, deviation: new Float64Array(700 * 24) };

  it('never lets training, gate and test touch, whatever the number of rounds', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3000 }), fc.integer({ min: 120, max: 900 }), (rounds, days) => {
        const series = { startHour: 1000, deviation: new Float64Array(days * 24) };
        const clock = createDataClock(series, { rounds });
        const horizon = clock.horizonHours;
        let before = Number.NEGATIVE_INFINITY;
        for (const round of [1, 2, 3, Math.ceil(rounds / 2), rounds - 1, rounds]) {
          if (round < 1 || round > rounds) continue;
          const gate = clock.gate(round);
          // The last label trained on is known when training begins; the gate begins no sooner.
          expect(clock.training(round).to + horizon).to.equal(clock.cutoff(round));
          expect(gate.from).to.be.at.least(clock.cutoff(round));
          expect(gate.to - gate.from).to.be.at.least(7 * 24);
          expect(gate.to + horizon).to.be.at.most(clock.test.from);
        }
        for (let round = 1; round <= rounds; round++) {
          expect(clock.cutoff(round)).to.be.at.least(before);
          before = clock.cutoff(round);
        }
        expect(clock.fitting).to.deep.equal({ from: 1000, to: clock.training(1).to });
        expect(clock.test.to + horizon).to.equal(endHour(series));
      }),
      { seed: 4, numRuns: 60 },
    );
  });

  it('uses every gate window once when rounds are few', () => {
    const clock = createDataClock(feed, { rounds: 10 });
    for (let round = 1; round < 10; round++) {
      expect(clock.gate(round).to).to.be.at.most(clock.cutoff(round + 1));
    }
  });

  it('refuses rounds beyond its data and feeds too short for it', () => {
    const clock = createDataClock(feed, { rounds: 5 });
    for (const round of [0, 6, 1.5]) {
      expect(() => clock.cutoff(round))
        .to.throw()
        .with.property('code', 'DATA_CLOCK_EXHAUSTED');
    }
    const short = { startHour: 0, deviation: new Float64Array(20 * 24) };
    expect(() => createDataClock(short, { rounds: 5 }))
      .to.throw()
      .with.property('code', 'DATA_CLOCK_TOO_SHORT');
  });
});

function fileOf(source: MarketSource): string {
  return source.kind === 'csv' ? source.file : '';
}
