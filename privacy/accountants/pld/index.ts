export { ComposedLoss } from './composed-loss.ts';
export type { PldOptions } from './composer.ts';
export type { PrivacyLossDistribution } from './distribution.ts';
export { createPldAccountant, type EpsilonBounds, type PldAccountant } from './pld-accountant.ts';
export {
  composeDistributions,
  privacyLossDistribution,
  selfCompose,
} from './privacy-loss.ts';
export {
  SAMPLED_DIRECTIONS,
  type SampledDirection,
  type SampledGaussian,
  sampledGaussianDelta,
} from './sampled-gaussian.ts';
export type { LossDirection } from './sampled-pair.ts';
export type { Aim } from './window.ts';
