export type Minimum = {
  readonly at: readonly number[];
  readonly value: number;
  readonly evaluations: number;
};

/**
 * Least value of a smooth function of few variables by the simplex of Nelder and Mead (1965), with the usual
 * coefficients. No randomness: the same start gives the same answer.
 *
 * @param step first length of the simplex's edges.
 * @param tolerance ends when the simplex's values are this close, relative to the least, or after `most` evaluations.
 */
export function minimise(
  target: (at: readonly number[]) => number,
  start: readonly number[],
  {
    step = 0.5,
    tolerance = 1e-10,
    most = 2_000,
  }: { readonly step?: number; readonly tolerance?: number; readonly most?: number } = {},
): Minimum {
  let evaluations = 0;
  const measure = (at: readonly number[]) => {
    evaluations++;
    const value = target(at);
    return { at, value: Number.isNaN(value) ? Number.POSITIVE_INFINITY : value };
  };
  let simplex = [start, ...start.map((_, j) => start.map((v, k) => (k === j ? v + step : v)))].map(measure);
  for (;;) {
    simplex.sort((a, b) => a.value - b.value);
    const [best] = simplex;
    const worst = simplex.at(-1);
    const second = simplex.at(-2);
    if (best === undefined || worst === undefined || second === undefined) {
      return { at: start, value: target(start), evaluations };
    }
    const spread = worst.value - best.value;
    if (!(spread > tolerance * (Math.abs(best.value) + tolerance)) || evaluations >= most) {
      return { ...best, evaluations };
    }
    const rest = simplex.slice(0, -1);
    const centre = start.map((_, j) => rest.reduce((sum, { at }) => sum + (at[j] ?? 0), 0) / rest.length);
    const along = (share: number) => centre.map((c, j) => c + share * ((worst.at[j] ?? 0) - c));
    const reflected = measure(along(-1));
    if (reflected.value < best.value) {
      const expanded = measure(along(-2));
      simplex = [...rest, expanded.value < reflected.value ? expanded : reflected];
    } else if (reflected.value < second.value) simplex = [...rest, reflected];
    else {
      const contracted = measure(along(reflected.value < worst.value ? -0.5 : 0.5));
      if (contracted.value < Math.min(reflected.value, worst.value)) simplex = [...rest, contracted];
      else {
        const shrunk = simplex.slice(1).map(({ at }) => at.map((v, j) => (v + (best.at[j] ?? 0)) / 2));
        simplex = [best, ...shrunk.map(measure)];
      }
    }
  }
}
