import { type LocalTrainingOptions, TRAINING_DEFAULTS, trainingRelease } from '../../node/training/index.ts';
import { createAccountant } from '../../privacy/accountants/create.ts';
import { normalUpperTail } from '../../privacy/accountants/normal.ts';
import { calibrateNoise } from '../../privacy/calibration.ts';
import { isGaussianRelease, privacyEventOf } from '../../privacy/events.ts';
import { epsilonOf, gaussianLoss, muOfLoss, noiseMultiplierFor } from '../../privacy/index.ts';

/** The claims that are audited; ∞ is training without noise. */
export const CLAIMED_EPSILONS = [0.5, 1, 2, 8, 100, Infinity] as const;

/**
 * The default training, on all records, with the least noise that keeps one round within ε at the default δ; without
 * noise at ∞.
 */
export function trainingAt(
  epsilon: number,
  defaults: LocalTrainingOptions = TRAINING_DEFAULTS,
): LocalTrainingOptions {
  const options = { ...defaults, samplingRate: 1 };
  if (epsilon === Infinity) return { ...options, unit: 'none' };
  const { localSteps, relation = 'add-remove' } = options;
  const noiseMultiplier = noiseMultiplierFor({
    epsilon,
    delta: TRAINING_DEFAULTS.delta,
    releases: localSteps,
    relation,
  });
  return { ...options, unit: 'record', noiseMultiplier };
}

/** The same on a secret Poisson sample of the records at each step, its noise by the RDP accountant. */
export function sampledTrainingAt(epsilon: number, samplingRate: number): LocalTrainingOptions {
  const options = { ...trainingAt(1), samplingRate };
  const relation = options.relation ?? 'add-remove';
  const noiseMultiplier = calibrateNoise({
    accountant: () => createAccountant('rdp', relation),
    epsilon,
    delta: TRAINING_DEFAULTS.delta,
    event: (noise) => privacyEventOf(trainingRelease({ ...options, noiseMultiplier: noise })),
  });
  return { ...options, noiseMultiplier };
}

/** ε at the default δ that a node's ledger would have spent after so many rounds. */
export function claimOf(options: LocalTrainingOptions, rounds: number): number {
  const release = trainingRelease(options);
  const releases = Array.from({ length: rounds }, () => release);
  if (release.unit === 'none' || isGaussianRelease(release))
    return epsilonOf(releases, TRAINING_DEFAULTS.delta);
  const accountant = createAccountant('rdp', release.relation);
  accountant.compose(privacyEventOf(release), rounds);
  return accountant.epsilon(TRAINING_DEFAULTS.delta);
}

/**
 * Φ(μ/√2): the largest AUC that any attack on anyone can have after so many rounds, that of two normals μ apart (Dong,
 * Roth and Su 2022, section 2); undefined where more than Gaussian sums was released.
 */
export function aucLimitOf(options: LocalTrainingOptions, rounds: number): number | undefined {
  const release = trainingRelease(options);
  if (release.unit === 'none') return 1;
  if (!isGaussianRelease(release)) return undefined;
  return 1 - normalUpperTail(muOfLoss(gaussianLoss(release) * BigInt(rounds)) / Math.SQRT2);
}
