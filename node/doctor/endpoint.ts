import { hostOf } from '../runtime/rpc-endpoint.ts';

/** What an endpoint says of itself, and how far this clock is ahead of its own. */
export type EndpointAnswer = {
  readonly host: string;
  readonly chainId: number;
  /** Of the last block, Unix seconds. */
  readonly blockTime: number;
  readonly height: number;
  /** Milliseconds by the answer's Date header, which has whole seconds; undefined without one. */
  readonly aheadMs: number | undefined;
};

export type EndpointFailure = { readonly host: string; readonly reason: string };

const PATIENCE_MS = 5_000;
const MAX_BYTES = 1 << 20;
const REQUESTS = [
  { jsonrpc: '2.0', id: 1, method: 'eth_chainId', params: [] },
  { jsonrpc: '2.0', id: 2, method: 'eth_getBlockByNumber', params: ['latest', false] },
];

/** @param now milliseconds since the Unix epoch. */
export async function askEndpoint(url: string, now: () => number): Promise<EndpointAnswer | EndpointFailure> {
  const host = hostOf(url);
  try {
    const sent = now();
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(REQUESTS),
      redirect: 'error',
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const answered = now();
    const results = resultsIn(await bounded(response));
    const chainId = Number(results.get(1));
    const { timestamp, number } = (results.get(2) ?? {}) as { timestamp?: unknown; number?: unknown };
    if (!Number.isSafeInteger(chainId) || typeof timestamp !== 'string')
      return { host, reason: `status ${response.status} and no list of two answers: it has to take batches` };
    const date = Date.parse(response.headers.get('date') ?? '');
    // The header's second began up to 1 s before the answer was made.
    const aheadMs = Number.isNaN(date) ? undefined : nearestToZero(sent - (date + 1_000), answered - date);
    return { host, chainId, blockTime: Number(timestamp), height: Number(number), aheadMs };
  } catch (error) {
    return { host, reason: reasonOf(error) };
  }
}

/** Of all that a difference may be, the least. */
function nearestToZero(low: number, high: number): number {
  if (low > 0) return low;
  return Math.min(high, 0);
}

async function bounded(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of response.body ?? []) {
    length += part.length;
    if (length > MAX_BYTES) return '';
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function resultsIn(text: string): ReadonlyMap<unknown, unknown> {
  try {
    const answers: unknown = JSON.parse(text);
    if (!Array.isArray(answers)) return new Map();
    return new Map(answers.map((answer: { id?: unknown; result?: unknown }) => [answer?.id, answer?.result]));
  } catch {
    return new Map();
  }
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof Error)) return String(cause);
  if (cause.name === 'TimeoutError') return `no answer within ${PATIENCE_MS / 1000} s`;
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message;
}
