export * from './body-withheld.ts';
export * from './book.ts';
export { EvidenceDesk, type EvidenceDeskParts } from './desk.ts';
export { decodeEvidence, encodeEvidence, evidenceDigest, MAX_EVIDENCE_BYTES } from './encoding.ts';
export * from './equivocation.ts';
export * from './false-ledger.ts';
export * from './kinds.ts';
export {
  certifiedReports,
  type OffenceReport,
  type ReportSources,
  reportsOf,
  voteReport,
} from './reports.ts';
export { MAX_REPORTED_ROUNDS, type StoredReport, storedReports } from './stored-reports.ts';
export * from './verify.ts';
