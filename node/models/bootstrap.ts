import { BallastError } from '../../protocol/errors.ts';

/** A skill and the interval that resampling gives it. */
export type SkillInterval = { readonly skill: number; readonly low: number; readonly high: number };

export type BootstrapOptions = {
  /** Rows that stay together; hourly losses of 24-hour labels depend on each other over days. */
  readonly blockLength: number;
  readonly resamples: number;
  /** Nominal coverage, such as 0.95. */
  readonly level: number;
  /** Uniform in [0, 1); seeded, so that a report can be repeated. */
  readonly uniform: () => number;
};

/**
 * Skill 1 − Σ loss / Σ baseline loss with a percentile interval from the moving-block bootstrap (Künsch 1989): blocks of
 * consecutive rows are drawn with replacement and laid end to end, the same rows for both losses, so that what moves
 * them together moves neither.
 *
 * @param loss of each row in time order; `baseline` of the same rows.
 * @throws BallastError `BOOTSTRAP_INPUT` for no rows, unequal lengths or a block longer than the rows.
 */
export function bootstrapSkill(
  loss: Float64Array,
  baseline: Float64Array,
  { blockLength, resamples, level, uniform }: BootstrapOptions,
): SkillInterval {
  const rows = loss.length;
  if (rows === 0 || baseline.length !== rows || !(blockLength >= 1 && blockLength <= rows)) {
    throw new BallastError(
      'BOOTSTRAP_INPUT',
      `bootstrap: got ${rows} and ${baseline.length} losses and blocks of ${blockLength}, expected as many of both and shorter blocks`,
      { metadata: { rows, baseline: baseline.length, blockLength } },
    );
  }
  const own = prefixSums(loss);
  const other = prefixSums(baseline);
  const skills = new Float64Array(resamples);
  for (let k = 0; k < resamples; k++) {
    let [sum, against] = [0, 0];
    for (let left = rows; left > 0; left -= blockLength) {
      const length = Math.min(blockLength, left);
      const start = Math.floor(uniform() * (rows - blockLength + 1));
      sum += own[start + length]! - own[start]!;
      against += other[start + length]! - other[start]!;
    }
    skills[k] = 1 - sum / against;
  }
  skills.sort();
  const at = (share: number) => skills[Math.min(resamples - 1, Math.floor(share * resamples))]!;
  const tail = (1 - level) / 2;
  return { skill: 1 - own[rows]! / other[rows]!, low: at(tail), high: at(1 - tail) };
}

function prefixSums(values: Float64Array): Float64Array {
  const sums = new Float64Array(values.length + 1);
  for (let i = 0; i < values.length; i++) sums[i + 1] = sums[i]! + values[i]!;
  return sums;
}
