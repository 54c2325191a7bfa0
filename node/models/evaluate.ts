import { BallastError } from '../../protocol/errors.ts';
import { countFlagged, type ExampleSet } from '../features/index.ts';
import { type Baseline, baselineQuantiles, forecastQuantiles } from './forecast.ts';
import { type PegModel, QUANTILE_LEVELS } from './peg-model.ts';
import { pinball } from './pinball.ts';
import type { PublicNumbers } from './public-numbers.ts';

/** How good a model is on a set of examples. */
export type SkillReport = {
  readonly examples: number;
  /** Those whose hour carries a flag; they count like the others. */
  readonly flagged: number;
  /** Mean pinball loss over examples and levels, bp. */
  readonly loss: number;
  readonly baselineLoss: Readonly<Record<Baseline, number>>;
  /** 1 − loss / loss of the baseline: 0 is no better, 1 perfect, below 0 worse. */
  readonly skill: Readonly<Record<Baseline, number>>;
  /** Share of outcomes between the outer quantiles; nominally their difference, 0.8. */
  readonly coverage: number;
};

/** Mean pinball loss in bp of each baseline, which no weights change. */
export function baselineLosses(numbers: PublicNumbers, examples: ExampleSet): SkillReport['baselineLoss'] {
  const of = (baseline: Baseline) => meanPinball(baselineQuantiles(baseline, numbers, examples), examples);
  return { B0: of('B0'), B2: of('B2'), B3: of('B3') };
}

/** Mean pinball loss in bp of the model's own forecast. @throws BallastError `EXAMPLES_EMPTY`. */
export function pegLoss(
  model: PegModel,
  weights: Float64Array,
  numbers: PublicNumbers,
  examples: ExampleSet,
): number {
  requireRows(examples);
  return meanPinball(forecastQuantiles(model, weights, numbers, examples), examples);
}

/**
 * @param baselineLoss of the same examples, where they were computed before.
 * @throws BallastError `EXAMPLES_EMPTY` where there is nothing to judge by.
 */
export function evaluateModel(
  model: PegModel,
  weights: Float64Array,
  numbers: PublicNumbers,
  examples: ExampleSet,
  baselineLoss: SkillReport['baselineLoss'] = baselineLosses(numbers, examples),
): SkillReport {
  requireRows(examples);
  const quantiles = forecastQuantiles(model, weights, numbers, examples);
  const loss = meanPinball(quantiles, examples);
  const outputs = QUANTILE_LEVELS.length;
  let inside = 0;
  for (let i = 0; i < examples.rows; i++) {
    const actual = outcome(examples, i);
    if (actual >= quantiles[i * outputs]! && actual <= quantiles[(i + 1) * outputs - 1]!) inside++;
  }
  return {
    examples: examples.rows,
    flagged: countFlagged(examples.flags),
    loss,
    baselineLoss,
    skill: {
      B0: 1 - loss / baselineLoss.B0,
      B2: 1 - loss / baselineLoss.B2,
      B3: 1 - loss / baselineLoss.B3,
    },
    coverage: inside / examples.rows,
  };
}

/** Mean pinball loss in bp of quantile forecasts (rows × levels) over examples and levels. */
export function meanPinball(quantiles: Float64Array, examples: ExampleSet): number {
  return pinballLosses(quantiles, examples).reduce((sum, loss) => sum + loss, 0) / examples.rows;
}

/** Pinball loss in bp of each example, the mean over its levels. */
export function pinballLosses(quantiles: Float64Array, examples: ExampleSet): Float64Array {
  const outputs = QUANTILE_LEVELS.length;
  const losses = new Float64Array(examples.rows);
  for (let i = 0; i < examples.rows; i++) {
    const actual = outcome(examples, i);
    let sum = 0;
    for (let q = 0; q < outputs; q++) {
      sum += pinball(QUANTILE_LEVELS[q]!, quantiles[i * outputs + q]!, actual);
    }
    losses[i] = sum / outputs;
  }
  return losses;
}

/** What the label says of the deviation, bp. */
function outcome(examples: ExampleSet, i: number): number {
  return examples.deviation[i]! + examples.scale[i]! * examples.y[i]!;
}

function requireRows(examples: ExampleSet): void {
  if (examples.rows > 0) return;
  throw new BallastError('EXAMPLES_EMPTY', 'evaluation: got 0 examples, expected at least 1', {
    hint: 'the range holds no row whose features and label are both known',
  });
}
