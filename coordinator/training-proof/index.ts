export { type AuditVerifier, auditVerifier } from './audit-evidence.ts';
export { challengedSteps, detectionProbability } from './challenge.ts';
export {
  encodeFailedAudit,
  type FailedAudit,
  type FailedAuditContext,
  roundsOfFailedAudit,
  verifyFailedAudit,
} from './failed-audit.ts';
export {
  decodeOpening,
  encodeOpening,
  openingBytes,
  openTrajectory,
  type TrajectoryOpening,
} from './opening.ts';
export {
  type AuditedStep,
  type AuditOptions,
  requireAuditOptions,
  runTrajectory,
  stepSeed,
  type Trajectory,
  type TrajectoryOwner,
  trajectoryCommitment,
} from './trajectory.ts';
export { AUDIT_TOLERANCE, type AuditCase, stepDeviation, verifyOpening } from './verify.ts';
