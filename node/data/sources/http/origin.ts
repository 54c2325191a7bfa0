import { UsageError } from '../../../../protocol/errors.ts';

const LOOPBACK = new Set(['127.0.0.1', '[::1]', 'localhost']);

/**
 * A venue's address: scheme, host and port, nothing else. Secrets do not belong in addresses, so one with a user, a
 * query or a fragment is refused, and is not repeated in the message.
 *
 * @param secure `https:` or `wss:`; the plain scheme is for this machine alone.
 * @throws UsageError `SOURCE_ORIGIN`.
 */
export function originOf(text: string, secure: 'https:' | 'wss:'): string {
  const plain = secure.replace('s:', ':');
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isBare =
    url !== undefined &&
    `${url.username}${url.password}${url.search}${url.hash}` === '' &&
    (secure === 'wss:' || url.pathname === '/');
  const isSafe = url?.protocol === secure || (url?.protocol === plain && LOOPBACK.has(url.hostname));
  if (url !== undefined && isBare && isSafe) return url.href.replace(/\/$/, '');
  throw new UsageError(
    'SOURCE_ORIGIN',
    `source address: got ${url === undefined ? 'no URL' : `${url.protocol}//${url.host}…`}, expected ${secure}//HOST alone, or ${plain}// to this machine`,
    { metadata: { host: url?.host }, hint: 'give the address without user, path, query or fragment' },
  );
}
