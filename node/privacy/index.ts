export { type AccountTerms, privacyAccount } from './account.ts';
export { releaseWords } from './event-words.ts';
