/** Seeded draws: uniform in [0, 1), and about normal (Lehmer's generator of 1951, with Park and Miller's multiplier). */
export function draws(seed: number) {
  let state = 1 + ((seed * 7_919) % 2_147_483_646);
  const uniform = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  const normal = () => {
    let sum = -6;
    for (let k = 0; k < 12; k++) sum += uniform();
    return sum;
  };
  return { uniform, normal };
}
