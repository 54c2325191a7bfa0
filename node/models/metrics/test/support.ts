/** Seeded variates for tests: Lehmer's generator and Box and Muller's transform. */
export function seeded(seed: number): { readonly uniform: () => number; readonly normal: () => number } {
  let state = (seed * 7919) % 2_147_483_647;
  const uniform = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  const normal = () => Math.sqrt(-2 * Math.log(uniform() + 1e-12)) * Math.cos(2 * Math.PI * uniform());
  return { uniform, normal };
}
