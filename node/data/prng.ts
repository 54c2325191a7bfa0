/** A seeded source of floating-point variates for the market generator; never used for keys or for noise. */
export type Prng = {
  /** Uniform in [0, 1) with 53 bits. */
  readonly uniform: () => number;
  /** Uniform in [low, high). */
  readonly between: (low: number, high: number) => number;
  /** Standard normal, by the polar method (Marsaglia and Bray 1964). */
  readonly normal: () => number;
  /** Student t with `degrees` > 2 degrees of freedom, scaled to unit variance. */
  readonly student: (degrees: number) => number;
  /** Pareto with scale `minimum` and tail index `alpha`. */
  readonly pareto: (minimum: number, alpha: number) => number;
};

/**
 * Xoshiro128** (Blackman and Vigna 2018, "Scrambled linear pseudorandom number generators"), its state filled by
 * the finaliser of MurmurHash3 from integer seeds. Different lists of seeds give unrelated streams.
 */
export function createPrng(...seeds: readonly number[]): Prng {
  let hash = 0x9e3779b9;
  for (const seed of seeds) {
    hash = mix(hash ^ mix(Math.floor(seed / 2 ** 32)));
    hash = mix((hash + 0x9e3779b9) ^ mix(seed));
  }
  const next = () => {
    hash = (hash + 0x9e3779b9) | 0;
    return mix(hash);
  };
  let [a, b, c, d] = [next(), next(), next(), next() | 1];

  const word = (): number => {
    const product = Math.imul(b, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    return result;
  };
  const uniform = () => ((word() >>> 5) * 2 ** 26 + (word() >>> 6)) / 2 ** 53;
  const normal = (): number => {
    for (;;) {
      const x = 2 * uniform() - 1;
      const y = 2 * uniform() - 1;
      const s = x * x + y * y;
      if (s > 0 && s < 1) return x * Math.sqrt((-2 * Math.log(s)) / s);
    }
  };
  const student = (degrees: number): number => {
    let chiSquare = 0;
    for (let i = 0; i < degrees; i++) chiSquare += normal() ** 2;
    return normal() * Math.sqrt((degrees - 2) / chiSquare);
  };
  return {
    uniform,
    between: (low, high) => low + (high - low) * uniform(),
    normal,
    student,
    pareto: (minimum, alpha) => minimum * (1 - uniform()) ** (-1 / alpha),
  };
}

function mix(x: number): number {
  let h = x | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
