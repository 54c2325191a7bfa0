import type { ExampleSet } from '../../node/features/index.ts';
import {
  mainPegHead,
  pinball,
  predictScaled,
  QUANTILE_LEVELS,
  type StabilityModel,
  weightsOfHead,
} from '../../node/models/index.ts';

/** Mean pinball loss of the peg's longest horizon over each record's rows, in scales, summed over the quantile levels. */
export function recordLosses(
  model: StabilityModel,
  weights: Float64Array,
  { x, y, recordStart, records }: ExampleSet,
): Float64Array {
  const peg = mainPegHead(model);
  const f = predictScaled(peg.model, weightsOfHead(model, peg, weights), x);
  return Float64Array.from({ length: records }, (_, r) => {
    const [from, to] = [recordStart[r]!, recordStart[r + 1]!];
    let sum = 0;
    for (let i = from; i < to; i++) {
      for (const [q, level] of QUANTILE_LEVELS.entries()) {
        sum += pinball(level, f[i * QUANTILE_LEVELS.length + q]!, y[i]!);
      }
    }
    return sum / (to - from);
  });
}
