import {
  bandedCoefficients,
  type CorrelatedPlan,
  correlatedNoiseMultiplierFor,
  correlatedPlan,
  correlatedSensitivity,
  INDEPENDENT_COEFFICIENTS,
  leastNoiseError,
  noiseError,
  type ParticipationSchema,
  squareRootCoefficients,
} from '../../../privacy/index.ts';

export const KINDS = ['independent', 'square root', 'banded'] as const;
export type NoiseKind = (typeof KINDS)[number];

/** The guarantee that all kinds of noise are compared at. */
export const TARGET = { epsilon: 8, delta: 1e-5, relation: 'replace' } as const;

/** One kind of noise, scaled so that the whole run meets {@link TARGET}. */
export type ScaledNoise = {
  readonly kind: NoiseKind;
  readonly plan: CorrelatedPlan;
  readonly sensitivity: number;
  readonly noiseMultiplier: number;
  /** Deviation of the noise in a coordinate of the running sums, in clip norms: root mean square, and in the last. */
  readonly rms: number;
  readonly last: number;
  /** How often smaller than those of independent noise. */
  readonly gain: { readonly rms: number; readonly last: number };
};

export function scaledNoise(kind: NoiseKind, schema: ParticipationSchema): ScaledNoise {
  const independent = scaled(INDEPENDENT_COEFFICIENTS, schema);
  const own = kind === 'independent' ? independent : scaled(coefficientsOf(kind, schema), schema);
  return { kind, ...own, gain: { rms: independent.rms / own.rms, last: independent.last / own.last } };
}

/** What no factorisation gains more than, against independent noise. */
export function mostGain(schema: ParticipationSchema): { readonly rms: number; readonly last: number } {
  const plan = correlatedPlan({ ...schema, coefficients: INDEPENDENT_COEFFICIENTS });
  const [sensitivity, error, least] = [correlatedSensitivity(plan), noiseError(plan), leastNoiseError(plan)];
  return { rms: (sensitivity * error.rms) / least.rms, last: (sensitivity * error.last) / least.last };
}

function coefficientsOf(kind: 'square root' | 'banded', schema: ParticipationSchema): number[] {
  return kind === 'banded' ? bandedCoefficients(schema) : squareRootCoefficients(schema.rounds);
}

function scaled(coefficients: readonly number[], schema: ParticipationSchema) {
  const plan = correlatedPlan({ ...schema, coefficients });
  const noiseMultiplier = correlatedNoiseMultiplierFor({ plan, ...TARGET });
  const { rms, last } = noiseError(plan);
  return {
    plan,
    sensitivity: correlatedSensitivity(plan),
    noiseMultiplier,
    rms: noiseMultiplier * rms,
    last: noiseMultiplier * last,
  };
}
