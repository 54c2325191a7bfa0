import { isGaussianRelease, type PrivacyEvent, type ReleaseEvent } from '../../privacy/index.ts';

/** A release in words, such as `4 sums with Gaussian noise, σ = 8 C`. C is the clip norm. */
export function releaseWords(release: ReleaseEvent): string {
  const { releases } = release;
  if (release.unit === 'none')
    return releases === 1 ? 'a sum without noise' : `${releases} sums without noise`;
  const what = isGaussianRelease(release)
    ? `with Gaussian noise, σ = ${short(release.noiseMultiplier)} C`
    : eventWords(release.event);
  return releases === 1 ? `a sum ${what}` : `${releases} sums ${what}`;
}

/** What a sum was released with. */
export function eventWords(event: PrivacyEvent): string {
  switch (event.kind) {
    case 'unprotected':
      return 'without noise';
    case 'gaussian':
    case 'discrete-gaussian':
      return `with Gaussian noise, σ = ${short(event.noiseMultiplier)} C`;
    case 'laplace':
    case 'discrete-laplace':
      return `with Laplace noise, b = ${short(event.noiseMultiplier)} C`;
    case 'summed-discrete-gaussian':
      return `with ${event.shares} shares of Gaussian noise, together σ = ${short(event.noiseMultiplier)} C`;
    case 'skellam':
      return `with Skellam noise, σ = ${short(event.noiseMultiplier)} C`;
    case 'correlated-gaussian':
      return `with correlated Gaussian noise, σ = ${short(event.noiseMultiplier)} C, sensitivity ${short(event.sensitivity)}`;
    case 'exponential-mechanism':
      return `chosen by the exponential mechanism, ε = ${short(event.epsilon)}`;
    case 'epsilon-delta':
      return `with ε = ${short(event.epsilon)}, δ = ${short(event.delta)}`;
    case 'failure':
      return `that fail with probability ${short(event.probability)}`;
    case 'poisson-sampled':
      return `of a secret Poisson sample (q = ${short(event.rate)}) ${eventWords(event.event)}`;
    case 'fixed-size-sampled':
      return `of a secret sample of ${event.size} in ${event.population} ${eventWords(event.event)}`;
    case 'repeated':
      return `${eventWords(event.event)}, ${event.times} times`;
    case 'composed':
      return event.events.map(eventWords).join('; ');
  }
}

const short = (value: number): string => String(Number(value.toPrecision(4)));
