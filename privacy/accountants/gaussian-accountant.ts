import { MIN_GRID_VARIANCE, SMOOTHING_VARIANCE } from '../discretisation.ts';
import { PRIVACY_RELATIONS, type PrivacyRelation, sensitivityOf } from '../events.ts';
import { requireDelta, requireFinite, requireInteger, requireOneOf } from '../parameters.ts';
import { checkedPrivacyEvent, type PrivacyEvent } from '../privacy-event.ts';
import { exactRational, type Rational } from '../rational.ts';
import { UNIT_ROUNDOFF } from '../roundoff.ts';
import { type Accountant, unsupported } from './accountant.ts';
import { lossOf, muOfLoss } from './gaussian.ts';
import { gaussianDelta, gaussianEpsilon } from './gaussian-curve.ts';

/**
 * The exact accountant of Gaussians: μ² = Σ(sensitivity/σ)² as an integer (`gaussian.ts`), so that the answer does
 * not depend on the order, and δ(ε) of Balle and Wang 2018. It charges Gaussians, discrete ones of σ ≥ 2^10 steps,
 * correlated ones, and failures, whose probability f is added as δ(ε) ≤ f + (1 − f)·δ'; also composed and repeated.
 * It refuses everything else, sampling included.
 */
export function createGaussianAccountant(relation: PrivacyRelation): Accountant {
  return new GaussianComposition(relation);
}

/** Σμ² in units of 2⁻⁹⁶ (undefined: nothing is left), and the logarithm of the probability that nothing failed. */
type Cost = { readonly loss: bigint | undefined; readonly logSurvival: number };

class GaussianComposition implements Accountant {
  readonly name = 'gaussian';
  readonly relation: PrivacyRelation;
  #cost: Cost = { loss: 0n, logSurvival: 0 };

  constructor(relation: PrivacyRelation) {
    this.relation = requireOneOf('relation', relation, PRIVACY_RELATIONS);
  }

  refuses(event: PrivacyEvent): string | undefined {
    const cost = costOf(checkedPrivacyEvent(event), 1n, this.relation);
    return typeof cost === 'string' ? cost : undefined;
  }

  compose(event: PrivacyEvent, times = 1): void {
    checkedPrivacyEvent(event);
    const count = BigInt(requireInteger('times', times, 0, Number.MAX_SAFE_INTEGER));
    const cost = costOf(event, count, this.relation);
    if (typeof cost === 'string') throw unsupported(this, event, cost);
    this.#cost = sumOf(this.#cost, cost);
  }

  epsilon(delta: number): number {
    requireDelta(delta);
    const failed = this.#failed();
    const { loss } = this.#cost;
    if (loss === undefined || failed >= delta) return Number.POSITIVE_INFINITY;
    const left = failed === 0 ? delta : ((delta - failed) / (1 - failed)) * (1 - 4 * UNIT_ROUNDOFF);
    return gaussianEpsilon(left, muOfLoss(loss));
  }

  delta(epsilon: number): number {
    requireFinite('epsilon', epsilon);
    const { loss } = this.#cost;
    if (loss === undefined) return 1;
    const failed = this.#failed();
    const delta = gaussianDelta(epsilon, muOfLoss(loss));
    return failed === 0 ? delta : Math.min(1, (failed + (1 - failed) * delta) * (1 + 4 * UNIT_ROUNDOFF));
  }

  #failed(): number {
    return Math.min(1, -Math.expm1(this.#cost.logSurvival) * (1 + 4 * UNIT_ROUNDOFF));
  }
}

function costOf(event: PrivacyEvent, times: bigint, relation: PrivacyRelation): Cost | string {
  if (times === 0n) return { loss: 0n, logSurvival: 0 };
  const charge = (noiseMultiplier: number, grid: Rational, sensitivity = 1): Cost => ({
    loss: lossOf({ relation: sensitivityOf(relation), sensitivity, noiseMultiplier, grid, times }),
    logSurvival: 0,
  });
  switch (event.kind) {
    case 'unprotected':
      return { loss: undefined, logSurvival: 0 };
    case 'gaussian':
      return charge(event.noiseMultiplier, ONE);
    case 'correlated-gaussian':
      return charge(event.noiseMultiplier, ONE, event.sensitivity);
    case 'discrete-gaussian': {
      const { numerator, denominator } = exactRational(event.gridDeviation);
      const [variance, unit] = [numerator * numerator, denominator * denominator];
      if (variance < MIN_GRID_VARIANCE * unit)
        return 'a discrete Gaussian is known to be near the continuous one from σ = 1024 steps on';
      return charge(event.noiseMultiplier, {
        numerator: variance,
        denominator: variance - SMOOTHING_VARIANCE * unit,
      });
    }
    case 'failure':
      return { loss: 0n, logSurvival: Number(times) * Math.log1p(-event.probability) };
    case 'repeated':
      return costOf(event.event, times * BigInt(event.times), relation);
    case 'composed': {
      let sum: Cost = { loss: 0n, logSurvival: 0 };
      for (const part of event.events) {
        const cost = costOf(part, times, relation);
        if (typeof cost === 'string') return cost;
        sum = sumOf(sum, cost);
      }
      return sum;
    }
    default:
      return 'it is no plain Gaussian';
  }
}

const ONE: Rational = { numerator: 1n, denominator: 1n };

function sumOf(a: Cost, b: Cost): Cost {
  return {
    loss: a.loss === undefined || b.loss === undefined ? undefined : a.loss + b.loss,
    logSurvival: (a.logSurvival + b.logSurvival) * (1 + 2 * UNIT_ROUNDOFF),
  };
}
