import type { Digest } from '../../protocol/digest.ts';
import { BallastError } from '../../protocol/errors.ts';
import type { HourlySeries, MarketWindow } from '../features/index.ts';
import {
  type Attribution,
  assessRisk,
  explainPeg,
  explainRisk,
  forecastPeg,
  type PegExplanation,
  pegHistory,
  QUANTILE_LEVELS,
  type RiskExplanation,
  type StabilityModel,
} from '../models/index.ts';
import type { AttributionJson, PegHistoryJson, PegRequest, RiskRequest } from './schemas/index.ts';
import type { ApiSource } from './source.ts';

/** Longer windows give the same forecast to many digits, and take longer: 60 and 180 days. */
const PEG_HOURS = 60 * 24;
const RISK_HOURS = 180 * 24;
/** What is shown of past forecasts, before which their own averages reach back. */
const HISTORY_HOURS = 14 * 24;

type PegForecast = ReturnType<typeof forecastPeg>;
type RiskAssessment = ReturnType<typeof assessRisk>;

/** The certified version that forecasts are made with. */
export type CertifiedWeights = {
  readonly version: number;
  readonly modelDigest: Digest;
  readonly weights: Float64Array;
};

/** The public series up to the hour that is known now; what `PublicMarket.known` of the runtime gives. */
export type PublicWindows = {
  readonly peg: Pick<HourlySeries, 'startHour' | 'deviation' | 'timing'>;
  readonly market?: MarketWindow;
};

export type PredictorCollaborators = {
  readonly model: StabilityModel;
  readonly current: () => Promise<CertifiedWeights>;
  readonly known: () => PublicWindows;
};

/**
 * The forecasts of the API: the forward pass of the newest version over what is sent, or over the public feeds. The
 * latter is the same until another hour is public or another version is certified, so it is made once.
 */
export function createPredictor({ model, current, known }: PredictorCollaborators): ApiSource['predict'] {
  const publicPeg = once<PegForecast>();
  const publicRisk = once<RiskAssessment>();
  const whyPeg = once<PegExplanation>();
  const whyRisk = once<RiskExplanation>();
  const past = once<PegHistoryJson>();
  return {
    peg: async ({ window, explain }) => {
      const { version, modelDigest, weights } = await current();
      const sent = window && sentPeg(window);
      const key = () => keyOf(modelDigest, known());
      const forecast =
        sent === undefined
          ? publicPeg(key(), () => forecastPeg(model, weights, latestPeg(known().peg)))
          : forecastPeg(model, weights, sent);
      const why =
        explain !== true
          ? undefined
          : sent === undefined
            ? whyPeg(key(), () => explainPeg(model, weights, latestPeg(known().peg)))
            : explainPeg(model, weights, sent);
      return {
        version,
        modelDigest,
        input: window === undefined ? 'public-feed' : 'request',
        hour: forecast.hour,
        deviationBp: forecast.deviation,
        horizons: forecast.horizons.map(({ horizonHours, scale, modelShare, quantiles }, h) => ({
          horizonHours,
          scaleBp: scale,
          modelShare,
          quantiles: forecast.levels.map((level, i) => {
            const told = why?.horizons[h]?.quantiles[i];
            return {
              level,
              deviationBp: quantiles[i] ?? Number.NaN,
              ...(told === undefined
                ? {}
                : { attribution: { ...attributionJson(told), heldAt: told.heldAt } }),
            };
          }),
        })),
      };
    },
    risk: async (request) => {
      const { version, modelDigest, weights } = await current();
      const sent = sentMarkets(request);
      const key = () => keyOf(modelDigest, known());
      const { hour, horizonHours, drawdown, volatility } =
        sent === undefined
          ? publicRisk(key(), () => assessRisk(model, weights, publicMarkets(known())))
          : assessRisk(model, weights, sent);
      const why =
        request.explain !== true
          ? undefined
          : sent === undefined
            ? whyRisk(key(), () => explainRisk(model, weights, publicMarkets(known())))
            : explainRisk(model, weights, sent);
      return {
        version,
        modelDigest,
        input: request.market === undefined ? 'public-feed' : 'request',
        hour,
        horizonHours,
        drawdown: { ...drawdown, ...(why && { attribution: attributionJson(why.drawdown) }) },
        volatility: { ...volatility, ...(why && { attribution: attributionJson(why.volatility) }) },
      };
    },
    pegHistory: async () => {
      const { version, modelDigest, weights } = await current();
      return past(keyOf(modelDigest, known()), () => ({
        version,
        modelDigest,
        ...historyJson(model, weights, known().peg),
      }));
    },
  };
}

function historyJson(
  model: StabilityModel,
  weights: Float64Array,
  peg: PublicWindows['peg'],
): Omit<PegHistoryJson, 'version' | 'modelDigest'> {
  const { startHour, deviation } = peg;
  const shown = deviation.subarray(-HISTORY_HOURS);
  const hour = startHour + deviation.length - 1;
  return {
    hour,
    levels: [...QUANTILE_LEVELS],
    outcomes: { startHour: hour - shown.length + 1, deviationBp: [...shown].map(finite) },
    horizons: pegHistory(model, weights, latestPeg(peg, PEG_HOURS + HISTORY_HOURS), HISTORY_HOURS).map(
      ({ horizonHours, startHour: first, quantiles }) => ({
        horizonHours,
        startHour: first,
        quantiles: quantiles.map((level) => [...level].map(finite)),
      }),
    ),
  };
}

/** To a hundredth of a basis point; null for what is not known. */
const finite = (value: number): number | null =>
  Number.isFinite(value) ? Math.round(value * 100) / 100 : null;

const attributionJson = ({ output, terms, contributions, groups, error }: Attribution): AttributionJson => ({
  output,
  terms: [...terms],
  contributions: [...contributions],
  groups: [...groups],
  error,
});

function sentPeg({ startHour, deviation, timing }: NonNullable<PegRequest['window']>): PublicWindows['peg'] {
  return {
    startHour,
    deviation: Float64Array.from(deviation),
    ...(timing === undefined
      ? {}
      : { timing: { age: Float64Array.from(timing.age), count: Float64Array.from(timing.count) } }),
  };
}

/** Keeps the latest value that was made, by its key; what fails is not kept. */
function once<Value>(): (key: string, make: () => Value) => Value {
  let kept: { readonly key: string; readonly value: Value } | undefined;
  return (key, make) => {
    if (kept?.key !== key) kept = { key, value: make() };
    return kept.value;
  };
}

/** The public series only grow: their length says what is in them. */
const keyOf = (modelDigest: Digest, { peg, market }: PublicWindows): string =>
  `${modelDigest}/${peg.startHour}+${peg.deviation.length}/${market?.startHour}+${market?.close.length}`;

function sentMarkets({ market, reference }: RiskRequest) {
  if (market === undefined || reference === undefined) return undefined;
  return { market: toWindow(market), reference: toWindow(reference) };
}

function publicMarkets({ market }: PublicWindows) {
  if (market === undefined) {
    throw new BallastError('WINDOW_ABSENT', 'market: got none, and this node has no public market', {
      hint: 'send market and reference',
    });
  }
  const latest = latestMarket(market);
  return { market: latest, reference: latest };
}

const toWindow = ({ startHour, close, volume }: NonNullable<RiskRequest['market']>): MarketWindow => ({
  startHour,
  close: Float64Array.from(close),
  volume: volume ? Float64Array.from(volume) : null,
});

function latestPeg(
  { startHour, deviation, timing }: PublicWindows['peg'],
  hours = PEG_HOURS,
): PublicWindows['peg'] {
  const skipped = Math.max(0, deviation.length - hours);
  return {
    startHour: startHour + skipped,
    deviation: carried(deviation.subarray(skipped), Number.isFinite),
    ...(timing === undefined
      ? {}
      : { timing: { age: timing.age.subarray(skipped), count: timing.count.subarray(skipped) } }),
  };
}

function latestMarket({ startHour, close, volume, flags }: MarketWindow): MarketWindow {
  const skipped = Math.max(0, close.length - RISK_HOURS);
  return {
    startHour: startHour + skipped,
    close: carried(close.subarray(skipped), (price) => Number.isFinite(price) && price > 0),
    ...(volume ? { volume: volume.subarray(skipped) } : {}),
    ...(flags ? { flags: flags.subarray(skipped) } : {}),
  };
}

/** A public feed may have holes: an unknown hour repeats the one before. What is unknown at the start stays so. */
function carried(values: Float64Array, isKnown: (value: number) => boolean): Float64Array {
  let last: number | undefined;
  return values.map((value) => {
    if (isKnown(value)) last = value;
    return last ?? value;
  });
}
