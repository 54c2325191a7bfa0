/** Uniform and normal variates for tests of this folder, which imports nothing that has a generator. */
export function createPrng(seed: number): { readonly uniform: () => number; readonly normal: () => number } {
  // Lehmer, with the multiplier of Park and Miller (1993); a few steps part seeds that lie near each other.
  let state = 1 + (Math.abs(Math.trunc(seed)) % 2_147_483_646);
  const uniform = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  for (let i = 0; i < 8; i++) uniform();
  const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  return { uniform, normal };
}
