export type { Accountant, AccountantName } from './accountants/accountant.ts';
export { advancedComposition } from './accountants/advanced-composition.ts';
export {
  type AccountantOptions,
  accountantNames,
  createAccountant,
} from './accountants/create.ts';
export * from './accountants/gaussian.ts';
export { createGaussianAccountant } from './accountants/gaussian-accountant.ts';
export { gaussianDelta, gaussianEpsilon, gaussianMu } from './accountants/gaussian-curve.ts';
export * from './accountants/pld/index.ts';
export { DEFAULT_ORDERS, OPACUS_ORDERS } from './accountants/rdp/orders.ts';
export { createRdpAccountant, type RdpAccountant } from './accountants/rdp/rdp-accountant.ts';
export { treeAggregationEvent } from './accountants/tree-aggregation.ts';
export { AdaptiveClip, type AdaptiveClipOptions, adaptiveNoiseMultiplier } from './adaptive-clip.ts';
export {
  type CalibrationTarget,
  calibrateNoise,
  mostRounds,
} from './calibration.ts';
export { ledgerAccountant } from './charging.ts';
export { clip, clipInto, clipJointly, l2Norm } from './clip.ts';
export * from './correlated/index.ts';
export { MIN_GRID_VARIANCE } from './discretisation.ts';
export * from './events.ts';
export { fromGrid, gridNorm2, MAX_GRID_BITS, toGrid, withinGridNorm } from './grid.ts';
export {
  accountantOf,
  coveredUnit,
  guaranteeOf,
  type PrivacyGuarantee,
  trustAssumption,
} from './guarantee.ts';
export { type LedgerOptions, PrivacyLedger } from './ledger.ts';
export type { AccountantFactory } from './ledger-cost.ts';
export {
  EXPORT_LIMITS,
  exportLedger,
  type LedgerExport,
  requireExportContinues,
  verifyLedgerExport,
} from './ledger-export.ts';
export type { LedgerPosition } from './ledger-records.ts';
export type { LedgerEntry, Plan, Projection } from './ledger-report.ts';
export * from './mechanism.ts';
export { MIN_SHARE_VARIANCE, type NoiseShare, type NoiseShareOptions, noiseShare } from './noise-shares.ts';
export { poissonSample } from './poisson-sample.ts';
export { formatGuarantee, type PrivacyPolicy, type PrivacySpent } from './policy.ts';
export { checkedPrivacyEvent, type PrivacyEvent, type PrivacyEventKind } from './privacy-event.ts';
export type { Rational } from './rational.ts';
export { discreteGaussian } from './samplers/discrete-gaussian.ts';
export { discreteLaplace } from './samplers/discrete-laplace.ts';
export { fastDiscreteGaussian, SAMPLER_DIVERGENCE_BITS } from './samplers/fast-discrete-gaussian.ts';
export { MAX_LIFETIME_DRAWS, samplerDelta } from './samplers/sampler-delta.ts';
