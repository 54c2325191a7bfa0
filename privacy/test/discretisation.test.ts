import { expect } from 'chai';
import { gaussianDelta } from '../accountants/gaussian-curve.ts';
import { SMOOTHING_VARIANCE } from '../discretisation.ts';

/**
 * δ(ε) of the discrete Gaussian itself, straight from the definition Σ max(0, P(y) − exp(ε)·Q(y)), for an
 * integer shift in one or two dimensions.
 */
function discreteDelta(epsilon: number, shift: readonly number[], sigma2: number): number {
  const reach = Math.ceil(12 * Math.sqrt(sigma2)) + Math.max(...shift);
  const axis = Array.from({ length: 2 * reach + 1 }, (_, i) => i - reach);
  const weights = axis.map((y) => Math.exp((-y * y) / (2 * sigma2)));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const norm2 = shift.reduce((sum, x) => sum + x * x, 0);
  const [dx = 0, dy] = shift;
  let delta = 0;
  axis.forEach((x, i) => {
    for (const [j, y] of dy === undefined ? [[0, 0] as const] : axis.entries()) {
      const p = ((weights[i] ?? 0) * (dy === undefined ? 1 : (weights[j] ?? 0) / total)) / total;
      // ln P/Q at noise (x, y) = (‖shift‖² − 2⟨shift, noise⟩)/2σ², up to the sign of the noise.
      const loss = (norm2 + 2 * (dx * x + (dy ?? 0) * y)) / (2 * sigma2);
      if (loss > epsilon) delta += p * -Math.expm1(epsilon - loss);
    }
  });
  return delta;
}

const SHIFTS: readonly (readonly number[])[] = [[1], [2], [5], [9], [3, 4], [1, 1], [7, 2]];

describe('discretisation', () => {
  it('bounds the discrete Gaussian by the continuous one of variance σ² − 5', () => {
    let tightest = Number.POSITIVE_INFINITY;
    for (const sigma2 of [30, 64, 150]) {
      for (const shift of SHIFTS) {
        const mu = Math.hypot(...shift) / Math.sqrt(sigma2 - Number(SMOOTHING_VARIANCE));
        for (let epsilon = 0; epsilon <= 6; epsilon += 0.07) {
          const discrete = discreteDelta(epsilon, shift, sigma2);
          const bound = gaussianDelta(epsilon, mu);
          if (discrete < 1e-14) continue;
          expect(bound, `σ² ${sigma2}, shift ${shift}, ε ${epsilon}`).to.be.above(discrete * (1 - 1e-9));
          tightest = Math.min(tightest, bound / discrete);
        }
      }
    }
    // Not an empty bound: it comes within 2 % even on these coarse grids.
    expect(tightest).to.be.below(1.02);
  });

  it('is needed: with the same σ² the discrete Gaussian leaks more at some ε', () => {
    const sigma2 = 30;
    let worst = 0;
    for (let epsilon = 0; epsilon <= 6; epsilon += 0.01) {
      worst = Math.max(
        worst,
        discreteDelta(epsilon, [9], sigma2) / gaussianDelta(epsilon, 9 / Math.sqrt(sigma2)),
      );
    }
    expect(worst).to.be.above(1);
  });

  it('keeps the smoothing error below 3e-43 a coordinate', () => {
    expect(2 * Math.exp(-2 * Math.PI ** 2 * Number(SMOOTHING_VARIANCE)) * 1.001).to.be.below(3e-43);
  });
});
