export { lowerProportion, upperProportion } from './binomial.ts';
export {
  type RecordCanaryOptions,
  type ReleaseUpdates,
  scoreRecordCanaries,
  scoreUpdateCanaries,
  type Train,
  type UpdateCanaryOptions,
} from './canaries.ts';
export { auditByCanaries, type CanaryRow } from './canary-table.ts';
export {
  type BoundOptions,
  CONFIDENCE,
  type EpsilonBound,
  epsilonByCounting,
  epsilonOfCanaries,
} from './epsilon-bounds.ts';
export { inversionCosine, invertUpdate, meanFeatures, releaseOneRecord } from './inversion.ts';
export { auditByInversion, type InversionRow } from './inversion-table.ts';
export { aucLimitOf, CLAIMED_EPSILONS, claimOf, trainingAt } from './levels.ts';
export { type AuditMarket, loadAuditMarket, oneRecord } from './market.ts';
export {
  MEMBERSHIP_ATTACKS,
  type MembershipAttack,
  type MembershipOptions,
  type MembershipScores,
  playMembership,
} from './membership.ts';
export { auditByMembership, auditDefaults, type MembershipRow } from './membership-table.ts';
export { type BoundSeries, boundsPicture } from './picture.ts';
export { type AttackPower, attackPower } from './roc.ts';
export { type RoundCanaryOptions, type RoundCanaryScores, scoreRoundCanaries } from './round-canaries.ts';
export { type CanaryScores, estimateSeparation, type Separation } from './separation.ts';
