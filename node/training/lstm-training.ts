import { BallastError } from '../../protocol/errors.ts';
import type { LstmGradients } from './lstm-gradients.ts';

export type LstmTrainingOptions = {
  readonly epochs: number;
  readonly batch: number;
  readonly learningRate: number;
  /** Epochs without a better public loss after which training stops. */
  readonly patience: number;
  /** L2 bound of a batch's gradient (Pascanu et al. 2013). */
  readonly gradientNorm: number;
};

/** The published schedule: Adam at 0.001, batches of 64, at most 100 epochs, patience 10. */
export const LSTM_TRAINING: LstmTrainingOptions = {
  epochs: 100,
  batch: 64,
  learningRate: 1e-3,
  patience: 10,
  gradientNorm: 1,
};

export type LstmRun = {
  /** Those of the best epoch, a copy of their own. */
  readonly weights: Float64Array;
  readonly bestEpoch: number;
  /** Public loss after each epoch that was trained. */
  readonly losses: readonly number[];
};

/**
 * Trains by Adam, and keeps a copy of the weights of the epoch with the least public loss: which epoch that is says
 * something of the rows it is chosen by, so they are public, never a node's own.
 *
 * @param rows that may be trained on.
 * @param publicLoss of weights, on rows that are not among them.
 * @param uniform in [0, 1), seeded.
 * @throws BallastError `TRAINING_OPTION`; the signal's reason when aborted between batches.
 */
export function trainLstm(
  gradients: LstmGradients,
  start: Float64Array,
  rows: Uint32Array,
  publicLoss: (weights: Float64Array) => number,
  options: LstmTrainingOptions,
  uniform: () => number,
  signal?: AbortSignal,
): LstmRun {
  requireOptions(options, rows.length);
  const { epochs, batch, learningRate, patience, gradientNorm } = options;
  const weights = Float64Array.from(start);
  const first = new Float64Array(weights.length);
  const second = new Float64Array(weights.length);
  const order = Uint32Array.from(rows);
  const losses: number[] = [];
  let best = { weights: Float64Array.from(start), loss: publicLoss(start), epoch: 0 };
  let step = 0;
  for (let epoch = 1; epoch <= epochs && epoch - best.epoch <= patience; epoch++) {
    for (let i = order.length - 1; i > 0; i--) {
      const j = Math.floor(uniform() * (i + 1));
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    for (let at = 0; at < order.length; at += batch) {
      signal?.throwIfAborted();
      const gradient = gradients.batch(weights, order.subarray(at, Math.min(order.length, at + batch)));
      const share = Math.min(
        1,
        gradientNorm / (Math.sqrt(gradient.reduce((sum, g) => sum + g * g, 0)) + 1e-12),
      );
      const [unbias, unbiasSquare] = [1 - 0.9 ** ++step, 1 - 0.999 ** step];
      for (let j = 0; j < weights.length; j++) {
        const g = share * gradient[j]!;
        first[j]! += 0.1 * (g - first[j]!);
        second[j]! += 0.001 * (g * g - second[j]!);
        weights[j]! -= (learningRate * (first[j]! / unbias)) / (Math.sqrt(second[j]! / unbiasSquare) + 1e-8);
      }
    }
    const loss = publicLoss(weights);
    losses.push(loss);
    if (loss < best.loss) best = { weights: Float64Array.from(weights), loss, epoch };
  }
  return { weights: best.weights, bestEpoch: best.epoch, losses };
}

function requireOptions(
  { epochs, batch, learningRate, patience, gradientNorm }: LstmTrainingOptions,
  rows: number,
) {
  const counts = [epochs, batch, patience, rows];
  if (counts.every((n) => Number.isInteger(n) && n >= 1) && learningRate > 0 && gradientNorm > 0) return;
  throw new BallastError(
    'TRAINING_OPTION',
    `lstm training: got ${epochs} epochs of ${rows} rows in batches of ${batch}, patience ${patience}, rate ${learningRate}, norm ${gradientNorm}, expected all above 0`,
    { metadata: { epochs, batch, rows, patience, learningRate, gradientNorm } },
  );
}
