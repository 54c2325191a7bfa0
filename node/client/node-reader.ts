import type * as z from 'zod';
import { firstIssue } from '../../protocol/schema.ts';
import { NodeFailure } from './errors.ts';
import { fetchAnswer, type NodeEndpoint } from './http.ts';
import {
  chainState,
  models,
  type NodeChain,
  type NodeModel,
  type NodeParameter,
  type NodePeers,
  type NodeReadiness,
  type NodeRound,
  type NodeState,
  nodeState,
  type Page,
  parameters,
  peers,
  readiness,
  refusal,
  rounds,
} from './node-answers.ts';
import { JSON_TYPE } from './nodes.ts';
import { checkNode } from './options.ts';

export type NodeReaderOptions = {
  /** Base URL of the node's HTTP API, with a token where it wants one. */
  readonly node: string | NodeEndpoint;
  /** For one request; 10 s unless given. */
  readonly timeoutMs?: number;
  /** In place of the platform's. */
  readonly fetch?: typeof globalThis.fetch;
  readonly signal?: AbortSignal;
};

export type PageOptions = {
  /** 1 to 100; 20 unless given. */
  readonly limit?: number;
  /** Only what is below this number. */
  readonly before?: number;
};

/**
 * What one node says of itself, for its operator: believed as it stands, and held against no chain.
 *
 * All methods throw NodeFailure: `NODE_STATUS` with the node's own words where it refuses, `NODE_UNREACHABLE`,
 * `NODE_TIMEOUT`, `NODE_RESPONSE_MALFORMED` …
 */
export type NodeReader = {
  /** Base URL that is asked. */
  readonly url: string;
  /** Also of a node that is still starting. */
  readonly readiness: () => Promise<NodeReadiness>;
  readonly state: () => Promise<NodeState>;
  readonly chain: () => Promise<NodeChain>;
  readonly peers: () => Promise<NodePeers>;
  readonly models: (page?: PageOptions) => Promise<Page<NodeModel>>;
  readonly rounds: (page?: PageOptions) => Promise<Page<NodeRound>>;
  readonly parameters: () => Promise<{ readonly items: readonly NodeParameter[] }>;
};

const TIMEOUT_MS = 10_000;
const MAX_BYTES = 8 << 20;
const REFUSALS = [400, 401, 403, 404, 429, 500, 503];
const MAX_REASON = 200;

/** @throws UsageError `CLIENT_OPTIONS`. */
export function createNodeReader(options: NodeReaderOptions): NodeReader {
  const node = checkNode(options.node, 0);
  const http = {
    timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
    fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
  } satisfies Parameters<typeof fetchAnswer>[2];

  async function ask<T>(path: string, schema: z.ZodType<T>, alsoGood?: number): Promise<T> {
    const request = {
      path,
      accept: JSON_TYPE,
      maxBytes: MAX_BYTES,
      statuses: REFUSALS,
      signal: options.signal,
    };
    const { status, bytes } = await fetchAnswer(node, request, http);
    const body = parsed(bytes);
    if (status !== 200 && status !== alsoGood) throw refused(node.url, path, status, body);
    const checked = schema.safeParse(body);
    if (checked.success) return checked.data;
    const { field, expectation } = firstIssue(checked.error);
    throw new NodeFailure('NODE_RESPONSE_MALFORMED', node.url, `${path}: ${field}: ${expectation}`, {
      metadata: { path },
      hint: 'the node is of another release',
    });
  }

  return {
    url: node.url,
    readiness: () => ask('/readyz', readiness, 503),
    state: () => ask('/v1/node', nodeState),
    chain: () => ask('/v1/chain', chainState),
    peers: () => ask('/v1/peers', peers),
    models: (page) => ask(`/v1/models${queryOf(page)}`, models),
    rounds: (page) => ask(`/v1/rounds${queryOf(page)}`, rounds),
    parameters: () => ask('/v1/parameters', parameters),
  };
}

function queryOf({ limit, before }: PageOptions = {}): string {
  const query = new URLSearchParams();
  if (limit !== undefined) query.set('limit', String(limit));
  if (before !== undefined) query.set('before', String(before));
  return query.size === 0 ? '' : `?${query}`;
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

function refused(url: string, path: string, status: number, body: unknown): NodeFailure {
  const known = refusal.safeParse(body);
  const reason = known.success ? `: ${oneLine(known.data.error.message)}` : '';
  return new NodeFailure('NODE_STATUS', url, `${path}: got status ${status}${reason}`, {
    metadata: { path, status },
    ...(status === 401 ? { hint: 'give a token of the node' } : {}),
  });
}

/** What stands in an answer may hold anything. */
function oneLine(text: string): string {
  return text
    .slice(0, MAX_REASON)
    .replaceAll(/[\p{C}\s]+/gu, ' ')
    .trim();
}
