import {
  type ActivityEvent,
  type Bar,
  barsOfMarket,
  type OrderBook,
  type ProtocolState,
} from '../../features/library/index.ts';
import { HOUR_MS, type HourlyMarket } from '../../features/series.ts';
import { createPrng } from '../prng.ts';
import { generateCommon } from './common.ts';
import { createDepth } from './depth.ts';
import { generateMarket } from './market.ts';
import { createVaults } from './vaults.ts';
import { GENERATOR_DAYS, GENERATOR_START_HOUR, generateVenue } from './venue.ts';

/** Volatile assets that back one protocol. */
const COLLATERALS = 5;
const VAULTS = 150;
/** Correlations are of this many hourly returns. */
const CORRELATION_HOURS = 168;
const USUAL_VOLATILITY = 0.008;

/** What a protocol, and the markets under it, came to in the 24 hours after an hour. */
export const PROTOCOL_OUTCOMES = ['collateral', 'market', 'protocol', 'liquidity', 'contagion'] as const;
export type ProtocolOutcome = (typeof PROTOCOL_OUTCOMES)[number];

/** One protocol of a made-up market. */
export type GeneratedProtocol = {
  /** Hourly bars of its first collateral. */
  readonly bars: readonly Bar[];
  /** State and book at the sampled hours, in ascending time. */
  readonly states: readonly ProtocolState[];
  readonly books: readonly OrderBook[];
  readonly activity: readonly ActivityEvent[];
  /** Hours since the epoch of the states whose next 24 hours are known: the first ones. */
  readonly hour: Float64Array;
  /**
   * Of those, shares of 0 to 1: `collateral` debt liquidated of what is owed now, `market` the worst fall of the first
   * collateral's price, `protocol` the largest net fall of the supply, `liquidity` the largest loss of depth, `contagion`
   * the worst fall that three of five collaterals shared.
   */
  readonly outcomes: Readonly<Record<ProtocolOutcome, Float64Array>>;
  /** Whether the hidden regime was stressed at those hours; no feature reads it. */
  readonly stressed: Uint8Array;
};

/**
 * A protocol's loans, coin supply and markets, hour by hour, under the stress that the same seed's coins and assets feel
 * (`generateCommon`). Its first collateral is the asset `generateMarket(seed, venue)`, its coin the one of
 * `generateVenue(seed, venue)`; the other collaterals are assets of their own. Holders bring coins back when the coin
 * trades below its target, after liquidations, and when their trust, a slow random walk that stress drains, is low.
 * All of it is drawn from a stream of its own: no other series changes.
 *
 * @param options.every hours between two samples; a divisor of 24.
 */
export function generateProtocol(
  seed: number,
  venue: number,
  options: { readonly days?: number; readonly every?: number } = {},
): GeneratedProtocol {
  const { days = GENERATOR_DAYS, every = 4 } = options;
  const hours = days * 24;
  const { stressed } = generateCommon(seed, hours);
  const markets = Array.from({ length: COLLATERALS }, (_, k) =>
    generateMarket(seed, k === 0 ? venue : 10_000 + venue * COLLATERALS + k, days),
  );
  const { deviation } = generateVenue(seed, venue, days);
  const prng = createPrng(seed, 0x9a, venue);
  const pricesAt = (t: number) => markets.map(({ close }) => close[t]!);
  const vaults = createVaults(prng, pricesAt(0), VAULTS);
  const depth = createDepth(prng);
  const scores = markets.map(() => prng.between(0.05, 0.4));
  const ceilings = vaults.totals(pricesAt(0)).map(({ debt }) => (debt + 1e6) * prng.between(1.5, 3));
  const variance = new Float64Array(COLLATERALS).fill(USUAL_VOLATILITY ** 2);
  const debts = new Float64Array(hours);
  const liquidated = new Float64Array(hours);
  const depths = new Float64Array(hours);
  const activity: ActivityEvent[] = [];
  const states: ProtocolState[] = [];
  const books: OrderBook[] = [];
  let [trust, scare] = [0, 0];
  for (let t = 0; t < hours; t++) {
    const time = (GENERATOR_START_HOUR + t) * HOUR_MS;
    const prices = pricesAt(t);
    if (t > 0) {
      for (let k = 0; k < COLLATERALS; k++) {
        variance[k]! += 0.04 * (Math.log(prices[k]! / markets[k]!.close[t - 1]!) ** 2 - variance[k]!);
      }
    }
    const isStressed = stressed[t] === 1;
    const heat = Math.log(Math.sqrt(variance[0]!) / USUAL_VOLATILITY);
    trust += -trust / 120 + (isStressed ? -0.02 : 0) + 0.05 * prng.normal();
    const below = Math.max(-200, Math.min(50, deviation[t]!));
    const flow = 0.0003 * trust + 0.00001 * below - 0.02 * scare + 0.0004 * prng.normal() + 0.0001;
    const hour = vaults.step(prices, isStressed, Math.max(-0.02, Math.min(0.01, flow)));
    debts[t] = vaults.debt();
    liquidated[t] = hour.liquidated;
    scare = 0.9 * scare + hour.liquidated / (debts[t]! + hour.liquidated + 1);
    depths[t] = depth.step(isStressed, heat, hour.seized);
    note(activity, time, hour);
    if (t % every !== 0) continue;
    const totals = vaults.totals(prices);
    states.push({
      time,
      supply: debts[t]!,
      collaterals: totals.map(({ value, debt }, k) => ({
        id: `asset-${k}`,
        value,
        debt,
        debtCeiling: ceilings[k]!,
        riskScore: scores[k]!,
        volatility: Math.sqrt(24 * variance[k]!),
      })),
      correlation: correlationOf(markets, t),
      positions: vaults.positions(prices),
    });
    books.push(depth.bookAt(time, prices[0]!, heat));
  }
  const sampled = Array.from({ length: Math.max(0, Math.ceil((hours - 24) / every)) }, (_, i) => i * every);
  const ahead = (of: (t: number) => number) => Float64Array.from(sampled, of);
  const falls = markets.map(({ close, low }) => ahead((t) => 1 - least(low, t) / close[t]!));
  return {
    bars: barsOfMarket(markets[0]!),
    states,
    books,
    activity,
    hour: ahead((t) => GENERATOR_START_HOUR + t),
    outcomes: {
      collateral: ahead((t) => Math.min(1, sum(liquidated, t) / Math.max(1, debts[t]!))),
      market: falls[0]!.map((fall) => Math.max(0, fall)),
      protocol: ahead((t) => Math.max(0, 1 - least(debts, t) / Math.max(1, debts[t]!))),
      liquidity: ahead((t) => Math.max(0, 1 - Math.exp(least(depths, t) - depths[t]!))),
      contagion: ahead((_) => 0).map((_, i) => {
        const sorted = falls.map((fall) => fall[i]!).sort((a, b) => b - a);
        return Math.max(0, sorted[2] ?? 0);
      }),
    },
    stressed: Uint8Array.from(sampled, (t) => stressed[t]!),
  };
}

function note(
  activity: ActivityEvent[],
  time: number,
  hour: ReturnType<ReturnType<typeof createVaults>['step']>,
) {
  const parts = [
    ['mint', hour.minted],
    ['burn', hour.burnt],
    ['deposit', hour.deposited],
    ['liquidation', hour.seized],
  ] as const;
  for (const [kind, value] of parts) if (value > 0) activity.push({ time, activity: kind, value });
}

/** Smallest of the 24 values after t. */
function least(values: Float64Array, t: number): number {
  let smallest = Number.POSITIVE_INFINITY;
  for (let k = t + 1; k <= t + 24; k++) smallest = Math.min(smallest, values[k]!);
  return smallest;
}

function sum(values: Float64Array, t: number): number {
  let total = 0;
  for (let k = t + 1; k <= t + 24; k++) total += values[k]!;
  return total;
}

/** Of the last week's hourly returns; null before there is a week. */
function correlationOf(markets: readonly HourlyMarket[], t: number): number[][] | null {
  if (t < CORRELATION_HOURS) return null;
  const returns = markets.map(({ close }) => {
    const own = Float64Array.from({ length: CORRELATION_HOURS }, (_, k) =>
      Math.log(close[t - k]! / close[t - k - 1]!),
    );
    const mean = own.reduce((a, b) => a + b, 0) / own.length;
    const centred = own.map((value) => value - mean);
    const norm = Math.sqrt(centred.reduce((a, b) => a + b * b, 0)) || 1;
    return centred.map((value) => value / norm);
  });
  return returns.map((a, i) =>
    returns.map((b, j) => {
      if (i === j) return 1;
      const [first, second] = i < j ? [a, b] : [b, a];
      const dot = first.reduce((total, value, k) => total + value * second[k]!, 0);
      return Math.max(-1, Math.min(1, dot));
    }),
  );
}
