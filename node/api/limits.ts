const KIB = 1024;
const SECOND = 1000;

/** What one client, or all of them together, may take of a node. */
export type ApiLimits = {
  readonly bodyBytes: number;
  readonly headerBytes: number;
  readonly urlBytes: number;
  /** Open sockets at once; further ones are closed. */
  readonly connections: number;
  /** From the first byte to the end of the headers. */
  readonly headersMs: number;
  /** From the first byte to the end of the body. */
  readonly requestMs: number;
  /** From the request to its answer; whatever the node waits for. */
  readonly answerMs: number;
  readonly keepAliveMs: number;
  /** A socket on which nothing moves is closed after this. */
  readonly idleMs: number;
  /** Addresses that the limiter and the token guard remember, each. */
  readonly addresses: number;
  /** Wrong tokens of one address in `failureWindowMs` that are answered 401; later ones are answered 429. */
  readonly tokenFailures: number;
  readonly failureWindowMs: number;
  readonly subscribers: number;
  readonly heartbeatMs: number;
  /** A subscriber that takes nothing for so long is dropped. */
  readonly stallMs: number;
};

export const API_LIMITS: ApiLimits = {
  bodyBytes: 64 * KIB,
  headerBytes: 16 * KIB,
  urlBytes: 2 * KIB,
  connections: 512,
  headersMs: 5 * SECOND,
  requestMs: 10 * SECOND,
  answerMs: 5 * SECOND,
  keepAliveMs: 5 * SECOND,
  idleMs: 60 * SECOND,
  addresses: 5_000,
  tokenFailures: 3,
  failureWindowMs: 60 * SECOND,
  subscribers: 64,
  heartbeatMs: 15 * SECOND,
  stallMs: 30 * SECOND,
};
