import { l2Norm } from '../../privacy/index.ts';
import { type Attack, type AttackView, honestOf, liarsOf, needed } from './attack.ts';
import { lineMaximum } from './line-search.ts';
import { deviationOfHonest, meanOfHonest } from './moments.ts';

/**
 * Opt-IPM: −τ × the mean of the honest updates, with the τ ≥ 0 that throws the network's aggregation farthest off
 * that mean, as far as {@link lineMaximum} finds it. It may be 0: then the lie is an update that changes nothing.
 *
 * Source: Xie et al., Fall of Empires, 2020, for the lie; Allouah et al., Fixing by Mixing, 2023, section 6 and
 * appendix, for the search, as ByzFL does it.
 */
export function optIpm(): Attack {
  return optimised('opt-ipm', (mean) => mean.map((x) => -x), { origin: 'zero' });
}

/**
 * Opt-ALIE: the mean of the honest updates + τ × their sample standard deviation, with the τ ≥ 0 that throws the
 * network's aggregation farthest off the mean, as far as {@link lineMaximum} finds it.
 *
 * Source: Baruch et al., A Little Is Enough, 2019, for the lie; for the search as {@link optIpm}.
 */
export function optAlie(): Attack {
  return optimised('opt-alie', (mean, honest) => deviationOfHonest(honest, mean), { origin: 'mean' });
}

/** origin + τ × direction, all liars alike, and after the honest rows in what the aggregation is asked about. */
function optimised(
  name: string,
  directionOf: (mean: Float64Array, honest: readonly Float64Array[]) => Float64Array,
  { origin }: { readonly origin: 'zero' | 'mean' },
): Attack {
  const craft = (view: AttackView): Float64Array => {
    const honest = honestOf(name, view, origin === 'mean' ? 2 : 1);
    const liars = liarsOf(name, view);
    const aggregation = needed(name, 'aggregation', view.aggregation);
    const mean = meanOfHonest(honest);
    const direction = directionOf(mean, honest);
    const lie = (tau: number): Float64Array =>
      direction.map((x, k) => (origin === 'mean' ? mean[k]! : 0) + tau * x);
    const harm = (tau: number): number => {
      const told = lie(tau);
      const result = aggregation([...honest, ...Array.from({ length: liars }, () => told)]);
      return l2Norm(result.map((x, k) => x - mean[k]!));
    };
    return lie(lineMaximum(harm));
  };
  return { name, needs: 'honest', random: false, craft };
}
