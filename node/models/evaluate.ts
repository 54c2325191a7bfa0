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

/** @throws BallastError `EXAMPLES_EMPTY` where there is nothing to judge by. */
export function evaluateModel(
  model: PegModel,
  weights: Float64Array,
  numbers: PublicNumbers,
  examples: ExampleSet,
): SkillReport {
  if (examples.rows === 0) {
    throw new BallastError('EXAMPLES_EMPTY', 'evaluation: got 0 examples, expected at least 1', {
      hint: 'the range holds no row whose features and label are both known',
    });
  }
  const quantiles = forecastQuantiles(model, weights, numbers, examples);
  const loss = meanPinball(quantiles, examples);
  const of = (baseline: Baseline) => meanPinball(baselineQuantiles(baseline, numbers, examples), examples);
  const baselineLoss = { B0: of('B0'), B2: of('B2'), B3: of('B3') };
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
  return Float64Array.from({ length: examples.rows }, (_, i) => {
    const actual = outcome(examples, i);
    let sum = 0;
    for (const [q, level] of QUANTILE_LEVELS.entries())
      sum += pinball(level, quantiles[i * outputs + q]!, actual);
    return sum / outputs;
  });
}

/** d_{t+24}, bp. */
function outcome(examples: ExampleSet, i: number): number {
  return examples.deviation[i]! + examples.scale[i]! * examples.y[i]!;
}
