import { l2Norm } from '../../privacy/index.ts';
import { BallastError } from '../../protocol/errors.ts';
import type { RecordGradients } from './engine.ts';

/**
 * The clip norm C of records by a rule that reads public rows alone: the `quantile` of the norms that the public
 * reference's records have at the weights that these records lead to, in `steps` full-batch steps without any bound.
 *
 * It costs no privacy, and nobody chooses it by hand: whoever has the public rows finds the same number. The median is
 * the quantile that clipping adapts to in Andrew et al., Differentially Private Learning with Adaptive Clipping, 2021,
 * section 3. At weights of zero, as a first round has them, gradients are larger and say less: all point the same way.
 *
 * @param gradients of the public reference's records; left open.
 * @param start weights to begin with.
 * @throws BallastError `VECTOR_NOT_FINITE`; `CLIP_NORM_RULE` for no records, options out of range, or a norm that is not above 0: half of the
 *   records that say nothing are no reference.
 */
export function publicClipNorm(
  gradients: RecordGradients,
  start: Float64Array,
  { quantile = 0.5, steps, learningRate }: PublicClipNormOptions,
): number {
  if (!(quantile >= 0 && quantile <= 1)) throw refused('quantile', quantile, '0 to 1');
  if (!(Number.isInteger(steps) && steps >= 0)) throw refused('steps', steps, 'a whole number from 0');
  if (!(learningRate > 0 && Number.isFinite(learningRate)))
    throw refused('learningRate', learningRate, 'more than 0');
  const size = start.length;
  const weights = Float64Array.from(start);
  for (let step = 0; step < steps; step++) {
    const rows = gradients.perRecord(weights);
    const scale = (learningRate * size) / rows.length;
    for (let i = 0; i < rows.length; i++) weights[i % size]! -= scale * rows[i]!;
  }
  const rows = gradients.perRecord(weights);
  if (rows.length === 0) throw refused('records', 0, 'at least 1');
  const norms = Float64Array.from({ length: rows.length / size }, (_, r) =>
    l2Norm(rows.subarray(r * size, (r + 1) * size)),
  ).sort();
  const norm = norms[Math.floor(quantile * (norms.length - 1))]!;
  if (!(norm > 0 && Number.isFinite(norm))) throw refused('norm', norm, 'above 0');
  return norm;
}

export type PublicClipNormOptions = {
  /** Share of the records whose norm is to be at most C; the median where left out. */
  readonly quantile?: number;
  /** Full-batch steps of training on the public rows. */
  readonly steps: number;
  readonly learningRate: number;
};

function refused(name: string, value: number, expected: string): BallastError {
  return new BallastError('CLIP_NORM_RULE', `clip norm: ${name}: got ${value}, expected ${expected}`, {
    metadata: { name, value },
  });
}
