import type { CandleVenueName } from '../candles/candle-source.ts';
import { CANDLE_INTERVALS } from '../candles/venue.ts';
import type { Answer } from './world.ts';

export type TestCandle = {
  /** Seconds since the epoch at the open. */
  readonly opened: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
};

/** Hourly candles of a calm asset. */
export function calmCandles(from: number, count: number, step = 3600): TestCandle[] {
  return Array.from({ length: count }, (_, i) => {
    const open = 100 + (i % 7);
    const close = 100 + ((i + 1) % 7);
    const [high, low] = [Math.max(open, close) + 0.5, Math.min(open, close) - 0.5];
    return { opened: from + i * step, open, high, low, close, volume: 10 + (i % 3) };
  });
}

const text = (value: number) => value.toFixed(8);

/** A candle as each venue puts it on the wire. */
const WIRE_ROWS: Readonly<Record<CandleVenueName, (candle: TestCandle, step: number) => unknown[]>> = {
  binance: ({ opened, open, high, low, close, volume }, step) => [
    opened * 1000,
    ...[open, high, low, close, volume].map(text),
    (opened + step) * 1000 - 1,
    text(volume * close),
    308,
    text(volume / 2),
    text((volume * close) / 2),
    '0',
  ],
  coinbase: ({ opened, open, high, low, close, volume }) => [opened, low, high, open, close, volume],
  kraken: ({ opened, open, high, low, close, volume }) => [
    opened,
    ...[open, high, low, close, (open + close) / 2, volume].map(text),
    41,
  ],
};

/** The answer of a venue to a question, by the venue's own rules of paging. */
export function candleAnswer(
  venue: CandleVenueName,
  url: URL,
  candles: readonly TestCandle[],
  spoil: (rows: unknown[]) => unknown[] = (rows) => rows,
): Answer {
  const query = (name: string) => url.searchParams.get(name) ?? '';
  const wire = (list: readonly TestCandle[], step: number) => list.map((c) => WIRE_ROWS[venue](c, step));
  if (venue === 'binance') {
    if (url.pathname !== '/api/v3/klines') return { status: 404, body: { code: -1, msg: 'no such path' } };
    if (query('symbol') === 'NONE') return { status: 400, body: { code: -1121, msg: 'Invalid symbol.' } };
    const [from, to] = [Number(query('startTime')), Number(query('endTime'))];
    const fit = candles.filter((c) => c.opened * 1000 >= from && c.opened * 1000 <= to);
    const step = CANDLE_INTERVALS[query('interval') as '1h'];
    return { body: spoil(wire(fit.slice(0, Number(query('limit'))), step)) };
  }
  if (venue === 'coinbase') {
    const [from, to] = [Date.parse(query('start')) / 1000, Date.parse(query('end')) / 1000];
    const fit = candles.filter((c) => c.opened >= from && c.opened <= to);
    if (fit.length > 300) return { status: 400, body: { message: 'granularity too small' } };
    return { body: spoil(wire(fit, Number(query('granularity'))).toReversed()) };
  }
  const fit = candles.filter((c) => c.opened > Number(query('since'))).slice(-720);
  const rows = spoil(wire(fit, Number(query('interval')) * 60));
  return { body: { error: [], result: { XXBTZUSD: rows, last: fit.at(-2)?.opened ?? 0 } } };
}
