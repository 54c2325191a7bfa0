import { BallastError } from '../../protocol/errors.ts';
import {
  computeFeatures,
  computeMarketFeatures,
  type HourlySeries,
  inputAt,
  type MarketWindow,
  RISK_HORIZON_HOURS,
  RISK_WARMUP_HOURS,
  type RiskInput,
  riskInputAt,
  WARMUP_HOURS,
} from '../features/index.ts';
import { type ForecastInput, forecastQuantiles, modelShare } from './forecast.ts';
import { QUANTILE_LEVELS } from './peg-model.ts';
import { forecastRisk, type RiskModel } from './risk-model.ts';
import { scoreOf, sigmoid } from './risk-numbers.ts';
import { type ModelHead, type PegHead, type StabilityModel, weightsOfHead } from './stability-model.ts';

/** Quantiles of the deviation from the peg some hours after `hour`. */
export type PegForecast = {
  /** Hours since the epoch of the last observation. */
  readonly hour: number;
  /** The last observation, bp. */
  readonly deviation: number;
  readonly levels: readonly number[];
  /** By ascending hours: those of the network. */
  readonly horizons: readonly HorizonForecast[];
};

export type HorizonForecast = {
  readonly horizonHours: number;
  /** The usual change in that time, bp. */
  readonly scale: number;
  /** Share of the model in the forecast, 0 to 1; the rest is scaled persistence. */
  readonly modelShare: number;
  /** By level, bp. */
  readonly quantiles: readonly number[];
};

/** What the next 24 h hold for a volatile asset; scores are 0 (calm) to 100, percentiles of the public training part. */
export type RiskAssessment = {
  readonly hour: number;
  readonly horizonHours: number;
  readonly drawdown: {
    /** Of a fall beyond the threshold, a log return: the public multiple of the asset's usual volatility. */
    readonly probability: number;
    readonly threshold: number;
    readonly score: number;
  };
  readonly volatility: {
    /** Standard deviation of the log return of 24 h. */
    readonly forecast: number;
    readonly score: number;
  };
};

/**
 * Peg quantiles from a window of hourly deviations, for the window's last hour. Averages reach back without end: 60
 * days or more give what a longer window gives.
 *
 * @param window of an oracle with its `timing`, where that is known: hours of silence count at 1 and 4 h.
 * @param weights the joint weights of a version.
 * @throws BallastError `MODEL_SIZE`, `WINDOW_TOO_SHORT` for fewer than 337 hours, `WINDOW_NOT_FINITE`.
 */
export function forecastPeg(
  model: StabilityModel,
  weights: Float64Array,
  window: Pick<HourlySeries, 'startHour' | 'deviation' | 'timing'>,
): PegForecast {
  const { hour, inputs } = pegInputs(model, window);
  return {
    hour,
    deviation: window.deviation.at(-1) ?? Number.NaN,
    levels: [...QUANTILE_LEVELS],
    horizons: inputs.map(({ head, input }) => forecastHorizon(model, weights, head, input)),
  };
}

/**
 * What each peg head reads of a window's last hour.
 *
 * @throws BallastError `WINDOW_TOO_SHORT`, `WINDOW_NOT_FINITE`.
 */
export function pegInputs(
  model: StabilityModel,
  window: Pick<HourlySeries, 'startHour' | 'deviation' | 'timing'>,
): {
  readonly hour: number;
  readonly inputs: readonly { readonly head: PegHead; readonly input: ForecastInput }[];
} {
  requireLength('window', window.deviation.length, WARMUP_HOURS + 1);
  requireHour('window', window.startHour);
  const bad = window.deviation.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw notFinite(`window.deviation[${bad}]`, window.deviation[bad] ?? Number.NaN);
  for (const [name, column] of Object.entries(window.timing ?? {})) {
    requireLength(`window.timing.${name}`, column.length, window.deviation.length);
    const odd = column.findIndex((value) => !(value >= 0 && Number.isFinite(value)));
    if (odd >= 0) throw notFinite(`window.timing.${name}[${odd}]`, column[odd] ?? Number.NaN);
  }
  const hour = window.startHour + window.deviation.length - 1;
  return {
    hour,
    inputs: model.heads.peg.map((head) => ({
      head,
      input: inputAt(computeFeatures(window, head.model.horizon), hour),
    })),
  };
}

/** One horizon's from features of one hour. */
function forecastHorizon(
  model: StabilityModel,
  weights: Float64Array,
  head: PegHead,
  input: ForecastInput,
): HorizonForecast {
  const { numbers } = head;
  const quantiles = forecastQuantiles(head.model, weightsOfHead(model, head, weights), numbers, input);
  const scale = input.scale[0] ?? Number.NaN;
  return {
    horizonHours: head.model.horizon,
    scale,
    modelShare: modelShare(numbers.anchor, scale),
    quantiles: [...quantiles.subarray(0, QUANTILE_LEVELS.length)],
  };
}

/**
 * Drawdown and volatility of an asset over the next 24 h, for the window's last hour. Both windows end there.
 *
 * @param weights the joint weights of a version.
 * @param input the asset, and the network's public reference market (the same where that is the asset).
 * @throws BallastError `HEAD_ABSENT` for a model without a risk head; `MODEL_SIZE`; `WINDOW_TOO_SHORT` for fewer than
 *   721 hours of either; `WINDOW_NOT_FINITE`, `WINDOW_MISALIGNED`.
 */
export function assessRisk(
  model: StabilityModel,
  weights: Float64Array,
  input: { readonly market: MarketWindow; readonly reference: MarketWindow },
): RiskAssessment {
  requireRisk(model);
  const { hour, input: row } = riskInputs(input);
  return { hour, ...assessRiskFrom(model, weights, row) };
}

/**
 * What the risk head reads of the windows' last hour.
 *
 * @throws BallastError `WINDOW_TOO_SHORT`, `WINDOW_NOT_FINITE`, `WINDOW_MISALIGNED`.
 */
export function riskInputs(input: { readonly market: MarketWindow; readonly reference: MarketWindow }): {
  readonly hour: number;
  readonly input: RiskInput;
} {
  for (const [name, { close }] of Object.entries(input)) {
    const bad = close.findIndex((price) => !(Number.isFinite(price) && price > 0));
    if (bad >= 0) throw notFinite(`${name}.close[${bad}]`, close[bad] ?? Number.NaN);
  }
  const { market, reference } = input;
  for (const [name, { startHour, close }] of Object.entries(input)) {
    requireHour(name, startHour);
    requireLength(name, close.length, RISK_WARMUP_HOURS + 1);
  }
  const hour = market.startHour + market.close.length - 1;
  if (hour !== reference.startHour + reference.close.length - 1) {
    throw new BallastError(
      'WINDOW_MISALIGNED',
      `reference: got a last hour of ${reference.startHour + reference.close.length - 1}, expected ${hour} as the market's`,
      { metadata: { market: hour } },
    );
  }
  const table = computeMarketFeatures(market, reference);
  return { hour, input: riskInputAt(table, hour) };
}

/** The same from features of one hour. */
function assessRiskFrom(
  model: StabilityModel,
  weights: Float64Array,
  input: RiskInput,
): Omit<RiskAssessment, 'hour'> {
  const risk = requireRisk(model);
  const { numbers } = risk.model;
  const forecast = forecastRisk(risk.model, weightsOfHead(model, risk, weights), input);
  const probability = sigmoid(forecast.logit[0] ?? Number.NaN);
  const volatility = forecast.volatility[0] ?? Number.NaN;
  return {
    horizonHours: RISK_HORIZON_HOURS,
    drawdown: {
      probability,
      threshold: numbers.threshold * Math.exp(input.usual[0] ?? Number.NaN),
      score: scoreOf(numbers.scores.drawdown, probability),
    },
    volatility: { forecast: Math.exp(volatility), score: scoreOf(numbers.scores.volatility, volatility) },
  };
}

/** @throws BallastError `HEAD_ABSENT`. */
export function requireRisk({ heads }: StabilityModel): ModelHead<RiskModel> {
  if (heads.risk !== undefined) return heads.risk;
  throw new BallastError('HEAD_ABSENT', 'model: got a version without a risk head, expected one with it', {
    hint: 'this network trains the peg head alone',
  });
}

function requireLength(name: string, given: number, least: number): void {
  if (given >= least) return;
  throw new BallastError('WINDOW_TOO_SHORT', `${name}: got ${given} hours, expected at least ${least}`, {
    metadata: { given, least },
    hint: 'the averages behind the features need a history',
  });
}

function requireHour(name: string, hour: number): void {
  if (!Number.isSafeInteger(hour)) throw notFinite(`${name}.startHour`, hour);
}

function notFinite(name: string, value: number): BallastError {
  return new BallastError('WINDOW_NOT_FINITE', `${name}: got ${value}, expected a usable number`, {
    metadata: { name, value: String(value) },
  });
}
