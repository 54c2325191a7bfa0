import type { PrivacyEvent } from '../../../privacy-event.ts';

export function gaussian(noiseMultiplier: number): PrivacyEvent {
  return { kind: 'gaussian', noiseMultiplier };
}

export function laplace(noiseMultiplier: number): PrivacyEvent {
  return { kind: 'laplace', noiseMultiplier };
}

export function sampled(rate: number, event: PrivacyEvent): PrivacyEvent {
  return { kind: 'poisson-sampled', rate, event };
}
