import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

/** Where the recorded markets are, if anywhere. */
export const RECORDED =
  process.env.BALLAST_DATA ?? fileURLToPath(new URL('../../../../shared/data', import.meta.url));

/** What a keeper sees of a feed: a price in 1e-8, and since how many seconds the feed has had it. */
export type Sighting = { readonly time: number; readonly price: number; readonly age: number };

const UNIT = 1e8;
const seconds = (utc: string): number => Date.parse(`${utc}:00Z`) / 1000;

/** Rounds of a Chainlink feed, polled: what a contract would have read, its age included. */
export function pollRounds(coin: string, from: string, to: string, every: number): Sighting[] {
  const rounds = rowsOf(`chainlink-rounds/arbitrum_${coin}_usd.csv.gz`).map(([, time, price]) => ({
    time: Number(time),
    price: Number(price),
  }));
  return pollTimes(from, to, every).flatMap((time) => {
    const round = rounds.findLast((candidate) => candidate.time <= time);
    return round === undefined ? [] : [{ time, price: round.price, age: time - round.time }];
  });
}

/**
 * One-minute candles, polled: the close of the minute before, save for `extremes`, minutes whose high is seen instead.
 */
export function pollMinutes(
  name: string,
  from: string,
  to: string,
  every: number,
  extremes: readonly string[] = [],
): Sighting[] {
  const candles = new Map(
    rowsOf(`candles-1m/${name}.csv.gz`).map(([time, , high, , close]) => [
      Number(time) / 1000,
      { high: toUnits(high), close: toUnits(close) },
    ]),
  );
  const seen = new Set(extremes.map(seconds));
  return pollTimes(from, to, every).flatMap((time) => {
    const candle = candles.get(time - 60);
    if (candle === undefined) return [];
    return [{ time, price: seen.has(time - 60) ? candle.high : candle.close, age: 0 }];
  });
}

/** Hourly candles, polled: the close of the hour before, and once in each hour of `extremes` its low. */
export function pollHours(
  name: string,
  from: string,
  to: string,
  every: number,
  extremes: readonly string[],
): Sighting[] {
  const candles = new Map(
    rowsOf(`candles-1h/${name}.csv.gz`).map(([time, , , low, close]) => [
      Number(time),
      { low: toUnits(low), close: toUnits(close) },
    ]),
  );
  const hourOf = (time: number) => time - (time % 3600);
  const lows = new Set(extremes.map((utc) => seconds(utc) + 1800));
  return pollTimes(from, to, every).flatMap((time) => {
    const last = candles.get(hourOf(time) - 3600);
    const current = candles.get(hourOf(time));
    if (last === undefined || current === undefined) return [];
    return [
      { time, price: lows.has(time) ? current.low : last.close, age: lows.has(time) ? 0 : time % 3600 },
    ];
  });
}

/** Daily candles as four prints a day, six hours apart: open, high, low, close, or with the low before the high. */
export function printDays(coin: string, from: string, to: string, isLowFirst = false): Sighting[] {
  const order = isLowFirst ? [0, 2, 1, 3] : [0, 1, 2, 3];
  return rowsOf(`daily/${coin}_daily.csv.gz`)
    .filter(([date]) => date !== undefined && date >= from && date <= to)
    .flatMap(([date, ...prices]) =>
      order.map((column, i) => ({
        time: seconds(`${date}T00:00`) + i * 21_600,
        price: toUnits(prices[column]),
        age: 0,
      })),
    );
}

/** Prices of a made-up coin, five minutes apart; `undefined` where nobody looks. */
export function shape(count: number, priceAt: (index: number) => number | undefined): Sighting[] {
  return Array.from({ length: count }, (_, i) => ({ time: i * 300, price: priceAt(i) })).flatMap(
    ({ time, price }) => (price === undefined ? [] : [{ time, price: Math.round(price * UNIT), age: 0 }]),
  );
}

const toUnits = (price: string | undefined): number => Math.round(Number(price) * UNIT);

function pollTimes(from: string, to: string, every: number): number[] {
  const [first, last] = [seconds(from), seconds(to)];
  return Array.from({ length: Math.floor((last - first) / every) + 1 }, (_, i) => first + i * every);
}

function rowsOf(file: string): string[][] {
  const text = gunzipSync(readFileSync(join(RECORDED, file))).toString('utf8');
  return text
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','));
}
