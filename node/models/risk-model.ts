import { BallastError } from '../../protocol/errors.ts';
import { type Layout, layoutSize } from '../../protocol/layout.ts';
import { RISK_FEATURES, type RiskExamples, type RiskInput } from '../features/index.ts';
import { drawdownEvents, logitOf, type RiskNumbers, startLogits } from './risk-numbers.ts';

/** What the risk head tells, in the order of its outputs. */
export const RISK_TARGETS = ['drawdown', 'volatility'] as const;

/**
 * One unit of a weight moves a logit by DRAWDOWN_GAIN and a log volatility by VOLATILITY_GAIN for each unit of a
 * feature; both losses are multiplied so that records' gradients fit their clip norm. Public, as the layout is.
 */
export const DRAWDOWN_GAIN = 1;
export const VOLATILITY_GAIN = 0.5;
export const RISK_LOSS_SCALE = 0.6;

/** Linear in the risk features on top of what is public: W of [features, targets], 26 weights. */
export type RiskModel = { readonly numbers: RiskNumbers; readonly layout: Layout; readonly size: number };

export function createRiskModel(numbers: RiskNumbers): RiskModel {
  const layout: Layout = {
    tensors: [{ name: 'weight', shape: [RISK_FEATURES.length, RISK_TARGETS.length] }],
  };
  return { numbers, layout, size: layoutSize(layout) };
}

/** Forecasts for rows of inputs: the logit of a drawdown event, and the log of the next 24 hours' volatility. */
export type RiskForecast = { readonly logit: Float64Array; readonly volatility: Float64Array };

/**
 * logit = xᵀstart + gain · xᵀw₀ and log volatility = EWMA + public offset + gain · xᵀw₁; weights of zero give the
 * public start and the EWMA baseline.
 *
 * @param weights the risk head's own, `model.size` values.
 * @throws BallastError `MODEL_SIZE` for a wrong number of weights or inputs.
 */
export function forecastRisk(model: RiskModel, weights: Float64Array, input: RiskInput): RiskForecast {
  const width = RISK_FEATURES.length;
  const rows = input.ewma.length;
  if (weights.length !== model.size || input.x.length !== rows * width) {
    throw new BallastError(
      'MODEL_SIZE',
      `risk head: got ${weights.length} weights and ${input.x.length} inputs for ${rows} rows, expected ${model.size} weights and ${width} inputs a row`,
      { metadata: { weights: weights.length, inputs: input.x.length, expected: model.size } },
    );
  }
  const { ewma, start } = model.numbers;
  const logit = startLogits(start, input);
  const volatility = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    let drawdownSum = 0;
    let volatilitySum = 0;
    for (let j = 0; j < width; j++) {
      const x = input.x[i * width + j]!;
      drawdownSum += x * weights[2 * j]!;
      volatilitySum += x * weights[2 * j + 1]!;
    }
    logit[i]! += DRAWDOWN_GAIN * drawdownSum;
    volatility[i] = input.ewma[i]! + ewma.volatility + VOLATILITY_GAIN * volatilitySum;
  }
  return { logit, volatility };
}

export type RiskBaseline = 'persistence' | 'ewma';

/** What a baseline says of rows whose last day is known. */
export function baselineRisk(
  baseline: RiskBaseline,
  numbers: RiskNumbers,
  input: RiskInput & { readonly lastDrawdown: Float64Array; readonly lastVolatility: Float64Array },
): RiskForecast {
  const { drawdown, volatility } = numbers[baseline];
  const [fall, log] =
    baseline === 'ewma' ? [input.ewma, input.ewma] : [input.lastDrawdown, input.lastVolatility];
  return { logit: fall.map((v) => logitOf(drawdown, v)), volatility: log.map((v) => v + volatility) };
}

/**
 * What training needs of the two scaled losses (log loss of the event, half the squared error of log volatility), as
 * matrices, rows × targets row-major. The slope in a linear term xᵀw is lossGain · (told − target), where told is the
 * event's probability, or the log volatility.
 */
export function riskScales(numbers: RiskNumbers, examples: RiskExamples) {
  const base = new Float64Array(2 * examples.rows);
  const targets = new Float64Array(2 * examples.rows);
  const start = startLogits(numbers.start, examples);
  const event = drawdownEvents(numbers.threshold, examples);
  for (let i = 0; i < examples.rows; i++) {
    base[2 * i] = start[i]!;
    base[2 * i + 1] = examples.ewma[i]! + numbers.ewma.volatility;
    targets[2 * i] = event[i]!;
    targets[2 * i + 1] = examples.volatility[i]!;
  }
  return {
    /** Forecasts at weights of zero, what is added for each unit of a linear term, and what slopes are multiplied by. */
    base,
    gains: [DRAWDOWN_GAIN, VOLATILITY_GAIN],
    lossGains: [RISK_LOSS_SCALE * DRAWDOWN_GAIN, RISK_LOSS_SCALE * VOLATILITY_GAIN],
    targets,
  } as const;
}
