import { UNIT_ROUNDOFF } from '../../roundoff.ts';
import type { ComposedPart } from './cumulant.ts';
import { fourierError, RealFourier } from './fft.ts';
import { MAX_EXPONENT } from './loss-pair.ts';

/** Tilted masses of the composed loss on a stretch of the grid. */
export type TiltedComposition = {
  readonly masses: Float64Array;
  /** A bound on the L2 norm of the masses' error by the Fourier transforms. */
  readonly error: number;
  /** ln of what the tilted masses were divided by: Σ times·K(θ). */
  readonly logScale: number;
  /** A relative error of the true masses by rounding in the tilt. */
  readonly relativeError: number;
};

/** Roundoff of a complex product, √5, and of the table it stands in, as a power's share of each factor. */
const PRODUCT_ERROR = 6;

/** More than powers that were taken for 0 add up to. */
const NEGLIGIBLE = 1e-100;

/**
 * The masses of a sum of independent losses, each weighed by exp(θ·loss) (Keich 2005: without the tilt the rounding
 * of the transform would drown a small δ). They are folded round `size` grid points from index `first` on: what lies
 * outside comes in on the other side, which a caller bounds beforehand.
 *
 * A computed bin t̂ with error η becomes t̂ⁿ with error at most n·η·(|t̂| + η)ⁿ⁻¹; η is the transform's forward error,
 * for which the tilted masses sum to 1. The error bound gathers this over all bins and adds the way back.
 *
 * @param cumulants K(θ) of each part.
 * @param size a power of two.
 */
export function convolveTilted(
  parts: readonly ComposedPart[],
  theta: number,
  cumulants: readonly number[],
  first: number,
  size: number,
): TiltedComposition {
  const fourier = new RealFourier(size);
  const bins = size / 2 + 1;
  const forwardError = 1.01 * fourierError(size);
  const folded = new Float64Array(size);
  const [re, im] = [new Float64Array(bins), new Float64Array(bins)];
  const productRe = new Float64Array(bins).fill(1);
  const productIm = new Float64Array(bins);
  // ln Π(|t̂| + η)ⁿ and Σ n·η/(|t̂| + η)
  const logSize = new Float64Array(bins);
  const relative = new Float64Array(bins);
  let logScale = 0;
  let relativeError = 0;
  parts.forEach(({ distribution, times }, index) => {
    const k = cumulants[index] ?? 0;
    const steepest = foldTilted(distribution, theta, k, folded);
    logScale += times * k;
    relativeError += times * UNIT_ROUNDOFF * (8 + 4 * steepest + 4 * Math.abs(k));
    fourier.forward(folded, re, im);
    for (let bin = 0; bin < bins; bin++) {
      const r = re[bin]!;
      const i = im[bin]!;
      const modulus = Math.sqrt(r * r + i * i);
      const withError = modulus + forwardError;
      logSize[bin]! += times * Math.log(withError);
      relative[bin]! += times * (forwardError / withError + PRODUCT_ERROR * UNIT_ROUNDOFF);
      multiplyPower(productRe, productIm, bin, r, i, times);
    }
  });
  let errors = 0;
  let squares = 0;
  for (let bin = 0; bin < bins; bin++) {
    const weight = bin === 0 || bin === bins - 1 ? 1 : 2;
    const bound = Math.exp(Math.min(0, logSize[bin]!) + Math.min(1, relative[bin]!));
    const error = bound * Math.min(2, relative[bin]!);
    errors += weight * error * error;
    squares += weight * (productRe[bin]! * productRe[bin]! + productIm[bin]! * productIm[bin]!);
  }
  fourier.inverse(productRe, productIm, folded);
  const error =
    NEGLIGIBLE + (Math.sqrt(errors) + 1.01 * fourierError(size) * Math.sqrt(squares)) / Math.sqrt(size);
  return { masses: rotated(folded, first), error, logScale, relativeError };
}

/** Multiplies a bin of the product by (r + i·√−1)^times, by squaring. */
function multiplyPower(
  productRe: Float64Array,
  productIm: Float64Array,
  bin: number,
  r: number,
  i: number,
  times: number,
): void {
  let baseR = r;
  let baseI = i;
  let powerR = productRe[bin]!;
  let powerI = productIm[bin]!;
  for (let left = times; left > 0; ) {
    if (left % 2 === 1) {
      const t = powerR * baseR - powerI * baseI;
      powerI = powerR * baseI + powerI * baseR;
      powerR = t;
    }
    left = Math.floor(left / 2);
    if (left === 0 || (powerR === 0 && powerI === 0)) break;
    const t = baseR * baseR - baseI * baseI;
    baseI = 2 * baseR * baseI;
    baseR = t;
    // The rest of the power has left the doubles.
    if (baseR * baseR + baseI * baseI < 1e-280) {
      powerR = 0;
      powerI = 0;
      break;
    }
  }
  productRe[bin] = powerR;
  productIm[bin] = powerI;
}

/** mass·exp(θ·loss − K) of each grid point, onto its index modulo the size. Returns the largest |θ·loss|. */
function foldTilted(
  { masses, first, interval }: ComposedPart['distribution'],
  theta: number,
  k: number,
  folded: Float64Array,
): number {
  folded.fill(0);
  const size = folded.length;
  let place = modulo(first, size);
  for (let j = 0; j < masses.length; j++) {
    const mass = masses[j]!;
    if (mass > 0) folded[place]! += tilted(mass, theta * (first + j) * interval - k);
    place = place + 1 === size ? 0 : place + 1;
  }
  return Math.abs(theta * interval) * Math.max(Math.abs(first), Math.abs(first + masses.length - 1));
}

/** mass·exp(exponent), which is 1 at most where the exponential alone may overflow. */
function tilted(mass: number, exponent: number): number {
  return exponent > MAX_EXPONENT ? Math.exp(Math.log(mass) + exponent) : mass * Math.exp(exponent);
}

function rotated(folded: Float64Array, first: number): Float64Array {
  const start = modulo(first, folded.length);
  const result = new Float64Array(folded.length);
  result.set(folded.subarray(start));
  result.set(folded.subarray(0, start), folded.length - start);
  return result;
}

function modulo(index: number, size: number): number {
  return ((index % size) + size) % size;
}
