import { ApiError, type ApiErrorCode } from './errors.ts';

const BY_CODE: Readonly<Record<string, readonly [ApiErrorCode, string]>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: ['BODY_TOO_LARGE', 'got a longer body than this node reads'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['CONTENT_TYPE', 'got another type of body, expected application/json'],
  FST_ERR_CTP_EMPTY_JSON_BODY: ['REQUEST_MALFORMED', 'got an empty body, expected JSON'],
  FST_ERR_HANDLER_TIMEOUT: ['ANSWER_TIMEOUT', 'the node did not find its answer in time'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['REQUEST_MALFORMED', 'got another length than Content-Length says'],
};

/** What a client is told of an error; undefined for one that is none of its doing. */
export function toApiError(error: unknown): ApiError | undefined {
  if (error instanceof ApiError) return error;
  const { code, statusCode } = (error ?? {}) as { readonly code?: unknown; readonly statusCode?: unknown };
  const known = typeof code === 'string' ? BY_CODE[code] : undefined;
  if (known !== undefined) return new ApiError(known[0], known[1], { cause: error });
  if (typeof statusCode !== 'number' || statusCode < 400 || statusCode > 499) return undefined;
  return new ApiError('REQUEST_MALFORMED', 'got a request that could not be read', { cause: error });
}
