import { expect } from 'chai';
import fc from 'fast-check';
import { FLAGS } from '../../../features/series.ts';
import { createCandleSource } from '../candles/candle-source.ts';
import type { Observation } from '../data-source.ts';
import { CANDLE_VENUES, type CandleVenueName } from '../index.ts';
import { calmCandles, candleAnswer, type TestCandle } from './candle-server.ts';
import { type Answer, collect, type HttpVenue, NEVER, only, startHttpVenue, virtualWorld } from './world.ts';

const START = 1_700_000_000 - (1_700_000_000 % 3600);
const HOURS = 1500;
const END = START + HOURS * 3600;
const SYMBOLS = { binance: 'BTCUSDT', coinbase: 'BTC-USD', kraken: 'XBTUSD' } as const;
const VENUES = Object.keys(CANDLE_VENUES) as CandleVenueName[];

type Spoil = (rows: unknown[]) => unknown[];

describe('candles of exchanges', () => {
  const venues: HttpVenue[] = [];
  afterEach(async () => {
    for (const venue of venues.splice(0)) await venue.stop();
  });

  async function served(name: CandleVenueName, candles: readonly TestCandle[], spoil?: Spoil) {
    return answering((url) => candleAnswer(name, url, candles, spoil));
  }
  async function answering(answer: (url: URL) => Answer | 'hang-up') {
    const venue = await startHttpVenue(answer);
    venues.push(venue);
    return venue;
  }
  function sourceAt(name: CandleVenueName, venue: HttpVenue, now = END + 60) {
    const world = virtualWorld(now);
    const source = createCandleSource(
      { venue: name, symbol: SYMBOLS[name], interval: '1h', jump: 0.5, origin: venue.origin },
      world,
    );
    return { source, world };
  }
  const history = async (name: CandleVenueName, venue: HttpVenue, from = START, to = END) =>
    collect(sourceAt(name, venue).source.history({ from, to }, NEVER));

  for (const name of VENUES) {
    describe(name, () => {
      it('reads all candles over its pages, in order and unflagged', async () => {
        const candles = calmCandles(START, HOURS + 1);
        const venue = await served(name, candles);
        const all = await history(name, venue);
        const bars = only('bar', all);
        const served720 = name === 'kraken' ? candles.slice(HOURS + 1 - 720, HOURS) : candles.slice(0, HOURS);
        expect(bars.map(({ bar }) => bar.second - 3600)).to.deep.equal(served720.map((c) => c.opened));
        expect(bars.map(({ bar }) => [bar.open, bar.high, bar.low, bar.close, bar.volume])).to.deep.equal(
          served720.map((c) => [c.open, c.high, c.low, c.close, c.volume]),
        );
        expect(bars.every(({ flags }) => flags === 0)).to.equal(true);
        expect(only('refused', all)).to.deep.equal([]);
        expect(venue.asked.length).to.equal({ binance: 2, coinbase: 5, kraken: 1 }[name]);
      });

      it('declares the hours that are not there', async () => {
        const candles = calmCandles(START, 100).filter((_, i) => i > 2 && (i < 40 || i > 44));
        const all = await history(name, await served(name, candles), START, START + 100 * 3600);
        const first = name === 'kraken' ? 'unserved' : 'silent';
        expect(only('gap', all).map(({ from, missing, reason }) => [from, missing, reason])).to.deep.equal([
          [START, 3, first],
          [START + 40 * 3600, 5, 'silent'],
        ]);
        const after = only('bar', all).find(({ bar }) => bar.second === START + 46 * 3600);
        expect((after?.flags ?? 0) & FLAGS.gap).to.equal(FLAGS.gap);
      });

      it('takes no candle that is not complete', async () => {
        const venue = await served(name, calmCandles(START, 10));
        const { source } = sourceAt(name, venue, START + 9.5 * 3600);
        const all = await collect(source.history({ from: START, to: END }, NEVER));
        expect(only('bar', all).length).to.equal(9);
        expect(only('refused', all)).to.deep.equal([]);
        expect(only('gap', all)).to.deep.equal([]);
      });

      const faults: Record<string, { spoil: (row: unknown[]) => unknown[]; code: string; lost: number }> = {
        'a price that is none': { spoil: (row) => with_(row, 2, 'NaN'), code: 'DATA_MALFORMED', lost: 1 },
        'a price below zero': { spoil: (row) => with_(row, 4, '-5'), code: 'DATA_MALFORMED', lost: 1 },
        'prices in cents': {
          spoil: (row) => row.map((v, i) => (i > 0 && i < 5 ? Number(v) * 100 : v)),
          code: 'DATA_UNIT',
          lost: 1,
        },
        'a time in another unit': {
          spoil: (row) => with_(row, 0, Number(row[0]) * 1000),
          code: 'DATA_MALFORMED',
          lost: 1,
        },
        'a time off the grid': {
          spoil: (row) => with_(row, 0, Number(row[0]) + 1),
          code: 'DATA_MALFORMED',
          lost: 1,
        },
        'a row of another shape': { spoil: () => ['x'], code: 'DATA_MALFORMED', lost: 1 },
      };
      for (const [fault, { spoil, code, lost }] of Object.entries(faults)) {
        it(`refuses ${fault}, and declares the gap`, async () => {
          const venue = await served(name, calmCandles(START, 20), (rows) =>
            rows.map((row, i) => (i === 10 ? spoil(row as unknown[]) : row)),
          );
          const all = await history(name, venue, START, START + 20 * 3600);
          expect(only('refused', all).map((each) => each.code)).to.deep.equal([code]);
          expect(only('bar', all).length).to.equal(20 - lost);
          expect(only('gap', all).map(({ missing }) => missing)).to.deep.equal([lost]);
        });
      }

      it('refuses what is of the future, repeated, disputed or out of order', async () => {
        const candles = calmCandles(START, 20);
        const isNewestFirst = name === 'coinbase';
        const venue = await served(name, candles, (served) => {
          const rows = isNewestFirst ? served.toReversed() : served;
          const row = (i: number) => rows[i] as unknown[];
          const millis = name === 'binance' ? 1000 : 1;
          const spoilt = [
            ...rows.slice(0, 5),
            row(4),
            ...rows.slice(5, 8),
            with_(row(7), 5, Number(row(7)[5]) * 1.01),
            ...rows.slice(8, 12),
            ...[row(13), row(12)],
            ...rows.slice(14),
            with_(row(19), 0, (START + 9000 * 3600) * millis),
          ];
          return isNewestFirst ? spoilt.toReversed() : spoilt;
        });
        const all = await history(name, venue, START, START + 20 * 3600);
        // A spoilt high or close may break its own bar instead of disputing it; either way hour 7 is believed once at most.
        const codes = only('refused', all).map((each) => each.code);
        expect(codes).to.include.members(['DATA_DUPLICATE', 'DATA_LATE', 'DATA_FUTURE']);
        expect(codes.length).to.equal(4);
        const hours = only('bar', all).map(({ bar }) => (bar.second - START) / 3600 - 1);
        expect(hours).to.not.include(12);
        expect(new Set(hours).size).to.equal(hours.length);
      });

      it('tries again after errors, a hang-up and a pause that the venue asks for', async () => {
        const candles = calmCandles(START, 20);
        const faults: (Answer | 'hang-up')[] = [
          { status: 503, body: {} },
          'hang-up',
          { status: 429, headers: { 'retry-after': '17' }, body: {} },
        ];
        const venue = await answering((url) => faults.shift() ?? candleAnswer(name, url, candles));
        const { source, world } = sourceAt(name, venue);
        const all = await collect(source.history({ from: START, to: START + 20 * 3600 }, NEVER));
        expect(only('bar', all).length).to.equal(20);
        expect(world.clock.waits).to.include(17_000);
        expect(venue.asked.length).to.equal(4);
      });
    });
  }

  it('gives up on a venue that never answers, and on one that asks for too long a pause', async () => {
    const busy = await answering(() => ({ status: 500, body: 'x' }));
    await expectCode(history('binance', busy), 'SOURCE_UNREACHABLE');
    expect(busy.asked.length).to.equal(8);
    const angry = await answering(() => ({ status: 418, headers: { 'retry-after': '259200' }, body: '' }));
    await expectCode(history('binance', angry), 'SOURCE_THROTTLED');
    expect(angry.asked.length).to.equal(1);
  });

  it('says what the venue says of a symbol, and refuses one that it could not spell', async () => {
    const venue = await answering(() => ({ status: 400, body: { code: -1121, msg: 'Invalid symbol.' } }));
    const error = await expectCode(history('binance', venue), 'SOURCE_REFUSED');
    expect(error.message).to.contain('Invalid symbol');
    const kraken = await answering(() => ({ body: { error: ['EQuery:Unknown asset pair'] } }));
    await expectCode(history('kraken', kraken), 'SOURCE_REFUSED');
    expect(() =>
      createCandleSource(
        { venue: 'binance', symbol: 'BTC&x=1', interval: '1h', jump: 0.5 },
        virtualWorld(END),
      ),
    ).to.throw('as binance spells it');
  });

  it('waits where Kraken says in its answer that it was asked too often', async () => {
    let asked = 0;
    const venue = await answering((url) =>
      asked++ === 0
        ? { body: { error: ['EGeneral:Too many requests'] } }
        : candleAnswer('kraken', url, calmCandles(START, 5)),
    );
    const all = await history('kraken', venue, START, START + 5 * 3600);
    expect(only('bar', all).length).to.equal(5);
  });

  it('refuses answers that are too large, too long, or no JSON', async () => {
    const large = await answering(() => ({ body: Buffer.alloc(8 * 2 ** 20 + 1, '[') }));
    await expectCode(history('binance', large), 'SOURCE_ANSWER');
    const long = await answering(() => ({ body: Array(1001).fill([]) }));
    await expectCode(history('binance', long), 'SOURCE_ANSWER');
    const torn = await answering(() => ({ body: '[[1,' }));
    await expectCode(history('coinbase', torn), 'SOURCE_ANSWER');
    const other = await answering(() => ({ body: { result: 7 } }));
    await expectCode(history('kraken', other), 'SOURCE_ANSWER');
  });

  it('gives up on a venue of which a thousand rows are refused', async () => {
    const venue = await answering(() => ({ body: Array(1000).fill(0) }));
    await expectCode(history('binance', venue), 'SOURCE_UNUSABLE');
  });

  it('follows no redirect, and takes no address with a secret or without encryption', async () => {
    const venue = await answering(() => ({
      status: 302,
      headers: { location: 'http://127.0.0.1:1/' },
      body: '',
    }));
    await expectCode(history('binance', venue), 'SOURCE_UNREACHABLE');
    for (const origin of [
      'http://example.com',
      'https://me:s3cret@example.com',
      'https://a.b/?key=s3cret',
      'x',
    ]) {
      const make = () =>
        createCandleSource(
          { venue: 'binance', symbol: 'BTCUSDT', interval: '1h', jump: 0.5, origin },
          virtualWorld(END),
        );
      expect(make)
        .to.throw('source address')
        .and.not.match(/s3cret/);
    }
  });

  it('stays within the venue’s rate', async () => {
    const venue = await served('coinbase', calmCandles(START, 7000));
    const { source, world } = sourceAt('coinbase', venue, START + 7000 * 3600);
    const began = world.clock.now();
    await collect(source.history({ from: START, to: START + 7000 * 3600 }, NEVER));
    // 24 pages: five at once, then five a second.
    expect(venue.asked.length).to.equal(24);
    expect((world.clock.now() - began) / 1000).to.be.closeTo(3.8, 0.1);
  });

  it('goes on live at the end of each interval, and makes up for an outage with late bars', async () => {
    const candles = calmCandles(START, 30);
    let down = 0;
    const venue = await answering((url) =>
      down-- > 0 ? { status: 500, body: '' } : candleAnswer('binance', url, candles),
    );
    const { source, world } = sourceAt('binance', venue, START + 10.5 * 3600);
    const stop = new AbortController();
    const seen: Observation[] = [];
    const served = () => candles.filter((c) => (c.opened + 3600) * 1000 <= world.clock.now()).length;
    for await (const observation of source.live?.(stop.signal) ?? []) {
      seen.push(observation);
      expect(served()).to.be.at.least(10 + seen.length);
      if (seen.length === 2) {
        down = 8;
        world.clock.set(START + 14.2 * 3600);
      }
      if (seen.length === 6) stop.abort();
    }
    const bars = only('bar', seen);
    expect(bars.map(({ bar }) => (bar.second - START) / 3600)).to.deep.equal([11, 12, 13, 14, 15, 16]);
    const stale = bars.map(({ flags }) => (flags & FLAGS.stale) !== 0);
    expect(stale.slice(0, 2)).to.deep.equal([false, false]);
    expect(stale[2]).to.equal(true);
    expect(stale.at(-1)).to.equal(false);
  });

  it('is the same for whole and for resumed readings, wherever they stop (law)', async () => {
    const candles = calmCandles(START, 60).filter((_, i) => i % 11 !== 3);
    const venue = await served('binance', candles);
    const opens = (all: readonly Observation[]) => only('bar', all).map(({ bar }) => bar.second);
    const whole = opens(await history('binance', venue, START, START + 60 * 3600));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 59 }), async (cut) => {
        const middle = START + cut * 3600;
        const first = await history('binance', venue, START, middle);
        const rest = await history('binance', venue, middle, START + 60 * 3600);
        expect([...opens(first), ...opens(rest)]).to.deep.equal(whole);
      }),
      { numRuns: 10, seed: 8 },
    );
  });
});

const with_ = (row: readonly unknown[], at: number, value: unknown) =>
  row.map((field, i) => (i === at ? value : field));

async function expectCode(work: Promise<unknown>, code: string): Promise<Error> {
  try {
    await work;
  } catch (error) {
    expect((error as { code?: string }).code).to.equal(code);
    return error as Error;
  }
  throw new Error(`expected ${code}`);
}
