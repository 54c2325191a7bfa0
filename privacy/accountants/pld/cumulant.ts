import type { PrivacyLossDistribution } from './distribution.ts';

/** Independent copies of one loss distribution. */
export type ComposedPart = { readonly distribution: PrivacyLossDistribution; readonly times: number };

/** A law of the loss as masses above 0, by their logarithms, at losses. */
export type LossLaw = { readonly logMasses: Float64Array; readonly losses: Float64Array };

/** ln Σ mass·exp(θ·loss), the largest term taken out; the sum in index order. */
export function cumulant({ logMasses, losses }: LossLaw, theta: number): number {
  let peak = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < losses.length; k++) peak = Math.max(peak, logMasses[k]! + theta * losses[k]!);
  let sum = 0;
  for (let k = 0; k < losses.length; k++) sum += Math.exp(logMasses[k]! + theta * losses[k]! - peak);
  return peak + Math.log(sum);
}

/** All finite losses of a distribution, its shift apart. */
export function wholeLaw({ masses, first, interval }: PrivacyLossDistribution): LossLaw {
  const present = masses.reduce((count, mass) => (mass > 0 ? count + 1 : count), 0);
  const [logMasses, losses] = [new Float64Array(present), new Float64Array(present)];
  let place = 0;
  for (let k = 0; k < masses.length; k++) {
    const mass = masses[k]!;
    if (!(mass > 0)) continue;
    logMasses[place] = Math.log(mass);
    losses[place] = (first + k) * interval;
    place += 1;
  }
  return { logMasses, losses };
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
  const logMasses: number[] = [];
  const losses: number[] = [];
  for (let start = 0; start < masses.length; ) {
    const distance = Math.max(0, start < mean ? mean - start : start - mean);
    const end = Math.min(masses.length, start + 1 + Math.floor(distance / 32));
    let mass = 0;
    let moment = 0;
    for (let k = start; k < end; k++) {
      mass += masses[k]!;
      moment += masses[k]! * (k - start);
    }
    if (mass > 0) {
      logMasses.push(Math.log(mass));
      losses.push((first + start + moment / mass) * interval);
    }
    start = end;
  }
  return { logMasses: Float64Array.from(logMasses), losses: Float64Array.from(losses) };
}
