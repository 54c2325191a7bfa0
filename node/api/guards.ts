import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiError } from './errors.ts';

const LOCAL_HOST = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i;

/**
 * A page of another site whose name was made to point here (DNS rebinding) sends that name as Host.
 *
 * @throws ApiError `HOST_REFUSED`.
 */
export function requireLocalHost(request: FastifyRequest): void {
  if (LOCAL_HOST.test(request.headers.host ?? '')) return;
  throw new ApiError('HOST_REFUSED', 'Host: got another name, expected one of this machine');
}

/** @throws ApiError `URL_TOO_LONG`. */
export function requireShortUrl(request: FastifyRequest, maximum: number): void {
  const { length } = request.raw.url ?? '';
  if (length <= maximum) return;
  throw new ApiError('URL_TOO_LONG', `URL: got ${length} bytes, expected at most ${maximum}`, {
    metadata: { length, maximum },
  });
}

/**
 * Lets pages of the listed origins read (Fetch, section 3.3).
 *
 * @returns whether this was a preflight, which is answered now.
 */
export function answerCors(
  request: FastifyRequest,
  reply: FastifyReply,
  origins: readonly string[],
): boolean {
  if (origins.length === 0) return false;
  reply.header('vary', 'origin');
  const { origin } = request.headers;
  if (origin === undefined || !origins.includes(origin)) return false;
  reply.header('access-control-allow-origin', origin);
  reply.header('access-control-expose-headers', 'etag, retry-after, x-request-id');
  if (request.method !== 'OPTIONS') return false;
  reply.header('access-control-allow-methods', 'GET, HEAD, POST');
  reply.header(
    'access-control-allow-headers',
    'accept, authorization, content-type, if-none-match, last-event-id',
  );
  reply.header('access-control-max-age', '600');
  return true;
}
