import { solveLinear } from './linear-system.ts';

const STEPS = 40;
/** Where events are few and the ridge is weak a full step may overshoot, and never come back. */
const MOST_STEP = 1;

/**
 * Logistic regression with ridge: the least of mean log loss + ridge/2 · ‖w‖², the first weight (of a constant) free.
 * Newton's method; deterministic.
 *
 * @param x rows × width, row-major, its first column the constant.
 * @param event 1 or 0 by row.
 */
export function fitShrunkLogistic(
  x: Float64Array,
  width: number,
  event: Uint8Array,
  ridge: number,
): readonly number[] {
  const rows = event.length;
  const share = Math.min(1 - 1e-6, Math.max(1e-6, event.reduce((sum, hit) => sum + hit, 0) / rows));
  const weights = new Array<number>(width).fill(0);
  weights[0] = Math.log(share / (1 - share));
  for (let step = 0; step < STEPS; step++) {
    const system = weights.map((weight, a) => {
      const row = new Array<number>(width + 1).fill(0);
      const shrink = a === 0 ? 1e-9 : ridge;
      row[a] = shrink * rows;
      row[width] = shrink * rows * weight;
      return row;
    });
    for (let i = 0; i < rows; i++) {
      const from = i * width;
      let logit = 0;
      for (let j = 0; j < width; j++) logit += weights[j]! * x[from + j]!;
      const p = 1 / (1 + Math.exp(-logit));
      const [slope, curvature] = [p - event[i]!, p * (1 - p)];
      for (let a = 0; a < width; a++) {
        const row = system[a]!;
        const value = x[from + a]!;
        row[width]! += slope * value;
        for (let b = 0; b < width; b++) row[b]! += curvature * value * x[from + b]!;
      }
    }
    const change = solveLinear(system);
    const largest = change.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const scale = largest > MOST_STEP ? MOST_STEP / largest : 1;
    for (let j = 0; j < width; j++) weights[j]! -= scale * change[j]!;
    if (change.reduce((sum, value) => sum + Math.abs(value), 0) < 1e-9) break;
  }
  return weights;
}
