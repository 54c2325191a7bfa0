export { bandedCoefficients } from './banded.ts';
export { leastErrorOfFullParticipation, leastNoiseError } from './bounds.ts';
export { correlatedGaussianEvent, correlatedNoiseMultiplierFor } from './event.ts';
export { CorrelatedNoise, type CorrelatedNoiseCollaborators } from './noise.ts';
export type { CorrelatedNoiseOptions } from './options.ts';
export {
  COEFFICIENT_BITS,
  type CorrelatedPlan,
  correlatedPlan,
  type ParticipationSchema,
  roundedCoefficients,
} from './plan.ts';
export { correlatedSum } from './release.ts';
export { correlatedSensitivity } from './sensitivity.ts';
export { INDEPENDENT_COEFFICIENTS, squareRootCoefficients } from './square-root.ts';
export { decoderCoefficients, inverseCoefficients, type NoiseError, noiseError } from './toeplitz.ts';
