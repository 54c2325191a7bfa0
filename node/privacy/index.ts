export { privacyAccount } from './account.ts';

export { shortUp } from './advice.ts';
export { readLedgerExport, writeLedgerExport } from './audit-export.ts';

export { readPrivacyAccount } from './read-account.ts';
export {
  type PrivacyReport,
  privacyReport,
} from './report.ts';
