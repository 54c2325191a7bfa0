import { digestOf } from '../../protocol/digest.ts';
import { BallastError } from '../../protocol/errors.ts';
import { ewma } from './rolling.ts';
import { FLAGS } from './series.ts';

/** Hours between a risk assessment and the end of what it assesses. */
export const RISK_HORIZON_HOURS = 24;
/** Hours of a market that only fill the averages and give no example. */
export const RISK_WARMUP_HOURS = 30 * 24;
/** Risk features are clipped to ±this. */
export const RISK_FEATURE_CLIP = 3;

/** Least volatility of an hour: below it a standing price would have a logarithm of minus infinity. */
const HOURLY_FLOOR = 1e-5;
/** Where the level of volatility is centred: 3.5 % in 24 h, and what its logarithm is divided by. */
const LEVEL_CENTRE = Math.log(0.035);
const LEVEL_SPREAD = 0.5;

/**
 * What risk features read of an `HourlyMarket`; row i is what was known at `startHour + i` hours since the epoch. A close
 * that is not finite and above zero, or is flagged as a gap, is unknown: it repeats the one before in the averages and
 * gives no example of its own.
 */
export type MarketWindow = {
  readonly startHour: number;
  readonly close: Float64Array;
  /** Traded in the hour, in any unit; left out where nobody counted. */
  readonly volume?: Float64Array | null;
  /** Bits of `FLAGS`. */
  readonly flags?: Uint8Array;
};

/** One input of the risk head: free of the price's unit, and around zero by public constants. */
export type RiskFeatureDefinition = { readonly name: string; readonly description: string };

type State = {
  /** Logs of the 24-hour volatility by half-life, hours. */
  readonly volatility: Readonly<Record<6 | 24 | 168 | 720, Float64Array>>;
  /** Log of the reference's volatility, half-life 24 h over 720 h; zero where it has no hour. */
  readonly reference: Float64Array;
  readonly logPrice: Float64Array;
  readonly weekHigh: Float64Array;
  readonly volumeRatio: Float64Array | undefined;
};

type RiskFeature = RiskFeatureDefinition & { readonly at: (s: State, t: number) => number };

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
    name: 'reference-volatility',
    description: 'log of the public market’s volatility, half-life 24 h over 720 h, by 0.5',
    at: (s, t) => s.reference[t]! / 0.5,
  },
  {
    name: 'drawdown',
    description: 'log of the price over its 7-day high, in 7-day volatilities, plus 0.8',
    at: (s, t) => (s.logPrice[t]! - s.weekHigh[t]!) / (Math.exp(s.volatility[168][t]!) * Math.sqrt(7)) + 0.8,
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
  /** Worst fall of the last 24 h from the price at their start, as a log, 0 or more. */
  readonly drawdown: Float64Array;
  /** Bits of `FLAGS`, one byte an hour; zero where nothing is known of them. */
  readonly flags: Uint8Array;
};

/**
 * Features of `market` beside the public `reference`, each from the past and present alone. Where the reference has no
 * hour its feature is zero.
 *
 * @throws BallastError `WINDOW_NOT_FINITE` for a start that is no whole hour.
 */
export function computeMarketFeatures(market: MarketWindow, reference: MarketWindow): MarketTable {
  return computeMarketTable(market, computeReference(reference), RISK_WARMUP_HOURS);
}

/** How stressed the public market is: log of its volatility, half-life 24 h over 720 h, by hour. */
export type ReferenceTable = { readonly startHour: number; readonly stress: Float64Array };

/** @throws BallastError `WINDOW_NOT_FINITE` for a start that is no whole hour. */
export function computeReference(reference: MarketWindow): ReferenceTable {
  requireWholeHour(reference);
  const squared = squaredReturns(carry(reference).logPrice);
  const month = logVolatility(squared, 720);
  const stress = logVolatility(squared, 24).map((day, t) => day - month[t]!);
  return { startHour: reference.startHour, stress };
}

/**
 * `computeMarketFeatures` beside a reference that is computed once for many markets.
 *
 * @param warmupHours first row with features, 72 at the least.
 * @throws as `computeMarketFeatures`.
 */
export function computeMarketTable(
  market: MarketWindow,
  reference: ReferenceTable,
  warmupHours: number,
): MarketTable {
  requireWholeHour(market);
  const rows = market.close.length;
  const { logPrice, known } = carry(market);
  const returns = squaredReturns(logPrice);
  const state: State = {
    volatility: {
      6: logVolatility(returns, 6),
      24: logVolatility(returns, 24),
      168: logVolatility(returns, 168),
      720: logVolatility(returns, 720),
    },
    reference: Float64Array.from(
      { length: rows },
      (_, t) => reference.stress[t + market.startHour - reference.startHour] ?? 0,
    ),
    logPrice,
    weekHigh: rollingHigh(logPrice, 168),
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
  return {
    startHour: market.startHour,
    rows,
    warmup,
    x,
    logPrice,
    known,
    ewma: state.volatility[24],
    realised: realisedVolatility(returns),
    flags: market.flags ?? new Uint8Array(rows),
    drawdown: Float64Array.from({ length: rows }, (_, t) =>
      t < RISK_HORIZON_HOURS ? 0 : worstFall(logPrice, t - RISK_HORIZON_HOURS),
    ),
  };
}

/** How far the log price falls below where it stands at `t` within the horizon, 0 or more. */
export function worstFall(logPrice: Float64Array, t: number): number {
  let low = logPrice[t]!;
  for (let s = t + 1; s <= t + RISK_HORIZON_HOURS; s++) low = Math.min(low, logPrice[s]!);
  return logPrice[t]! - low;
}

function requireWholeHour({ startHour }: MarketWindow): void {
  if (Number.isSafeInteger(startHour)) return;
  throw new BallastError('WINDOW_NOT_FINITE', `market: got a start at ${startHour}, expected a whole hour`, {
    metadata: { startHour },
  });
}

/** Log prices with unknown ones repeated; those before the first known one take it. */
function carry({ close, flags }: MarketWindow): { logPrice: Float64Array; known: Uint8Array } {
  const isPrice = (price: number) => Number.isFinite(price) && price > 0;
  const known = Uint8Array.from(close, (price, t) =>
    isPrice(price) && ((flags?.[t] ?? 0) & FLAGS.gap) === 0 ? 1 : 0,
  );
  let last = Math.log(close.find(isPrice) ?? 1);
  const logPrice = close.map((price) => {
    if (isPrice(price)) last = Math.log(price);
    return last;
  });
  return { logPrice, known };
}

/** Squared hourly log returns; none at the first hour. */
function squaredReturns(logPrice: Float64Array): Float64Array {
  return logPrice.map((value, t) => (t === 0 ? Number.NaN : (value - logPrice[t - 1]!) ** 2));
}

/** Log of the volatility of 24 h from an exponential average of squared hourly returns. */
function logVolatility(squared: Float64Array, halfLife: number): Float64Array {
  return ewma(squared, halfLife).map((mean) => toLogVolatility(Number.isNaN(mean) ? 0 : mean));
}

function realisedVolatility(squared: Float64Array): Float64Array {
  return squared.map((_, t) => {
    let sum = 0;
    for (let s = Math.max(1, t - RISK_HORIZON_HOURS + 1); s <= t; s++) sum += squared[s]!;
    return toLogVolatility(sum / RISK_HORIZON_HOURS);
  });
}

function toLogVolatility(meanSquare: number): number {
  return Math.log(Math.sqrt(RISK_HORIZON_HOURS) * Math.max(HOURLY_FLOOR, Math.sqrt(meanSquare)));
}

/** The highest of the last `window` + 1 values. */
function rollingHigh(values: Float64Array, window: number): Float64Array {
  return values.map((_, t) => {
    let high = values[t]!;
    for (let s = Math.max(0, t - window); s < t; s++) high = Math.max(high, values[s]!);
    return high;
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
