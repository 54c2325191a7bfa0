import { MIN_GRID_VARIANCE, SMOOTHING_VARIANCE } from '../../discretisation.ts';
import { type PrivacyRelation, sensitivityOf } from '../../events.ts';
import type { PrivacyEvent } from '../../privacy-event.ts';
import { approximatePair, boundedRangePair } from './bounded-pairs.ts';
import { discreteLaplacePair } from './discrete-laplace-pair.ts';
import { gaussianPair, replacedGaussianPair } from './gaussian-pair.ts';
import { laplacePair, replacedLaplacePair } from './laplace-pair.ts';
import type { LossPair, MirrorPair } from './loss-pair.ts';
import { type LossDirection, sampledPair } from './sampled-pair.ts';

/** A release whose loss is to be composed by convolution. */
export type LossPart = {
  readonly kind: 'loss';
  /** Equal for releases of equal loss. */
  readonly key: string;
  readonly times: number;
  /** Whether both directions are the same. */
  readonly mirror: boolean;
  pair(direction: LossDirection): LossPair;
};

/** What one event comes down to. Gaussians are kept apart, since they compose exactly. */
export type EventPart =
  | LossPart
  | { readonly kind: 'gaussian'; readonly mu: number; readonly times: number }
  | { readonly kind: 'failure'; readonly probability: number; readonly times: number }
  | { readonly kind: 'unprotected' };

const MIN_DEVIATION = Math.sqrt(Number(MIN_GRID_VARIANCE));

/** The parts of an event, or why there are none. */
export function partsOf(event: PrivacyEvent, relation: PrivacyRelation, times = 1): EventPart[] | string {
  switch (event.kind) {
    case 'repeated':
      return event.times === 0 ? [] : partsOf(event.event, relation, times * event.times);
    case 'composed': {
      const parts: EventPart[] = [];
      for (const item of event.events) {
        const more = partsOf(item, relation, times);
        if (typeof more === 'string') return more;
        parts.push(...more);
      }
      return parts;
    }
    case 'unprotected':
      return [{ kind: 'unprotected' }];
    case 'failure':
      return [{ kind: 'failure', probability: event.probability, times }];
    case 'poisson-sampled':
      return sampledParts(event.event, event.rate, relation, times);
    case 'epsilon-delta':
      if (event.epsilon === 0) return [{ kind: 'failure', probability: event.delta, times }];
      break;
    default:
      break;
  }
  const base = basePair(event, relation);
  if (typeof base === 'string') return base;
  if (base === undefined) return [];
  if ('mu' in base) return [{ kind: 'gaussian', mu: base.mu, times }];
  const { key, pair } = base;
  return [{ kind: 'loss', key, times, mirror: true, pair: () => pair }];
}

function sampledParts(
  event: PrivacyEvent,
  rate: number,
  relation: PrivacyRelation,
  times: number,
): EventPart[] | string {
  if (event.kind === 'poisson-sampled') return sampledParts(event.event, rate * event.rate, relation, times);
  if (rate === 1) return partsOf(event, relation, times);
  switch (event.kind) {
    case 'unprotected':
      return rate === 0 ? [] : [{ kind: 'unprotected' }];
    case 'gaussian':
    case 'discrete-gaussian':
    case 'correlated-gaussian':
    case 'laplace':
    case 'discrete-laplace':
      break;
    default:
      return `no bound is known to it for a Poisson sample of ${event.kind}`;
  }
  // Of one unit alone: replace enters through the pair.
  const base = basePair(event, 'add-remove');
  if (typeof base === 'string') return base;
  if (base === undefined || rate === 0) return [];
  const key = 'mu' in base ? `gaussian ${base.mu}` : base.key;
  const mirror = relation === 'replace';
  const part = (pair: LossPart['pair']): EventPart[] => [
    { kind: 'loss', key: `sampled ${rate} ${key}`, times, mirror, pair },
  ];
  if (relation === 'add-remove') {
    const pair = 'mu' in base ? gaussianPair(base.mu) : base.pair;
    return part((direction) => sampledPair(pair, rate, direction));
  }
  if ('mu' in base) return part(() => replacedGaussianPair(base.mu, rate));
  if (event.kind === 'laplace') return part(() => replacedLaplacePair(1 / event.noiseMultiplier, rate));
  return `no pair is known to it for a Poisson sample of ${event.kind} under replace`;
}

type Base = { readonly mu: number } | { readonly key: string; readonly pair: MirrorPair };

/** The pair of an event that is not made of others; undefined where it costs nothing, a string where unknown. */
function basePair(event: PrivacyEvent, relation: PrivacyRelation): Base | string | undefined {
  const sensitivity = sensitivityOf(relation);
  switch (event.kind) {
    case 'gaussian':
      return { mu: sensitivity / event.noiseMultiplier };
    case 'correlated-gaussian':
      return { mu: (sensitivity * event.sensitivity) / event.noiseMultiplier };
    case 'discrete-gaussian': {
      if (event.gridDeviation < MIN_DEVIATION) {
        return `a discrete Gaussian of ${event.gridDeviation} grid steps is charged from ${MIN_DEVIATION} on`;
      }
      // It is made from a continuous one of variance σ² − 5 steps² and fresh randomness (see discretisation.ts), and
      // so is its sample: for each choice of who takes part, and neighbours share the choice of all others.
      const kept = 1 - Number(SMOOTHING_VARIANCE) / (event.gridDeviation * event.gridDeviation);
      return { mu: (sensitivity / (event.noiseMultiplier * Math.sqrt(kept))) * (1 + 2 ** -48) };
    }
    case 'laplace': {
      const ratio = sensitivity / event.noiseMultiplier;
      return { key: `laplace ${ratio}`, pair: laplacePair(ratio) };
    }
    case 'discrete-laplace': {
      const { gridScale, noiseMultiplier } = event;
      // Whole steps: a vector on the grid has a whole L1 norm.
      const shift = sensitivity * Math.floor((gridScale / noiseMultiplier) * (1 + 1e-12));
      if (shift === 0) return undefined;
      return { key: `discrete-laplace ${shift} ${gridScale}`, pair: discreteLaplacePair(shift, gridScale) };
    }
    case 'exponential-mechanism': {
      const { epsilon } = event;
      if (epsilon === 0) return undefined;
      return { key: `bounded-range ${epsilon}`, pair: boundedRangePair(epsilon) };
    }
    case 'epsilon-delta': {
      const { epsilon, delta } = event;
      return { key: `epsilon-delta ${epsilon} ${delta}`, pair: approximatePair(epsilon, delta) };
    }
    case 'fixed-size-sampled':
      return 'no pair is known to it for a sample of fixed size';
    case 'summed-discrete-gaussian':
      return 'the law of a sum of discrete Gaussians is bounded in Rényi divergence only';
    case 'skellam':
      return 'Skellam noise is bounded in Rényi divergence only';
    default:
      return `it has no pair for ${event.kind}`;
  }
}
