import { UNIT_ROUNDOFF } from '../../roundoff.ts';

/**
 * Error of a transform a stage, in units of roundoff, relative to Σ|xⱼ| for each output of the forward transform and
 * to ‖x‖₂ for the whole of either: a complex product costs √5, its twiddle √2, a sum 1 (Brisebarre, Joldes, Muller,
 * Naneş and Picot 2020, section 4), rounded up.
 */
const STAGE_ERROR = 8;

/** Relative error of {@link RealFourier} on `size` points, in the two senses that `STAGE_ERROR` names. */
export function fourierError(size: number): number {
  return STAGE_ERROR * (Math.log2(size) + 2) * UNIT_ROUNDOFF;
}

/**
 * The discrete Fourier transform of real vectors of one length, a power of two: half-size complex transform
 * (Cooley and Tukey 1965, decimation in time, two stages in one pass) with the even entries as real parts.
 *
 * Spectra are the bins 0 to size/2, in two arrays of size/2 + 1; the others are their conjugates.
 */
export class RealFourier {
  readonly size: number;
  readonly #half: number;
  readonly #cosines: Float64Array;
  readonly #sines: Float64Array;
  readonly #reversed: Uint32Array;

  /** @param size a power of two from 4 to 2^26. */
  constructor(size: number) {
    if (!(size >= 4 && size <= 2 ** 26) || (size & (size - 1)) !== 0) {
      throw new RangeError(`RealFourier: got ${size}, expected a power of two from 4 to 2^26`);
    }
    this.size = size;
    this.#half = size / 2;
    [this.#cosines, this.#sines] = twiddles(size);
    this.#reversed = bitReversal(this.#half);
  }

  /** Xₖ = Σⱼ xⱼ·exp(−2πijk/size) for k = 0 to size/2. */
  forward(signal: Float64Array, re: Float64Array, im: Float64Array): void {
    const half = this.#half;
    const cosines = this.#cosines;
    const sines = this.#sines;
    const reversed = this.#reversed;
    for (let k = 0; k < half; k++) {
      const from = 2 * reversed[k]!;
      re[k] = signal[from]!;
      im[k] = signal[from + 1]!;
    }
    this.#transform(re, im);
    const r0 = re[0]!;
    const i0 = im[0]!;
    re[0] = r0 + i0;
    im[0] = 0;
    re[half] = r0 - i0;
    im[half] = 0;
    for (let k = 1; k <= half - k; k++) {
      const m = half - k;
      const c = cosines[k]!;
      const s = sines[k]!;
      const evenR = (re[k]! + re[m]!) / 2;
      const evenI = (im[k]! - im[m]!) / 2;
      const oddR = (im[k]! + im[m]!) / 2;
      const oddI = (re[m]! - re[k]!) / 2;
      // exp(−iφ)·odd
      const turnedR = c * oddR + s * oddI;
      const turnedI = c * oddI - s * oddR;
      re[k] = evenR + turnedR;
      im[k] = evenI + turnedI;
      re[m] = evenR - turnedR;
      im[m] = turnedI - evenI;
    }
  }

  /** The real vector whose spectrum this is. Overwrites `re` and `im`. */
  inverse(re: Float64Array, im: Float64Array, signal: Float64Array): void {
    const half = this.#half;
    const cosines = this.#cosines;
    const sines = this.#sines;
    const reversed = this.#reversed;
    const r0 = re[0]!;
    const rHalf = re[half]!;
    re[0] = (r0 + rHalf) / 2;
    im[0] = (r0 - rHalf) / 2;
    for (let k = 1; k <= half - k; k++) {
      const m = half - k;
      const c = cosines[k]!;
      const s = sines[k]!;
      const evenR = (re[k]! + re[m]!) / 2;
      const evenI = (im[k]! - im[m]!) / 2;
      const differenceR = (re[k]! - re[m]!) / 2;
      const differenceI = (im[k]! + im[m]!) / 2;
      // exp(iφ)·difference
      const oddR = c * differenceR - s * differenceI;
      const oddI = c * differenceI + s * differenceR;
      re[k] = evenR - oddI;
      im[k] = evenI + oddR;
      re[m] = evenR + oddI;
      im[m] = oddR - evenI;
    }
    for (let k = 0; k < half; k++) {
      const other = reversed[k]!;
      if (other <= k) continue;
      const r = re[k]!;
      const i = im[k]!;
      re[k] = re[other]!;
      im[k] = im[other]!;
      re[other] = r;
      im[other] = i;
    }
    // Exchanging real and imaginary parts on both sides turns the transform round.
    this.#transform(im, re);
    const scale = 1 / half;
    for (let k = 0; k < half; k++) {
      signal[2 * k] = re[k]! * scale;
      signal[2 * k + 1] = im[k]! * scale;
    }
  }

  /** The complex transform of `half` points that lie in bit-reversed order. */
  #transform(re: Float64Array, im: Float64Array): void {
    const half = this.#half;
    let quarter = 1;
    if (Math.log2(half) % 2 === 1) {
      for (let a = 0; a < half; a += 2) {
        const r = re[a + 1]!;
        const i = im[a + 1]!;
        re[a + 1] = re[a]! - r;
        im[a + 1] = im[a]! - i;
        re[a] = re[a]! + r;
        im[a] = im[a]! + i;
      }
      quarter = 2;
    }
    for (; quarter < half; quarter *= 4) this.#twoStages(re, im, quarter);
  }

  /** Joins transforms of `quarter` points by fours. */
  #twoStages(re: Float64Array, im: Float64Array, quarter: number): void {
    const half = this.#half;
    const cosines = this.#cosines;
    const sines = this.#sines;
    const stride = this.size / (4 * quarter);
    for (let block = 0; block < half; block += 4 * quarter) {
      for (let j = 0; j < quarter; j++) {
        const a0 = block + j;
        const a1 = a0 + quarter;
        const a2 = a1 + quarter;
        const a3 = a2 + quarter;
        const c2 = cosines[j * stride]!;
        const s2 = sines[j * stride]!;
        const c1 = cosines[2 * j * stride]!;
        const s1 = sines[2 * j * stride]!;
        const w1r = c1 * re[a1]! + s1 * im[a1]!;
        const w1i = c1 * im[a1]! - s1 * re[a1]!;
        const w3r = c1 * re[a3]! + s1 * im[a3]!;
        const w3i = c1 * im[a3]! - s1 * re[a3]!;
        const b0r = re[a0]! + w1r;
        const b0i = im[a0]! + w1i;
        const b1r = re[a0]! - w1r;
        const b1i = im[a0]! - w1i;
        const b2r = re[a2]! + w3r;
        const b2i = im[a2]! + w3i;
        const b3r = re[a2]! - w3r;
        const b3i = im[a2]! - w3i;
        const t2r = c2 * b2r + s2 * b2i;
        const t2i = c2 * b2i - s2 * b2r;
        const t3r = c2 * b3r + s2 * b3i;
        const t3i = c2 * b3i - s2 * b3r;
        re[a0] = b0r + t2r;
        im[a0] = b0i + t2i;
        re[a2] = b0r - t2r;
        im[a2] = b0i - t2i;
        re[a1] = b1r + t3i;
        im[a1] = b1i - t3r;
        re[a3] = b1r - t3i;
        im[a3] = b1i + t3r;
      }
    }
  }
}

/** cos and sin of 2πk/size for k < size/2, each from an angle of at most π/4. */
function twiddles(size: number): [Float64Array, Float64Array] {
  const half = size / 2;
  const cosines = new Float64Array(half);
  const sines = new Float64Array(half);
  const quarter = half / 2;
  for (let k = 0; k <= quarter; k++) {
    const inner = Math.min(k, quarter - k);
    const angle = (2 * Math.PI * inner) / size;
    const [near, far] = [Math.cos(angle), Math.sin(angle)];
    cosines[k] = inner === k ? near : far;
    sines[k] = inner === k ? far : near;
    if (k > 0 && k < quarter) {
      cosines[half - k] = -(cosines[k] ?? 0);
      sines[half - k] = sines[k] ?? 0;
    }
  }
  return [cosines, sines];
}

function bitReversal(size: number): Uint32Array {
  const reversed = new Uint32Array(size);
  for (let k = 1; k < size; k++) reversed[k] = (reversed[k >> 1]! >> 1) | (k & 1 ? size >> 1 : 0);
  return reversed;
}
