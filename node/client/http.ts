import { NodeFailure } from './errors.ts';

/** Where a node's HTTP API is. */
export type NodeEndpoint = {
  /** http or https, with or without a path before `/v1`. */
  readonly url: string;
  /** Sent as `Authorization: Bearer …` to this node alone. */
  readonly token?: string;
};

export type HttpOptions = {
  /** For one request, from connecting to the last byte. */
  readonly timeoutMs: number;
  readonly fetch: typeof globalThis.fetch;
};

export type HttpRequest = {
  /** From `/v1/` on. */
  readonly path: string;
  readonly accept: string;
  readonly maxBytes: number;
  readonly signal?: AbortSignal | undefined;
  /** Statuses whose answer is wanted too; 200 alone unless given. */
  readonly statuses?: readonly number[];
};

export type HttpAnswer = { readonly status: number; readonly bytes: Uint8Array };

/**
 * The body of a 200 answer, within limits of bytes and time. A redirect is not followed: what a node serves is its own.
 *
 * @throws NodeFailure `NODE_…`; what `request.signal` was aborted with when the caller gave up.
 */
export async function fetchBytes(
  node: NodeEndpoint,
  request: HttpRequest,
  options: HttpOptions,
): Promise<Uint8Array> {
  return (await fetchAnswer(node, request, options)).bytes;
}

/** As {@link fetchBytes}, with the status, for those that the request wants. */
export async function fetchAnswer(
  node: NodeEndpoint,
  request: HttpRequest,
  options: HttpOptions,
): Promise<HttpAnswer> {
  const timeout = AbortSignal.timeout(options.timeoutMs);
  const signal = request.signal === undefined ? timeout : AbortSignal.any([timeout, request.signal]);
  try {
    const response = await options.fetch(`${node.url}${request.path}`, {
      headers: {
        accept: request.accept,
        ...(node.token === undefined ? {} : { authorization: `Bearer ${node.token}` }),
      },
      redirect: 'manual',
      credentials: 'omit',
      signal,
    });
    requireSuccess(node, request, response);
    return { status: response.status, bytes: await readBody(node, request, response) };
  } catch (error) {
    if (error instanceof NodeFailure) throw error;
    request.signal?.throwIfAborted();
    throw timeout.aborted ? timedOut(node, request, options) : unreachable(node, request, error);
  }
}

function requireSuccess(node: NodeEndpoint, { path, statuses }: HttpRequest, response: Response): void {
  const { status, type } = response;
  if (status === 200 || statuses?.includes(status)) return;
  void response.body?.cancel().catch(() => undefined);
  const metadata = { path, status };
  // A browser hides the status of a redirect that it does not follow.
  if (type === 'opaqueredirect' || (status >= 300 && status < 400)) {
    throw new NodeFailure('NODE_REDIRECTED', node.url, `${path}: got a redirect, expected the answer`, {
      metadata,
    });
  }
  if (status === 404) {
    throw new NodeFailure('NODE_BEHIND', node.url, `${path}: the node does not have what the chain has`, {
      metadata,
    });
  }
  throw new NodeFailure('NODE_STATUS', node.url, `${path}: got status ${status}, expected 200`, { metadata });
}

async function readBody(node: NodeEndpoint, request: HttpRequest, response: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = Number(response.headers.get('content-length') ?? 0);
  if (length > request.maxBytes) throw await tooLarge(node, request, response);
  length = 0;
  const reader = response.body?.getReader();
  for (let part = await reader?.read(); part?.done === false; part = await reader?.read()) {
    length += part.value.length;
    if (length > request.maxBytes) {
      await reader?.cancel().catch(() => undefined);
      throw await tooLarge(node, request);
    }
    chunks.push(part.value);
  }
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

async function tooLarge(node: NodeEndpoint, request: HttpRequest, response?: Response): Promise<NodeFailure> {
  const { path, maxBytes } = request;
  await response?.body?.cancel().catch(() => undefined);
  return new NodeFailure(
    'NODE_RESPONSE_TOO_LARGE',
    node.url,
    `${path}: got more than ${maxBytes} bytes, expected at most those`,
    { metadata: { path, maxBytes } },
  );
}

function timedOut(node: NodeEndpoint, { path }: HttpRequest, { timeoutMs }: HttpOptions): NodeFailure {
  return new NodeFailure('NODE_TIMEOUT', node.url, `${path}: no whole answer within ${timeoutMs} ms`, {
    metadata: { path, timeoutMs },
  });
}

function unreachable(node: NodeEndpoint, { path }: HttpRequest, cause: unknown): NodeFailure {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new NodeFailure('NODE_UNREACHABLE', node.url, `${path}: ${reason}`, {
    metadata: { path },
    hint: 'from a browser, the node must list the page among its CORS origins',
    cause,
  });
}
