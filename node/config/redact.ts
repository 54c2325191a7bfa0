import { isGroup } from './layers.ts';

/**
 * A value as it may be shown: a URL's user, password, path, query and fragment may hold a key, so its scheme and host
 * alone are left.
 */
export function redacted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(redacted);
  if (isGroup(value))
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, redacted(each)]));
  if (typeof value !== 'string' || !/^[a-z][a-z0-9+.-]*:\/\//i.test(value)) return value;
  if (!URL.canParse(value)) return '<hidden>';
  const { protocol, host, username, password, pathname, search, hash } = new URL(value);
  const hasMore = [username, password, pathname === '/' ? '' : pathname, search, hash].some(
    (part) => part !== '',
  );
  return `${protocol}//${host}${hasMore ? '/<hidden>' : ''}`;
}
