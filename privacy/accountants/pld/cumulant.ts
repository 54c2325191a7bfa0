import type { PrivacyLossDistribution } from './distribution.ts';

/** Independent copies of one loss distribution. */
export type ComposedPart = { readonly distribution: PrivacyLossDistribution; readonly times: number };

/** A law of the loss as masses at losses, for its cumulant. */
export type LossLaw = { readonly masses: Float64Array; readonly losses: Float64Array };

/** ln Σ mass·exp(θ·loss), the largest exponent taken out; the sum in index order. */
export function cumulant({ masses, losses }: LossLaw, theta: number): number {
  const last = losses.length - 1;
  const peak = theta * (theta >= 0 ? (losses[last] ?? 0) : (losses[0] ?? 0));
  let sum = 0;
  for (let k = 0; k <= last; k++) {
    const mass = masses[k]!;
    if (mass > 0) sum += mass * Math.exp(theta * losses[k]! - peak);
  }
  return peak + Math.log(sum);
}

/** {@link cumulant} of a distribution's finite losses, all of them. */
export function exactCumulant(distribution: PrivacyLossDistribution, theta: number): number {
  const { masses, first, interval } = distribution;
  const last = masses.length - 1;
  const peak = theta * (theta >= 0 ? first + last : first) * interval;
  let sum = 0;
  for (let k = 0; k <= last; k++) {
    const mass = masses[k]!;
    if (mass > 0) sum += mass * Math.exp(theta * (first + k) * interval - peak);
  }
  return peak + Math.log(sum);
}

/**
 * A few hundred points in place of a distribution's many: good enough to choose a tilt and a window by, of which any
 * is sound. Neighbours within a 32nd of their distance from the mean become one, at their own mean.
 */
export function outline(distribution: PrivacyLossDistribution): LossLaw {
  const { masses, first, interval } = distribution;
  let total = 0;
  let weighted = 0;
  for (let k = 0; k < masses.length; k++) {
    total += masses[k]!;
    weighted += masses[k]! * k;
  }
  const mean = total > 0 ? weighted / total : 0;
  const grouped: number[] = [];
  const places: number[] = [];
  for (let start = 0; start < masses.length; ) {
    const distance = Math.max(0, start < mean ? mean - start : start - mean);
    const end = Math.min(masses.length, start + 1 + Math.floor(distance / 32));
    let mass = 0;
    let moment = 0;
    for (let k = start; k < end; k++) {
      mass += masses[k]!;
      moment += masses[k]! * (k - start);
    }
    grouped.push(mass);
    places.push((first + start + (mass > 0 ? moment / mass : 0)) * interval);
    start = end;
  }
  return { masses: Float64Array.from(grouped), losses: Float64Array.from(places) };
}
