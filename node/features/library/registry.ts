import { BallastError } from '../../../protocol/errors.ts';
import { calendar } from '../calendar/calendar.ts';
import { fourier } from '../calendar/fourier.ts';
import { bookPressure } from '../microstructure/book-pressure.ts';
import { intradayRange, intradayVolatility } from '../microstructure/intraday-volatility.ts';
import { liquidity } from '../microstructure/liquidity.ts';
import { orderFlow } from '../microstructure/order-flow.ts';
import { tradeActivity } from '../microstructure/trade-activity.ts';
import { activity } from '../protocol/activity.ts';
import { collateral } from '../protocol/collateral.ts';
import { governance } from '../protocol/governance.ts';
import { positions } from '../protocol/positions.ts';
import { pegDepth, stability } from '../protocol/stability.ts';
import { system } from '../protocol/system.ts';
import { differences } from '../statistics/differences.ts';
import { lags } from '../statistics/lags.ts';
import { rollingStatistics } from '../statistics/rolling-statistics.ts';
import { bollinger } from '../technical/bollinger.ts';
import { channels } from '../technical/channels.ts';
import { macd } from '../technical/macd.ts';
import { momentum } from '../technical/momentum.ts';
import { relativeStrength } from '../technical/rsi.ts';
import { garmanKlass, parkinson } from '../volatility/range.ts';
import { realisedVolatility } from '../volatility/realised.ts';
import {
  type BarFeature,
  type BarSeries,
  CLOSE,
  type LibraryFeature,
  type MomentFeature,
} from './feature.ts';

/** What a series is expanded into: 42 columns. Meant for prices; of volumes or flags most of it says nothing. */
export function seriesFeatures(series: BarSeries): BarFeature[] {
  return [
    lags(series),
    rollingStatistics(series),
    relativeStrength(series),
    macd(series),
    bollinger(series),
    momentum(series),
    realisedVolatility(series),
    differences(series),
  ];
}

/** Volatility from highs and lows: 6 columns. */
export const RANGE_FEATURES: readonly BarFeature[] = [parkinson, garmanKlass];
/** What is the same for every series: 24 columns. */
export const GLOBAL_FEATURES: readonly BarFeature[] = [fourier, calendar];
/** What a book and trades say: 78 columns. */
export const MICROSTRUCTURE_FEATURES: readonly MomentFeature[] = [
  liquidity,
  orderFlow,
  intradayVolatility,
  bookPressure,
  tradeActivity,
];
export const PROTOCOL_FEATURES: readonly MomentFeature[] = [
  system,
  collateral,
  positions,
  activity,
  governance,
];

/** Every feature, of the close where it is one of a series and with a peg to 1. Column names are unique in it. */
export const FEATURE_LIBRARY: readonly LibraryFeature[] = [
  ...seriesFeatures(CLOSE),
  ...RANGE_FEATURES,
  channels,
  ...GLOBAL_FEATURES,
  ...MICROSTRUCTURE_FEATURES,
  intradayRange,
  stability(1),
  pegDepth,
  ...PROTOCOL_FEATURES,
];

/** What a table of features shows of one. */
export type FeatureListing = {
  readonly name: string;
  readonly family: string;
  readonly input: LibraryFeature['input'];
  readonly columns: number;
  readonly units: readonly string[];
  readonly warmupBars: number;
  readonly description: string;
};

/** The library as a table, in its own order. */
export function listFeatures(features: readonly LibraryFeature[] = FEATURE_LIBRARY): FeatureListing[] {
  return features.map(({ name, family, input, columns, warmupBars, description }) => ({
    name,
    family,
    input,
    columns: columns.length,
    units: [...new Set(columns.map(({ unit }) => unit))],
    warmupBars,
    description,
  }));
}

/**
 * Features of the library by name.
 *
 * @throws BallastError `FEATURE_UNKNOWN` for a name that the library does not have.
 */
export function selectFeatures(names: readonly string[]): LibraryFeature[] {
  return names.map((name) => {
    const found = FEATURE_LIBRARY.find((feature) => feature.name === name);
    if (found !== undefined) return found;
    throw new BallastError(
      'FEATURE_UNKNOWN',
      `feature: got ${JSON.stringify(name)}, expected one of the library`,
      {
        metadata: { name },
        hint: `known are ${FEATURE_LIBRARY.map((feature) => feature.name).join(', ')}`,
      },
    );
  });
}
