/** A symmetric law over the integers, as exact as doubles hold it. */
export type IntegerLaw = {
  /** P[X = x] for x = 0 … reach; what lies beyond is below 1e-15 in all. */
  readonly probabilities: Float64Array;
  readonly variance: number;
  /** E[X⁴]. */
  readonly fourthMoment: number;
};

/** P[X = x] ∝ exp(−x²/2σ²). @param variance σ² in squared steps. */
export function discreteGaussianLaw(variance: number): IntegerLaw {
  return lawOf(Math.ceil(9 * Math.sqrt(variance)) + 2, (x) => Math.exp((-x * x) / (2 * variance)));
}

/** P[X = x] ∝ exp(−|x|/scale). @param scale in steps. */
export function discreteLaplaceLaw(scale: number): IntegerLaw {
  return lawOf(Math.ceil(36 * scale) + 2, (x) => Math.exp(-x / scale));
}

function lawOf(reach: number, weight: (x: number) => number): IntegerLaw {
  const probabilities = Float64Array.from({ length: reach + 1 }, (_, x) => weight(x));
  let total = 0;
  let second = 0;
  let fourth = 0;
  // The smallest terms first.
  for (let x = reach; x >= 0; x--) {
    const both = probabilities[x]! * (x === 0 ? 1 : 2);
    total += both;
    second += both * x * x;
    fourth += both * x ** 4;
  }
  for (let x = 0; x <= reach; x++) probabilities[x]! /= total;
  return { probabilities, variance: second / total, fourthMoment: fourth / total };
}
