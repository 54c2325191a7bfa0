/** Numbers that follow from one seed: a case of a law is the seed it was drawn from. */
export type Draw = {
  /** A whole number, `from` … `to`. */
  readonly int: (from: number, to: number) => number;
  /** 0 ≤ x < 1, with 32 bits. */
  readonly unit: () => number;
  readonly pick: <T>(list: readonly T[]) => T;
  /** The numbers 0 … n − 1 in another order. */
  readonly order: (n: number) => number[];
};

/**
 * Draws from `seed`, any whole number. The generator is xorshift32 (Marsaglia, Xorshift RNGs, 2003, section 3): a
 * state of one word, since a law draws a few hundred numbers a case and has thousands of cases.
 */
export function draw(seed: number): Draw {
  // The seeds 0, 1, 2 … must not begin alike, and no state may be 0.
  let state = Math.imul(seed ^ 0x5bd1e995, 0x9e3779b1) || 1;
  const word = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
  for (let i = 0; i < 4; i++) word();
  const unit = (): number => word() / 2 ** 32;
  const int = (from: number, to: number): number => from + Math.floor(unit() * (to - from + 1));
  return {
    int,
    unit,
    pick: (list) => list[int(0, list.length - 1)] as (typeof list)[number],
    order: (n) => {
      const order = Array.from({ length: n }, (_, i) => i);
      for (let i = n - 1; i > 0; i--) {
        const j = int(0, i);
        const kept = order[i] as number;
        order[i] = order[j] as number;
        order[j] = kept;
      }
      return order;
    },
  };
}
