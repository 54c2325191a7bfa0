import { BallastError } from '../../protocol/errors.ts';

export type AdamOptions = {
  /** How many steps in all: fixed before, whatever the loss does. */
  readonly steps: number;
  /** Rows of a step, without replacement until all have been taken. */
  readonly batch: number;
  /** At the first step; it falls to 0 along a cosine. */
  readonly learningRate: number;
  /** Share by which each step shrinks the weights, times its rate (Loshchilov and Hutter 2019); 0 where left out. */
  readonly decay?: number;
};

/** Mean gradient over some rows; valid until the next call. */
export type BatchGradient = (weights: Float64Array, rows: Uint32Array) => Float64Array;

/**
 * Weights after a fixed number of steps of Adam (Kingma and Ba 2015, Algorithm 1; β 0.9 and 0.999) over shuffled batches.
 * Nothing is clipped by record and nothing noised: what comes out stays on the node, or was trained on public rows.
 *
 * @param rows how many there are.
 * @param uniform in [0, 1), seeded: equal ones give equal bits.
 * @throws BallastError `TRAINING_OPTION`.
 */
export function minimiseByAdam(
  gradientOf: BatchGradient,
  start: Float64Array,
  rows: number,
  { steps, batch, learningRate, decay = 0 }: AdamOptions,
  uniform: () => number,
): Float64Array {
  if (
    !(
      Number.isInteger(steps) &&
      steps >= 1 &&
      Number.isInteger(batch) &&
      batch >= 1 &&
      rows >= 1 &&
      learningRate > 0
    )
  ) {
    throw new BallastError(
      'TRAINING_OPTION',
      `adam: got ${steps} steps of ${batch} of ${rows} rows at ${learningRate}, expected all above 0`,
      { metadata: { steps, batch, rows, learningRate } },
    );
  }
  const weights = Float64Array.from(start);
  const first = new Float64Array(weights.length);
  const second = new Float64Array(weights.length);
  const order = Uint32Array.from({ length: rows }, (_, i) => i);
  let next = rows;
  for (let step = 1; step <= steps; step++) {
    if (next >= rows) {
      shuffle(order, uniform);
      next = 0;
    }
    const gradient = gradientOf(weights, order.subarray(next, Math.min(rows, next + batch)));
    next += batch;
    const rate = (learningRate * (1 + Math.cos((Math.PI * step) / steps))) / 2;
    const [unbias, unbiasSquare] = [1 - 0.9 ** step, 1 - 0.999 ** step];
    for (let j = 0; j < weights.length; j++) {
      const g = gradient[j]!;
      first[j]! += 0.1 * (g - first[j]!);
      second[j]! += 0.001 * (g * g - second[j]!);
      const move = first[j]! / unbias / (Math.sqrt(second[j]! / unbiasSquare) + 1e-8);
      weights[j]! -= rate * (move + decay * weights[j]!);
    }
  }
  return weights;
}

/** Fisher and Yates. */
function shuffle(order: Uint32Array, uniform: () => number): void {
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(uniform() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
}
