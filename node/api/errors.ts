import { BallastError, type ErrorDetails } from '../../protocol/errors.ts';
import { redact } from './redact.ts';
import type { ErrorEnvelope } from './schemas/index.ts';

/** Every code that the API answers with, its HTTP status and what to do. `docs/api.md` has the same table. */
export const API_ERRORS = {
  REQUEST_MALFORMED: { status: 400, hint: 'send well-formed HTTP, and JSON as the body' },
  REQUEST_INVALID: { status: 400, hint: 'compare the request with /v1/openapi.json' },
  QUERY_UNKNOWN_KEY: { status: 400, hint: 'compare the query with /v1/openapi.json' },
  HOST_REFUSED: { status: 400, hint: 'ask for it by localhost, 127.0.0.1 or [::1]' },
  TOKEN_MISSING: { status: 401, hint: 'send Authorization: Bearer and a token of this node' },
  TOKEN_UNKNOWN: { status: 401, hint: 'ask the operator of this node for a token' },
  ROUTE_UNKNOWN: { status: 404, hint: 'see /v1/openapi.json for what there is' },
  VERSION_UNKNOWN: { status: 404, hint: 'see /v1/models/latest for the newest version' },
  ROUND_UNKNOWN: { status: 404, hint: 'see /v1/rounds for the rounds that are decided' },
  CERTIFICATE_UNKNOWN: { status: 404, hint: 'version 0 is fixed by the network document, not certified' },
  ROW_UNKNOWN: { status: 404, hint: 'its header was not sealed in that round: there is nothing to prove' },
  ROLL_UNKNOWN: { status: 404, hint: 'ask a member of the committee of that round: others may do without' },
  REPORT_UNKNOWN: { status: 404, hint: 'ask another node, or evaluate the weights yourself' },
  WEIGHTS_UNKNOWN: { status: 404, hint: 'older weights are kept by nodes that run with an archive' },
  EVIDENCE_UNKNOWN: { status: 404, hint: 'see /v1/evidence' },
  COMMITTEE_UNKNOWN: { status: 404, hint: 'see epoch in /v1/node' },
  PARAMETER_UNKNOWN: { status: 404, hint: 'see /v1/parameters' },
  METHOD_NOT_ALLOWED: { status: 405, hint: 'see the header Allow' },
  NOT_ACCEPTABLE: { status: 406, hint: 'leave Accept out, or name a type that /v1/openapi.json lists' },
  REQUEST_TIMEOUT: { status: 408, hint: 'send the whole request without pauses' },
  BODY_TOO_LARGE: { status: 413, hint: 'send a shorter window' },
  URL_TOO_LONG: { status: 414, hint: 'leave out what the route does not know' },
  CONTENT_TYPE: { status: 415, hint: 'send Content-Type: application/json' },
  PREDICTION_INPUT: { status: 422, hint: 'see details; /v1/openapi.json has the shapes' },
  RATE_LIMITED: { status: 429, hint: 'wait as the header Retry-After says' },
  TOKEN_RATE_LIMITED: { status: 429, hint: 'wait as Retry-After says, or send a token that is known' },
  HEADERS_TOO_LARGE: { status: 431, hint: 'send less than 16 KiB of headers' },
  INTERNAL: { status: 500, hint: 'the log of the node has the cause under the same request id' },
  NOT_READY: { status: 503, hint: 'see /readyz for the reason, and come back' },
  ANSWER_TIMEOUT: { status: 503, hint: 'come back; the problems of the node are in /readyz' },
  SUBSCRIBERS_FULL: { status: 503, hint: 'close another stream, or ask another node' },
} as const satisfies Record<string, { readonly status: number; readonly hint: string }>;

export type ApiErrorCode = keyof typeof API_ERRORS;

/** A request that is answered with an error. `metadata` of plain values becomes `details`. */
export class ApiError extends BallastError<ApiErrorCode> {
  override readonly name = 'ApiError';
  readonly status: number;
  /** Whole seconds after which to come back, where that helps. */
  readonly retryAfter: number | undefined;

  constructor(
    code: ApiErrorCode,
    message: string,
    { retryAfter, ...details }: ErrorDetails & { readonly retryAfter?: number } = {},
  ) {
    const { status, hint } = API_ERRORS[code];
    super(code, message, { hint, ...details });
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

/** What the client is told: no stack, no cause, no path, no URL beyond its host. */
export function toEnvelope(error: ApiError, requestId: string): ErrorEnvelope {
  const details = Object.entries(error.metadata).flatMap(([key, value]): [string, PlainValue][] => {
    if (typeof value === 'string') return [[key, redact(value)]];
    return isPlain(value) ? [[key, value]] : [];
  });
  return {
    error: {
      code: error.code,
      message: redact(error.message),
      ...(error.hint === undefined ? {} : { hint: redact(error.hint) }),
      requestId,
      ...(details.length === 0 ? {} : { details: Object.fromEntries(details) }),
    },
  };
}

type PlainValue = string | number | boolean | null;

const isPlain = (value: unknown): value is PlainValue =>
  value === null || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value));
