import { withoutUrlSecrets } from '../api/redact.ts';

const MAX_LENGTH = 2_000;

/** A value as a line of the log may hold it: one line of text, of bounded length, without what a URL may keep secret. */
export function clean(value: unknown): unknown {
  if (typeof value === 'string')
    return withoutUrlSecrets(value.slice(0, MAX_LENGTH)).replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ');
  if (Array.isArray(value)) return value.map(clean);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, clean(inner)]));
}
