import { BallastError } from '../../../protocol/errors.ts';
import {
  createDenseNetwork,
  createDensePass,
  type DenseNetwork,
  denseForward,
  initialDenseWeights,
} from '../dense/dense-network.ts';
import { sigmoid } from '../risk-numbers.ts';

/** What the assessor scores, in the order of its outputs. */
export const RISK_SCORES = ['collateral', 'market', 'protocol', 'liquidity', 'contagion'] as const;
export type RiskScore = (typeof RISK_SCORES)[number];

/** One number for each score. */
export type ByScore = Readonly<Record<RiskScore, number>>;

/** Inputs of the network: the columns of the feature library's `RISK_INPUTS`. */
export const ASSESSOR_INPUTS = 24;
/** Units of its hidden layers. */
const ASSESSOR_HIDDEN = [64, 32] as const;

/**
 * Published numbers of an assessor, fixed with its version. An outcome at or beyond its `scale` is a label of 1; one
 * beyond its `threshold` is called a bad outcome in reports. `weights` make the overall score: none below zero, 1 in all.
 */
export type AssessorNumbers = {
  readonly scale: ByScore;
  readonly threshold: ByScore;
  readonly weights: ByScore;
};

/**
 * The network 24 → 64 → 32 → 5 that scores five risks of the next 24 hours, 3,845 weights. Each output, through a sigmoid,
 * is the expected share of its outcome's scale: liquidated debt, worst fall of the collateral's price, net redemption,
 * loss of depth, and a fall that most collaterals share.
 */
export type RiskAssessor = { readonly network: DenseNetwork; readonly numbers: AssessorNumbers };

/** @throws BallastError `MODEL_SPEC` for a scale that is not above zero, or weights that are no shares of one. */
export function createAssessor(
  numbers: AssessorNumbers,
  hidden: readonly number[] = ASSESSOR_HIDDEN,
): RiskAssessor {
  requireNumbers(numbers);
  return { network: createDenseNetwork([ASSESSOR_INPUTS, ...hidden, RISK_SCORES.length]), numbers };
}

/**
 * Weights to begin with: those of any dense network, with the last biases at the public mean of each label, so that the
 * first scores are the usual ones and training need not find them.
 *
 * @param meanLabels of public rows, above 0 and below 1. @param normal standard normal, seeded.
 */
export function initialAssessorWeights(
  { network }: RiskAssessor,
  meanLabels: ByScore,
  normal: () => number,
): Float64Array {
  const weights = initialDenseWeights(network, normal);
  for (const [q, score] of RISK_SCORES.entries()) {
    const mean = meanLabels[score];
    weights[network.size - RISK_SCORES.length + q] = Math.log(mean / (1 - mean));
  }
  return weights;
}

/** Scores from 0 to 100, higher is riskier. */
export type RiskScores = ByScore & {
  /** Σ weight · score: never below the smallest score, never above the largest. */
  readonly overall: number;
};

/**
 * @param x 24 scaled inputs, as `modelInputs(RISK_INPUTS, …)` gives them.
 * @throws BallastError `MODEL_SIZE` for another number of weights or inputs.
 */
export function assessScores(assessor: RiskAssessor, weights: Float64Array, x: Float64Array): RiskScores {
  const [collateral = 0, market = 0, protocol = 0, liquidity = 0, contagion = 0] = predictScores(
    assessor,
    weights,
    x,
  ).map((score) => 100 * score);
  const scores = { collateral, market, protocol, liquidity, contagion };
  return { ...scores, overall: overallScore(scores, assessor.numbers.weights) };
}

/** Σ weight · score (weights on the simplex). */
export function overallScore(scores: ByScore, weights: ByScore): number {
  return RISK_SCORES.reduce((sum, score) => sum + weights[score] * scores[score], 0);
}

/** Scores of many rows as shares of one: rows × 5, row-major. @throws BallastError `MODEL_SIZE`. */
export function predictScores(
  { network }: RiskAssessor,
  weights: Float64Array,
  x: Float64Array,
): Float64Array {
  const rows = x.length / ASSESSOR_INPUTS;
  if (weights.length !== network.size || !Number.isInteger(rows)) {
    throw new BallastError(
      'MODEL_SIZE',
      `assessor: got ${weights.length} weights and ${x.length} inputs, expected ${network.size} and a multiple of ${ASSESSOR_INPUTS}`,
      { metadata: { weights: weights.length, inputs: x.length, expected: network.size } },
    );
  }
  const outputs = RISK_SCORES.length;
  const pass = createDensePass(network);
  const out = new Float64Array(rows * outputs);
  for (let i = 0; i < rows; i++) {
    const logits = denseForward(network, weights, x, i * ASSESSOR_INPUTS, pass);
    for (let q = 0; q < outputs; q++) out[i * outputs + q] = sigmoid(logits[q]!);
  }
  return out;
}

function requireNumbers({ scale, threshold, weights }: AssessorNumbers): void {
  const refuse = (field: string, value: number, expected: string): never => {
    throw new BallastError('MODEL_SPEC', `assessor: ${field}: got ${value}, expected ${expected}`, {
      metadata: { field, value },
    });
  };
  let sum = 0;
  for (const score of RISK_SCORES) {
    if (!(scale[score] > 0 && scale[score] <= 1))
      refuse(`scale.${score}`, scale[score], 'above 0, 1 at most');
    if (!(threshold[score] > 0 && threshold[score] <= 1))
      refuse(`threshold.${score}`, threshold[score], 'above 0, 1 at most');
    if (!(weights[score] >= 0)) refuse(`weights.${score}`, weights[score], '0 or more');
    sum += weights[score];
  }
  if (!(Math.abs(sum - 1) < 1e-9)) refuse('weights', sum, '1 in all');
}
