import { digestOf } from '../../protocol/digest.ts';
import type { MarketWindow, ReferenceMarkets } from './market-window.ts';
import { computeReference, type ReferenceTable } from './reference-markets.ts';
import {
  describeMarket,
  RISK_HORIZON_HOURS,
  toLogVolatility,
  type VolatileMarket,
} from './volatile-market.ts';

/** Hours of a market that only fill the averages and give no example. */
export const RISK_WARMUP_HOURS = 30 * 24;
/** Risk features are clipped to ±this. */
export const RISK_FEATURE_CLIP = 3;

/** Where the level of volatility is centred: 3.5 % in 24 h, and what its logarithm is divided by. */
const LEVEL_CENTRE = Math.log(0.035);
const LEVEL_SPREAD = 0.5;
/** Hours of that level which every asset's usual volatility begins with. */
const USUAL_PRIOR_HOURS = 720;

/** One input of the risk head: free of the price's unit, and around zero by public constants. */
export type RiskFeatureDefinition = { readonly name: string; readonly description: string };

type State = VolatileMarket & {
  /** What the public markets together are like at the same hours. */
  readonly public: ReferenceTable;
  /** Row of `public` at the market's first hour. */
  readonly shift: number;
  readonly volumeRatio: Float64Array | undefined;
};

type RiskFeature = RiskFeatureDefinition & { readonly at: (s: State, t: number) => number };

/** A feature of the public markets; zero at an hour that none of them has. */
const ofPublic =
  (at: (own: State, t: number, market: ReferenceTable, row: number) => number) =>
  (s: State, t: number): number => {
    const row = t + s.shift;
    return (s.public.count[row] ?? 0) === 0 ? 0 : at(s, t, s.public, row);
  };

const DEFINITIONS: readonly RiskFeature[] = [
  { name: 'bias', description: 'one', at: () => 1 },
  {
    name: 'long-volatility',
    description: 'log of the 24-hour volatility, half-life 720 h, around 3.5 %, by 0.5',
    at: (s, t) => (s.volatility[720][t]! - LEVEL_CENTRE) / LEVEL_SPREAD,
  },
  {
    name: 'slow-volatility',
    description: 'log of volatility, half-life 168 h over 720 h, by 0.3',
    at: (s, t) => (s.volatility[168][t]! - s.volatility[720][t]!) / 0.3,
  },
  {
    name: 'middle-volatility',
    description: 'log of volatility, half-life 24 h over 168 h, by 0.4',
    at: (s, t) => (s.volatility[24][t]! - s.volatility[168][t]!) / 0.4,
  },
  {
    name: 'fast-volatility',
    description: 'log of volatility, half-life 6 h over 24 h, by 0.4',
    at: (s, t) => (s.volatility[6][t]! - s.volatility[24][t]!) / 0.4,
  },
  {
    name: 'drawdown',
    description: 'log of the price over its 7-day high, in 7-day volatilities, plus 0.8',
    at: (s, t) => s.belowHigh[t]!,
  },
  {
    name: 'return',
    description: 'log return of 72 h in 3-day volatilities',
    at: (s, t) => (s.logPrice[t]! - s.logPrice[t - 72]!) / (Math.exp(s.volatility[168][t]!) * Math.sqrt(3)),
  },
  {
    name: 'volume',
    description: 'log of mean volume, 6 h over 168 h, by 0.5; zero without volumes',
    at: (s, t) => (s.volumeRatio === undefined ? 0 : s.volumeRatio[t]! / 0.5),
  },
  {
    name: 'public-long-volatility',
    description: 'mean log of volatility of the public markets over the own, half-life 720 h, by 0.5',
    at: ofPublic((s, t, market, row) => (market.month[row]! - s.volatility[720][t]!) / 0.5),
  },
  {
    name: 'public-slow-volatility',
    description: 'the public markets’ mean log of volatility, half-life 168 h over 720 h, by 0.3',
    at: ofPublic((_s, _t, market, row) => (market.week[row]! - market.month[row]!) / 0.3),
  },
  {
    name: 'public-middle-volatility',
    description: 'the public markets’ mean log of volatility, half-life 24 h over 168 h, by 0.4',
    at: ofPublic((_s, _t, market, row) => (market.day[row]! - market.week[row]!) / 0.4),
  },
  {
    name: 'public-drawdown',
    description: 'the mean over the public markets of what `drawdown` is of the own',
    at: ofPublic((_s, _t, market, row) => market.belowHigh[row]!),
  },
  {
    name: 'public-return',
    description: 'mean over the public markets of the log return of 24 h, in volatilities of half-life 168 h',
    at: ofPublic((_s, _t, market, row) => market.change[row]!),
  },
];

/** The inputs of the risk head, in the order of its weights. */
export const RISK_FEATURES: readonly RiskFeatureDefinition[] = DEFINITIONS;

/** Hash of everything that fixes a risk feature, for a model to say what it was trained on. */
export function riskFeatureSchema(): string {
  return digestOf('ballast/features/1', {
    head: 'risk',
    clip: RISK_FEATURE_CLIP,
    warmupHours: RISK_WARMUP_HOURS,
    features: DEFINITIONS.map(({ name, description }) => ({ name, description })),
  });
}

/** Risk features of every hour of a market; rows before `warmup` have none. */
export type MarketTable = {
  readonly startHour: number;
  /** Hours covered, warm-up included. */
  readonly rows: number;
  readonly warmup: number;
  /** rows × RISK_FEATURES.length, row-major; zero in the warm-up. */
  readonly x: Float64Array;
  /** Log of the price, repeated where unknown. */
  readonly logPrice: Float64Array;
  /** 1 where the close is known. */
  readonly known: Uint8Array;
  /** Log of the EWMA volatility of 24 h, half-life 24 h: the scale that the head corrects. */
  readonly ewma: Float64Array;
  /** Log of the volatility realised in the last 24 h. */
  readonly realised: Float64Array;
  /**
   * Worst fall of the last 24 h from the price at their start down to their lows, as a log, 0 or more.
   */
  readonly drawdown: Float64Array;
  /**
   * Log of the asset's usual volatility of 24 h: the root mean square of all hourly returns so far, a month of 3.5 %
   * before them. What a drawdown event is measured by.
   */
  readonly usual: Float64Array;
  /** Bits of `FLAGS`, one byte an hour; zero where nothing is known of them. */
  readonly flags: Uint8Array;
};

/**
 * Features of `market` beside the public `references`, each from the past and present alone. What they say of the
 * public markets is the mean over those that have the hour, and zero where none has.
 *
 * @throws BallastError `WINDOW_NOT_FINITE` for a start that is no whole hour.
 */
export function computeMarketFeatures(market: MarketWindow, references: ReferenceMarkets): MarketTable {
  return computeMarketTable(market, computeReference(references), RISK_WARMUP_HOURS);
}

/**
 * `computeMarketFeatures` beside references that are computed once for many markets.
 *
 * @param warmupHours first row with features, 72 at the least.
 * @throws as `computeMarketFeatures`.
 */
export function computeMarketTable(
  market: MarketWindow,
  reference: ReferenceTable,
  warmupHours: number,
): MarketTable {
  const rows = market.close.length;
  const own = describeMarket(market);
  const { logPrice, squared, known } = own;
  const state: State = {
    ...own,
    public: reference,
    shift: market.startHour - reference.startHour,
    volumeRatio: market.volume == null ? undefined : volumeRatio(market.volume),
  };
  const warmup = Math.min(rows, warmupHours);
  const width = DEFINITIONS.length;
  const x = new Float64Array(rows * width);
  for (let t = warmup; t < rows; t++) {
    for (const [j, feature] of DEFINITIONS.entries()) {
      x[t * width + j] = Math.max(-RISK_FEATURE_CLIP, Math.min(RISK_FEATURE_CLIP, feature.at(state, t)));
    }
  }
  const lows = logLows(market, logPrice, known);
  return {
    startHour: market.startHour,
    rows,
    warmup,
    x,
    logPrice,
    known,
    ewma: own.volatility[24],
    realised: realisedVolatility(squared),
    usual: usualVolatility(squared),
    flags: market.flags ?? new Uint8Array(rows),
    drawdown: Float64Array.from({ length: rows }, (_, t) =>
      t < RISK_HORIZON_HOURS ? 0 : worstFall(logPrice, lows, t - RISK_HORIZON_HOURS),
    ),
  };
}

/** How far the lows of the hours after `t`, within the horizon, lie below the log price at `t`, 0 or more. */
function worstFall(logPrice: Float64Array, lows: Float64Array, t: number): number {
  let low = logPrice[t]!;
  for (let s = t + 1; s <= t + RISK_HORIZON_HOURS; s++) low = Math.min(low, lows[s]!);
  return logPrice[t]! - low;
}

/** Logs of the hours' lows. An hour that is unknown has the price that its close repeats. */
function logLows({ low }: MarketWindow, logPrice: Float64Array, known: Uint8Array): Float64Array {
  if (low == null) return logPrice;
  return logPrice.map((price, t) => {
    const value = low[t]!;
    return known[t] === 1 && Number.isFinite(value) && value > 0 ? Math.min(price, Math.log(value)) : price;
  });
}

function usualVolatility(squared: Float64Array): Float64Array {
  const level = Math.exp(LEVEL_CENTRE) ** 2 / RISK_HORIZON_HOURS;
  let sum = USUAL_PRIOR_HOURS * level;
  let hours = USUAL_PRIOR_HOURS;
  return squared.map((value) => {
    if (Number.isFinite(value)) {
      sum += value;
      hours++;
    }
    return toLogVolatility(sum / hours);
  });
}

function realisedVolatility(squared: Float64Array): Float64Array {
  return squared.map((_, t) => {
    let sum = 0;
    for (let s = Math.max(1, t - RISK_HORIZON_HOURS + 1); s <= t; s++) sum += squared[s]!;
    return toLogVolatility(sum / RISK_HORIZON_HOURS);
  });
}

/** Log of mean volume, 6 h over 168 h; an hour whose volume is unknown counts for nothing, and no trade for little. */
function volumeRatio(volume: Float64Array): Float64Array {
  const mean = (t: number, window: number) => {
    let sum = 0;
    let count = 0;
    for (let s = Math.max(0, t - window + 1); s <= t; s++) {
      const value = volume[s]!;
      if (!(value >= 0)) continue;
      sum += value;
      count++;
    }
    return count === 0 ? 0 : sum / count;
  };
  return volume.map((_, t) => {
    const week = mean(t, 168);
    return week > 0 ? Math.log((mean(t, 6) + 0.01 * week) / (1.01 * week)) : 0;
  });
}
