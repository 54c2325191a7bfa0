export type { Mismatch } from './findings.ts';
export type {
  Coverage,
  LoggedCommittee,
  Trust,
  Verification,
  VerifyCollaborators,
  VerifyOptions,
} from './options.ts';
export { verifyLog } from './verify-log.ts';
