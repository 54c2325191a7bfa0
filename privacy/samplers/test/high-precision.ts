import type { Rational } from '../../rational.ts';

/** Digits of the reference: four times those of a table, and more than a convolution's error. */
export const REFERENCE_BITS = 640n;

const ONE = 1n << REFERENCE_BITS;

/** e^{−x} as 1/e^x, by the positive series at x/2^16 (other arithmetic than the samplers'), to within 2^-600. */
export function referenceExp({ numerator, denominator }: Rational): bigint {
  const work = REFERENCE_BITS + 64n;
  const x = (numerator << (work - 16n)) / denominator;
  let term = 1n << work;
  let sum = term;
  for (let k = 1n; term > 0n; k++) {
    term = ((term * x) >> work) / k;
    sum += term;
  }
  for (let i = 0; i < 16; i++) sum = (sum * sum) >> work;
  return (ONE << work) / sum;
}

/** Σ_{|x| ≤ j} of the weights for every j up to the end of what 640 digits can tell from 0. */
export function referenceSums({ numerator: n, denominator: d }: Rational): bigint[] {
  const base = referenceExp({ numerator: d, denominator: 2n * n });
  const square = (base * base) >> REFERENCE_BITS;
  const sums = [ONE];
  let power = base;
  let weight = ONE;
  let sum = ONE;
  for (;;) {
    weight = (weight * power) >> REFERENCE_BITS;
    power = (power * square) >> REFERENCE_BITS;
    if (weight >> 64n === 0n) return sums;
    sum += 2n * weight;
    sums.push(sum);
  }
}

/** The first `bits` digits of F_j. */
export function referenceDigits(sums: readonly bigint[], j: number, bits: bigint): bigint {
  return ((sums[j] ?? 0n) << bits) / (sums[sums.length - 1] ?? 1n);
}
