import type { Prng } from '../../../prng.ts';
import type { BarObservation, Observation } from '../../data-source.ts';
import { type CandleVenueName, createCandleSource, UNIT_FACTOR } from '../../index.ts';
import { calmCandles, candleAnswer } from '../candle-server.ts';
import { NEVER, startHttpVenue, virtualWorld } from '../world.ts';
import { below, type FuzzTarget, hostileValue, mustHold, pick, standsApart } from './hostile.ts';
import { countReading, targetOf } from './reading.ts';

const STEP = 3600;
const START = 472_222 * STEP;
const SYMBOLS = { binance: 'BTCUSDT', coinbase: 'BTC-USD', kraken: 'XBTUSD' } as const;
/** The calm candles stand between 100 and 106. */
const JUMP = 0.5;

/** Hourly candles of an exchange, one row in four of them spoilt, over HTTP. */
export const candleTarget = (venue: CandleVenueName): FuzzTarget =>
  targetOf(`${venue} candles`, async ({ count, prng, total }) => {
    const candles = calmCandles(START, count);
    const spoil = (rows: unknown[]) => {
      const { list, changes } = spoilRows(rows as unknown[][], prng);
      total.spoilt += changes;
      return list;
    };
    const server = await startHttpVenue((url) => candleAnswer(venue, url, candles, spoil));
    const all: Observation[] = [];
    try {
      const world = virtualWorld(START + (count + 1) * STEP);
      const options = {
        venue,
        symbol: SYMBOLS[venue],
        interval: '1h',
        jump: JUMP,
        origin: server.origin,
      } as const;
      const source = createCandleSource(options, world);
      const range = { from: START, to: START + count * STEP };
      await countReading(total, source.history(range, NEVER), (each) => all.push(each));
    } finally {
      await server.stop();
    }
    check(all, count);
  });

function spoilRows(rows: readonly unknown[][], prng: Prng): { list: unknown[]; changes: number } {
  const list: unknown[] = [];
  let changes = 0;
  for (const row of rows) {
    if (prng.uniform() >= 0.25) {
      list.push(row);
      continue;
    }
    changes++;
    const at = below(prng, row.length);
    const time = Number(row[0]);
    const scale = 10 ** pick(prng, [-18, -8, -6, -2, 2, 6, 8, 18]);
    const kinds: [() => unknown[], ...(() => unknown[])[]] = [
      () => [row.map((field, i) => (i === at ? hostileValue(prng) : field))],
      () => [row.map((field, i) => (i > 0 && i < 5 ? String(Number(field) * scale) : field))],
      () => [row.map((field, i) => (i === at ? Number(field) * (1 + prng.uniform() * 4) : field))],
      () => [[pick(prng, [time + 1, time * 1000, time / 1000, -time, time + 3.6e9, 1e300]), ...row.slice(1)]],
      () => [row, row],
      () => [row, row.map((field, i) => (i === 5 ? Number(field) + 1 : field))],
      () => [row.slice(0, at)],
      () => [hostileValue(prng)],
      () => [],
      () => {
        const before = list.pop();
        return before === undefined ? [row] : [row, before];
      },
    ];
    list.push(...pick(prng, kinds)());
  }
  return { list, changes };
}

/** What holds of every reading, whatever was sent. */
function check(all: readonly Observation[], count: number): void {
  let next = START;
  const closes: number[] = [];
  for (const each of all) {
    if (each.kind === 'gap') {
      mustHold(each.from === next && each.to > next, 'gaps and bars follow one another', each);
      next = each.to;
    } else if (each.kind === 'bar') {
      mustHold(each.bar.second - STEP === next, 'no bar is missing undeclared, late or repeated', each);
      next = each.bar.second;
      checkBar(each, closes);
    }
  }
  mustHold(next <= START + count * STEP, 'nothing of the future', all.at(-1));
}

function checkBar(each: BarObservation, closes: number[]): void {
  const { open, high, low, close, volume } = each.bar;
  const prices = [open, high, low, close];
  mustHold(
    prices.every((price) => price > 0 && Number.isFinite(price)),
    'prices above zero',
    each,
  );
  mustHold(volume >= 0 && Number.isFinite(volume), 'a volume from 0', each);
  mustHold(high >= Math.max(open, close) && low <= Math.min(open, close), 'a bar that holds', each);
  const last = closes.at(-1);
  if (last !== undefined)
    mustHold(close <= last * UNIT_FACTOR && close >= last / UNIT_FACTOR, 'one unit', each);
  closes.push(close);
  if (standsApart(closes, JUMP))
    mustHold(each.flags !== 0, 'a close far from the last three is flagged', each);
}
