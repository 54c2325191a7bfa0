import { BallastError } from '../../protocol/errors.ts';
import { countFlagged, type RiskExamples } from '../features/index.ts';
import { areaUnderCurve } from './metrics/auc.ts';
import {
  baselineRisk,
  forecastRisk,
  RISK_LOSS_SCALE,
  type RiskForecast,
  type RiskModel,
} from './risk-model.ts';
import { drawdownEvents, type RiskNumbers } from './risk-numbers.ts';

/** How well drawdown events and volatility were told in advance. */
export type RiskReport = {
  readonly examples: number;
  /** Those whose hour carries a flag; they count like the others. */
  readonly flagged: number;
  /** Share of the examples with a drawdown event. */
  readonly eventShare: number;
  readonly drawdown: {
    /** Mean log loss, nats. */
    readonly logLoss: number;
    /** Mean squared error of the probability. */
    readonly brier: number;
    /** Chance that an event was given a higher probability than a calm row; null without events or without calm. */
    readonly auc: number | null;
  };
  readonly volatility: {
    /** Mean of σ²/h² − ln(σ²/h²) − 1 (QLIKE, Patton 2011). */
    readonly qlike: number;
    /** Mean absolute error of the log of volatility. */
    readonly logError: number;
  };
};

/** Losses of each row, in row order: log loss of the drawdown event and QLIKE of volatility. */
export function riskLosses(
  forecast: RiskForecast,
  numbers: RiskNumbers,
  examples: RiskExamples,
): { readonly drawdown: Float64Array; readonly volatility: Float64Array } {
  const event = drawdownEvents(numbers.threshold, examples);
  return {
    drawdown: forecast.logit.map((logit, i) => softplus(event[i] === 1 ? -logit : logit)),
    volatility: forecast.volatility.map((log, i) => {
      const ratio = 2 * (examples.volatility[i]! - log);
      return Math.exp(ratio) - ratio - 1;
    }),
  };
}

/** @throws BallastError `EXAMPLES_EMPTY` where there is nothing to judge by. */
export function reportRisk(forecast: RiskForecast, numbers: RiskNumbers, examples: RiskExamples): RiskReport {
  const { rows } = examples;
  if (rows === 0) {
    throw new BallastError('EXAMPLES_EMPTY', 'evaluation: got 0 examples, expected at least 1', {
      hint: 'the range holds no row whose features and label are both known',
    });
  }
  const losses = riskLosses(forecast, numbers, examples);
  const event = drawdownEvents(numbers.threshold, examples);
  const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / rows;
  return {
    examples: rows,
    flagged: countFlagged(examples.flags),
    eventShare: event.reduce((sum, hit) => sum + hit, 0) / rows,
    drawdown: {
      logLoss: mean(losses.drawdown),
      brier: mean(forecast.logit.map((logit, i) => (1 / (1 + Math.exp(-logit)) - event[i]!) ** 2)),
      auc: areaUnderCurve(forecast.logit, event),
    },
    volatility: {
      qlike: mean(losses.volatility),
      logError: mean(forecast.volatility.map((log, i) => Math.abs(log - examples.volatility[i]!))),
    },
  };
}

/** Mean of what the risk head is trained on: scaled log loss plus half the scaled squared error of log volatility. */
export function trainingLossOfRisk(model: RiskModel, weights: Float64Array, examples: RiskExamples): number {
  const forecast = forecastRisk(model, weights, examples);
  const { drawdown } = riskLosses(forecast, model.numbers, examples);
  let sum = 0;
  for (let i = 0; i < examples.rows; i++) {
    const error = forecast.volatility[i]! - examples.volatility[i]!;
    sum += RISK_LOSS_SCALE * (drawdown[i]! + (error * error) / 2);
  }
  return sum / examples.rows;
}

/** The head's report beside its baselines'. */
export function evaluateRisk(
  model: RiskModel,
  weights: Float64Array,
  examples: RiskExamples,
): { readonly head: RiskReport; readonly persistence: RiskReport; readonly ewma: RiskReport } {
  const { numbers } = model;
  const of = (forecast: RiskForecast) => reportRisk(forecast, numbers, examples);
  return {
    head: of(forecastRisk(model, weights, examples)),
    persistence: of(baselineRisk('persistence', numbers, examples)),
    ewma: of(baselineRisk('ewma', numbers, examples)),
  };
}

/** ln(1 + exp(z)) without overflow. */
function softplus(z: number): number {
  return Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
}
