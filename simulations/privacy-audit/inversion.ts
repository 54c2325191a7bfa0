import { type ExampleSet, pegFeatures, withMirror } from '../../node/features/index.ts';
import { mainPegHead, type StabilityModel } from '../../node/models/index.ts';
import {
  float64Engine,
  type LocalTrainingOptions,
  openHeads,
  trainLocally,
} from '../../node/training/index.ts';
import type { RandomBytes } from '../../protocol/random.ts';

/** Features of either parity; the bias, a public one, is not to be guessed and judges nothing. */
const FEATURES = pegFeatures(24);
const BIAS = FEATURES.findIndex(({ name }) => name === 'bias');
const ODD = FEATURES.flatMap(({ parity }, j) => (parity === 'odd' ? [j] : []));
const EVEN = FEATURES.flatMap(({ parity }, j) => (parity === 'even' && j !== BIAS ? [j] : []));

/**
 * The features of a node's only record, read off its released update: every gradient of a layer is a sum of its
 * inputs, weighted by how each output was wrong, so that what one example adds to the first layer is x ⊗ slopes, of
 * rank one (Phong et al. 2018, section 3; the closed form that Zhu et al. 2019, Deep Leakage from Gradients, search
 * for). Each example is trained on with its mirror image, whose even features are the same and whose odd ones are
 * negative: the layer's even rows and its odd rows are of rank one each, for any number of local steps.
 *
 * @param update of a node with one record; its first tensor is features × outputs, of the linear head or of the
 *   hidden layer.
 * @returns FEATURES.length values: even features up to a scale, with the sign that makes the bias positive; odd ones up
 *   to scale and sign, which tell the record from its mirror image.
 */
export function invertUpdate(update: Float64Array, model: StabilityModel): Float64Array {
  const outputs = mainPegHead(model).model.layout.tensors[0]?.shape[1] ?? 0;
  const found = new Float64Array(FEATURES.length);
  for (const rows of [ODD, [...EVEN, BIAS]]) {
    const direction = leadingDirection(update, rows, outputs);
    for (const [i, j] of rows.entries()) found[j] = direction[i]!;
  }
  if (found[BIAS]! < 0) for (const j of [...EVEN, BIAS]) found[j] = -found[j]!;
  return found;
}

const POWER_STEPS = 200;

/** The leading left singular vector of these rows of a features × outputs matrix: power iteration on A·Aᵀ. */
function leadingDirection(matrix: Float64Array, rows: readonly number[], outputs: number): Float64Array {
  const gram = rows.map((i) =>
    rows.map((j) => {
      let dot = 0;
      for (let q = 0; q < outputs; q++) dot += matrix[i * outputs + q]! * matrix[j * outputs + q]!;
      return dot;
    }),
  );
  const squares = gram.map((row, i) => row[i] ?? 0);
  // The column of the largest row is not orthogonal to what is looked for.
  let vector = Float64Array.from(gram[squares.indexOf(Math.max(...squares))] ?? []);
  for (let step = 0; step < POWER_STEPS; step++) {
    const next = Float64Array.from(gram, (row) => row.reduce((sum, value, j) => sum + value * vector[j]!, 0));
    const norm = Math.sqrt(next.reduce((sum, value) => sum + value * value, 0));
    if (norm === 0) break;
    vector = next.map((value) => value / norm);
  }
  return vector;
}

/**
 * Cosine of a guess with the truth, the guess at its best scale of each parity and its best sign of the odd features,
 * which an inversion cannot know: √(Σ ‖x_p‖²·cos²_p)/‖x‖, even features of the wrong sign counting as nothing. The
 * relative error at the same scales is √(1 − cosine²).
 */
export function inversionCosine(guess: Float64Array, truth: Float64Array): number {
  let [explained, all] = [0, 0];
  for (const [rows, hasSign] of [
    [ODD, false],
    [EVEN, true],
  ] as const) {
    let [dot, own, square] = [0, 0, 0];
    for (const j of rows) {
      dot += guess[j]! * truth[j]!;
      own += guess[j]! * guess[j]!;
      square += truth[j]! * truth[j]!;
    }
    all += square;
    if (own > 0 && !(hasSign && dot < 0)) explained += (dot * dot) / own;
  }
  return all === 0 ? 1 : Math.sqrt(Math.min(1, explained / all));
}

/** What a node with this one record releases after a round, and the mean features of the record's rows. */
export function releaseOneRecord(
  record: ExampleSet,
  { model, weights }: { readonly model: StabilityModel; readonly weights: Float64Array },
  training: LocalTrainingOptions,
  randomBytes: RandomBytes,
): { readonly update: Float64Array; readonly truth: Float64Array } {
  const gradients = openHeads(float64Engine, model, { peg: [withMirror(record)] });
  const update = trainLocally(gradients, weights, training, randomBytes);
  gradients.dispose();
  return { update, truth: meanFeatures(record) };
}

export function meanFeatures({ x, rows, width }: ExampleSet): Float64Array {
  const mean = new Float64Array(width);
  for (let i = 0; i < rows * width; i++) mean[i % width]! += x[i]! / rows;
  return mean;
}
