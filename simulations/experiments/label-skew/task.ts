import { createPrng, type Prng } from '../../../node/data/index.ts';
import type { RecordGradients } from '../../../node/training/index.ts';

/** One node's examples, each a record of its own. */
export type Examples = {
  /** records × {@link INPUTS}, row-major; the last input is 1. */
  readonly x: Float64Array;
  readonly label: Int32Array;
};

export type LabelSkewOptions = {
  readonly nodes: number;
  /** Examples of each node. */
  readonly records: number;
  /** Of the Dirichlet distribution that a node's label shares are drawn from: the smaller, the fewer labels it has. */
  readonly alpha: number;
  readonly seed: number;
};

const CLASSES = 5;
const INPUTS = 4;
/** Weight decay, so that there is one optimum. */
const DECAY = 0.01;
/** Standard deviation of an example around its label's centre: labels overlap. */
const SPREAD = 0.7;

/** Number of weights of the softmax regression: classes × inputs, row-major. */
export const LABEL_SKEW_SIZE = CLASSES * INPUTS;

/**
 * Classification with a label skew: each label has a centre that all nodes share, each node a mixture of labels of its
 * own, drawn from Dirichlet(α) as in Hsu, Qi and Brown, 2019. At α = 0.1 most nodes have one or two labels.
 */
export function labelSkew({ nodes, records, alpha, seed }: LabelSkewOptions): Examples[] {
  const prng = createPrng(seed, 0x51ce);
  const centres = Array.from({ length: CLASSES }, () =>
    Array.from({ length: INPUTS - 1 }, () => prng.normal()),
  );
  return Array.from({ length: nodes }, () => {
    const shares = dirichlet(prng, alpha);
    const label = Int32Array.from({ length: records }, () => drawn(prng, shares));
    const x = Float64Array.from({ length: records * INPUTS }, (_, at) => {
      const centre = centres[label[Math.floor(at / INPUTS)]!]?.[at % INPUTS];
      return centre === undefined ? 1 : centre + SPREAD * prng.normal();
    });
    return { x, label };
  });
}

/** Gradients of cross-entropy plus (decay/2)·‖w‖², by record. */
export function labelSkewGradients({ x, label }: Examples): RecordGradients {
  const rows = new Float64Array(label.length * LABEL_SKEW_SIZE);
  return {
    perRecord: (weights) => {
      for (const [r, own] of label.entries()) {
        const p = softmax(weights, x, r);
        for (let c = 0; c < CLASSES; c++) {
          const error = p[c]! - (c === own ? 1 : 0);
          for (let k = 0; k < INPUTS; k++) {
            const j = c * INPUTS + k;
            rows[r * LABEL_SKEW_SIZE + j] = error * x[r * INPUTS + k]! + DECAY * weights[j]!;
          }
        }
      }
      return rows;
    },
    dispose: () => {},
  };
}

/** The mean loss over all examples of all nodes, decay included. */
export function labelSkewLoss(all: readonly Examples[], weights: Float64Array): number {
  let sum = 0;
  let records = 0;
  for (const { x, label } of all) {
    for (const [r, own] of label.entries()) sum -= Math.log(softmax(weights, x, r)[own]!);
    records += label.length;
  }
  return sum / records + (DECAY / 2) * weights.reduce((square, w) => square + w * w, 0);
}

function softmax(weights: Float64Array, x: Float64Array, record: number): Float64Array {
  const p = new Float64Array(CLASSES);
  let total = 0;
  for (let c = 0; c < CLASSES; c++) {
    let logit = 0;
    for (let k = 0; k < INPUTS; k++) logit += weights[c * INPUTS + k]! * x[record * INPUTS + k]!;
    p[c] = Math.exp(logit);
    total += p[c]!;
  }
  for (let c = 0; c < CLASSES; c++) p[c] = p[c]! / total;
  return p;
}

function dirichlet(prng: Prng, alpha: number): number[] {
  const draws = Array.from({ length: CLASSES }, () => gamma(prng, alpha));
  const total = draws.reduce((sum, draw) => sum + draw, 0);
  return draws.map((draw) => draw / total);
}

/** Gamma(shape, 1) for shape < 1 as Gamma(shape + 1)·U^(1/shape) (Marsaglia and Tsang, 2000). */
function gamma(prng: Prng, shape: number): number {
  if (shape < 1) return gamma(prng, shape + 1) * prng.uniform() ** (1 / shape);
  const d = shape - 1 / 3;
  for (;;) {
    const z = prng.normal();
    const v = (1 + z / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && Math.log(prng.uniform()) < (z * z) / 2 + d - d * v + d * Math.log(v)) return d * v;
  }
}

function drawn(prng: Prng, shares: readonly number[]): number {
  let left = prng.uniform();
  const at = shares.findIndex((share) => {
    left -= share;
    return left < 0;
  });
  return at === -1 ? shares.length - 1 : at;
}
