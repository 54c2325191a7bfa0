import { createPrng } from '../../data/index.ts';

/** Seeded draws: uniform in [0, 1), and about normal. */
export function draws(seed: number) {
  const { uniform } = createPrng(seed);
  const normal = () => {
    let sum = -6;
    for (let k = 0; k < 12; k++) sum += uniform();
    return sum;
  };
  return { uniform, normal };
}
