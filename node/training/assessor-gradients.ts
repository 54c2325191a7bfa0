import {
  ASSESSOR_INPUTS,
  type AssessorExamples,
  RISK_SCORES,
  type RiskAssessor,
} from '../models/assessor/index.ts';
import { createDensePass, type Dropout, denseBackward, denseForward } from '../models/dense/dense-network.ts';
import { sigmoid } from '../models/risk-numbers.ts';
import type { BatchGradient } from './adam.ts';
import type { RecordGradients } from './engine.ts';

/**
 * Gradients of the cross-entropy of the five scores with their labels (shares of one), summed over the scores, in plain
 * float64. The slope in an output is what the network tells less the label.
 */
type RowGradient = (weights: Float64Array, row: number, share: number, out: Float64Array, at: number) => void;

function rowGradient(
  { network }: RiskAssessor,
  { x, labels }: AssessorExamples,
  dropout?: Dropout,
): RowGradient {
  const pass = createDensePass(network);
  const slopes = pass.slopes.at(-1)!;
  const outputs = RISK_SCORES.length;
  return (weights, row, share, out, at) => {
    const logits = denseForward(network, weights, x, row * ASSESSOR_INPUTS, pass, dropout);
    for (let q = 0; q < outputs; q++) {
      slopes[q] = share * (sigmoid(logits[q]!) - labels[row * outputs + q]!);
    }
    denseBackward(network, weights, pass, out, at, dropout?.rate);
  };
}

/** By record, so that the network is federated like the other heads: clipped, and noised where a record is the unit. */
export function openAssessor(assessor: RiskAssessor, examples: AssessorExamples): RecordGradients {
  const { size } = assessor.network;
  const { records, recordStart } = examples;
  const own = rowGradient(assessor, examples);
  const gradients = new Float64Array(records * size);
  return {
    perRecord: (weights) => {
      gradients.fill(0);
      for (let r = 0; r < records; r++) {
        const [from, to] = [recordStart[r]!, recordStart[r + 1]!];
        for (let i = from; i < to; i++) own(weights, i, 1 / (to - from), gradients, r * size);
      }
      return gradients;
    },
    dispose: () => {},
  };
}

/** By batch, for training that stays local; the published rate of dropout is 0.2. */
export function assessorBatches(
  assessor: RiskAssessor,
  examples: AssessorExamples,
  dropout?: Dropout,
): BatchGradient {
  const own = rowGradient(assessor, examples, dropout);
  const gradient = new Float64Array(assessor.network.size);
  return (weights, rows) => {
    gradient.fill(0);
    for (const row of rows) own(weights, row, 1 / rows.length, gradient, 0);
    return gradient;
  };
}
