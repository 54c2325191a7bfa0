import { parseArgs } from 'node:util';
import { createPrng, generateMarket, generateVenue, type Prng } from '../../node/data/index.ts';
import {
  computeFeatures,
  computeMarketFeatures,
  type HourlyMarket,
  RISK_WARMUP_HOURS,
  sliceHours,
  sliceMarket,
  WARMUP_HOURS,
} from '../../node/features/index.ts';
import {
  ACTIVITIES,
  type Bar,
  barsOfMarket,
  computeFeatureMatrix,
  createFeatureStream,
  FEATURE_LIBRARY,
  type LibraryFeature,
  type MarketHistory,
  openHistory,
  orderBook,
} from '../../node/features/library/index.ts';

// What a bar costs: the default features and the whole library, as a stream and computed anew.
//
//     node simulations/experiments/features-bench.ts --trades 1000 --positions 1000

const HOUR_MS = 3_600_000;

const { values: given } = parseArgs({
  options: {
    days: { type: 'string', default: '400' },
    bars: { type: 'string', default: '200' },
    trades: { type: 'string', default: '1000' },
    positions: { type: 'string', default: '1000' },
    repeats: { type: 'string', default: '3' },
  },
});
const [days, bars, trades, positions, repeats] = [
  given.days,
  given.bars,
  given.trades,
  given.positions,
  given.repeats,
].map(Number) as [number, number, number, number, number];
const print = (line: string) => process.stdout.write(`${line}\n`);

/** Microseconds of processor time for each of `count`, the least of the repeats; other processes do not count. */
function cost(count: number, act: () => void): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < repeats; i++) {
    const started = process.cpuUsage();
    act();
    const { user, system } = process.cpuUsage(started);
    least = Math.min(least, (user + system) / count);
  }
  return least;
}

/** A book, an hour's trades and a protocol at the end of every bar. */
function historyBeside(last: readonly Bar[], prng: Prng): MarketHistory {
  const level = (price: number) => ({ price, size: prng.between(1, 100) });
  return openHistory({
    books: last.map(({ time, close }) =>
      orderBook({
        time,
        bids: Array.from({ length: 50 }, (_, i) => level(close * (1 - 2e-4 * (i + 1)))),
        asks: Array.from({ length: 50 }, (_, i) => level(close * (1 + 2e-4 * (i + 1)))),
      }),
    ),
    trades: last.flatMap(({ time, close }) =>
      Array.from({ length: trades }, (_, i) => ({
        time: time - HOUR_MS + Math.floor(((i + 1) * HOUR_MS) / trades),
        price: close * (1 + 1e-4 * prng.normal()),
        size: prng.between(0, 10),
        side: prng.uniform() < 0.5 ? ('buy' as const) : ('sell' as const),
      })),
    ),
    states: last.map(({ time }) => ({
      time,
      supply: 1e8,
      collaterals: Array.from({ length: 8 }, (_, i) => ({
        id: String(i),
        value: prng.between(1e6, 1e7),
        debt: prng.between(1e5, 1e6),
        debtCeiling: 1e7,
        riskScore: prng.uniform(),
        volatility: prng.uniform() / 10,
      })),
      correlation: Array.from({ length: 8 }, (_, i) =>
        Array.from({ length: 8 }, (_, j) => (i === j ? 1 : 0.5)),
      ),
      positions: Array.from({ length: positions }, () => ({
        collateralValue: prng.pareto(1e3, 1.5),
        debt: prng.pareto(5e2, 1.5),
        liquidationRatio: 1.5,
      })),
    })),
    activity: last.flatMap(({ time }) =>
      ACTIVITIES.map((activity) => ({ time, activity, value: prng.between(0, 1e5) })),
    ),
  });
}

/** Each of the last bars, computed from the bars before it anew: the warm-up and itself. */
function anew(
  features: readonly LibraryFeature[],
  all: readonly Bar[],
  warmup: number,
  history?: MarketHistory,
) {
  for (let t = all.length - bars; t < all.length; t++) {
    const stream = createFeatureStream(
      features.filter(({ input }) => input === 'bars'),
      { barSeconds: 3_600 },
    );
    for (const bar of all.slice(t - warmup + 1, t + 1)) stream.push(bar);
    if (history === undefined) continue;
    const rest = createFeatureStream(
      features.filter(({ input }) => input !== 'bars'),
      { barSeconds: 3_600 },
    );
    const bar = all[t];
    if (bar !== undefined) rest.push(bar, history);
  }
}

const peg = generateVenue(1, 0, days);
const market: HourlyMarket = generateMarket(1, 0, days);
const all = barsOfMarket(market);
const hours = all.length;
const last = all.slice(-bars);
const history = historyBeside(last, createPrng(1));
const ofBars = FEATURE_LIBRARY.filter(({ input }) => input === 'bars');
const ofBooks = FEATURE_LIBRARY.filter(({ input }) => input === 'book-and-trades');
const ofProtocol = FEATURE_LIBRARY.filter(({ input }) => input === 'protocol');
const width = (features: readonly LibraryFeature[]) =>
  features.reduce((sum, { columns }) => sum + columns.length, 0);
const line = (name: string, columns: number, stream: number, again: number) =>
  print(
    `${name.padEnd(34)}${String(columns).padStart(8)}${stream.toFixed(1).padStart(12)}${again.toFixed(1).padStart(12)}${(again / stream).toFixed(1).padStart(9)}`,
  );

print(
  `${hours} hourly bars, the last ${bars} with 2 × 50 levels, ${trades} trades and ${positions} positions;`,
);
print(`µs of processor time a bar, the least of ${repeats} runs`);
print('features                           columns  all at once  each anew    ratio');
{
  const end = peg.startHour + peg.deviation.length;
  const once = cost(hours, () => computeFeatures(peg));
  const again = cost(bars, () => {
    for (let t = end - bars; t < end; t++) computeFeatures(sliceHours(peg, t - WARMUP_HOURS, t + 1));
  });
  line('default, peg', 11, once, again);
}
{
  const end = market.startHour + hours;
  const once = cost(hours, () => computeMarketFeatures(market, market));
  const again = cost(bars, () => {
    for (let t = end - bars; t < end; t++) {
      const window = sliceMarket(market, t - RISK_WARMUP_HOURS, t + 1);
      computeMarketFeatures(window, window);
    }
  });
  line('default, risk', 9, once, again);
}
print('');
print('features                           columns       stream  each anew    ratio');
const warmup = Math.max(...ofBars.map(({ warmupBars }) => warmupBars));
const options = { barSeconds: 3_600 };
const streamed = cost(hours, () => computeFeatureMatrix(ofBars, all, options));
line(
  'library, bars',
  width(ofBars),
  streamed,
  cost(bars, () => anew(ofBars, all, warmup)),
);
for (const [name, features] of [
  ['library, books and trades', ofBooks],
  ['library, protocol', ofProtocol],
] as const) {
  const each = cost(bars, () => computeFeatureMatrix(features, last, { ...options, history }));
  print(`${name.padEnd(34)}${String(width(features)).padStart(8)}${each.toFixed(1).padStart(12)}`);
}
const whole = cost(bars, () => computeFeatureMatrix(FEATURE_LIBRARY, last, { ...options, history }));
line(
  'library, whole',
  width(FEATURE_LIBRARY),
  whole,
  cost(bars, () => anew(FEATURE_LIBRARY, all, warmup, history)),
);
print(`\nthe whole library costs ${(whole / 1000).toFixed(3)} ms a bar; the bound is 1 ms`);
process.exitCode = whole < 1000 ? 0 : 1;
