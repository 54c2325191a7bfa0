/** ε with three digits after the point, rounded up as everywhere: `3.512`; `∞` for null. */
export function epsilonText(epsilon: number | null): string {
  return epsilon === null ? '∞' : (Math.ceil(epsilon * 1000) / 1000).toFixed(3);
}

/** A share in percent: `0.143` as `14.3 %`. */
export const percentText = (share: number, digits: number): string =>
  Number.isFinite(share) ? `${(share * 100).toFixed(digits)} %` : 'no figure';

/** A figure of any size with few digits, its thousands apart. */
export function figureText(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? '∞' : 'no figure';
  if (Number.isInteger(value)) return String(value).replaceAll(/\B(?=(?:\d{3})+$)/g, ' ');
  return Math.abs(value) >= 1_000 ? figureText(Math.round(value)) : String(Number(value.toPrecision(4)));
}
