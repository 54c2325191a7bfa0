import type { CorrelatedPlan, ParticipationSchema } from '../plan.ts';

/** C in full, rounds × rounds, row by row. */
export function strategyMatrix({
  coefficients,
  rounds,
}: Pick<CorrelatedPlan, 'coefficients' | 'rounds'>): number[][] {
  return Array.from({ length: rounds }, (_, t) =>
    Array.from({ length: rounds }, (_, s) => (s > t ? 0 : (coefficients[t - s] ?? 0))),
  );
}

export function product(a: readonly (readonly number[])[], b: readonly (readonly number[])[]): number[][] {
  return a.map((row) =>
    (b[0] ?? []).map((_, j) => row.reduce((sum, value, i) => sum + value * (b[i]?.[j] ?? 0), 0)),
  );
}

/** Every set of at most k of the n rounds that are at least b apart. */
export function patterns({
  rounds,
  minSeparation,
  participations,
}: Required<ParticipationSchema>): number[][] {
  const from = (first: number, left: number): number[][] =>
    left === 0
      ? [[]]
      : [
          [],
          ...Array.from({ length: Math.max(0, rounds - first) }, (_, i) => first + i).flatMap((t) =>
            from(t + minSeparation, left - 1).map((rest) => [t, ...rest]),
          ),
        ];
  return from(0, participations);
}

/** The largest ‖Σᵢ ±C[:, tᵢ]‖ over every pattern and every choice of signs: what contributions ±1 can reach. */
export function largestMove(plan: CorrelatedPlan): number {
  const matrix = strategyMatrix(plan);
  let largest = 0;
  for (const pattern of patterns(plan)) {
    for (let signs = 0; signs < 2 ** Math.max(0, pattern.length - 1); signs++) {
      let total = 0;
      for (const row of matrix) {
        let entry = 0;
        for (const [i, t] of pattern.entries()) entry += ((signs >> i) & 1 ? -1 : 1) * (row[t] ?? 0);
        total += entry * entry;
      }
      largest = Math.max(largest, total);
    }
  }
  return Math.sqrt(largest);
}
