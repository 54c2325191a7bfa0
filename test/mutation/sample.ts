/** `count` of the items that follow from `seed`, in their order. */
export function sampleOf<T>(items: readonly T[], count: number, seed: number): T[] {
  // A linear congruential generator (Numerical Recipes, 1992, section 7.1) is random enough to pick by.
  let state = seed >>> 0;
  const keyed = items.map((item, i) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return { item, i, key: state };
  });
  return keyed
    .sort((a, b) => a.key - b.key)
    .slice(0, count)
    .sort((a, b) => a.i - b.i)
    .map(({ item }) => item);
}
