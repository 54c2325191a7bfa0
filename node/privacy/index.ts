export { type AccountTerms, privacyAccount } from './account.ts';
export type { Advice } from './advice.ts';
export { shortUp } from './advice.ts';
export { readLedgerExport, type WrittenExport, writeLedgerExport } from './audit-export.ts';
export { releaseWords } from './event-words.ts';
export type { Plan } from './plan.ts';
export { type AccountPlace, readPrivacyAccount, withLedger } from './read-account.ts';
export {
  type Epsilons,
  type OpenAccountant,
  type PrivacyReport,
  privacyReport,
  type ReportOptions,
} from './report.ts';
