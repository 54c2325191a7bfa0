/** ε with three digits after the point, rounded up as everywhere: `3.512`; `∞` for null. */
export function epsilonText(epsilon: number | null): string {
  return epsilon === null ? '∞' : (Math.ceil(epsilon * 1000) / 1000).toFixed(3);
}

/** Round numbers from 0 to at most `most`, `steps` of them at most after 0. */
export function ticks(most: number, steps: number, isWhole = false): number[] {
  if (!(most > 0)) return [0];
  const rough = most / steps;
  const power = 10 ** Math.floor(Math.log10(rough));
  const nice = [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= rough) ?? rough;
  const step = isWhole ? Math.max(1, nice) : nice;
  return Array.from({ length: Math.floor(most / step + 1e-9) + 1 }, (_, i) => i * step);
}
