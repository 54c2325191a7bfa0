import { BallastError, UsageError } from '../../protocol/errors.ts';
import { cachedSource } from './cached-source.ts';
import { type ApiConfig, isLoopback } from './config.ts';
import { ApiError } from './errors.ts';
import type { EventFeed } from './event-feed.ts';
import { API_LIMITS, type ApiLimits } from './limits.ts';
import type { ApiMetrics } from './metrics.ts';
import type { PageFile } from './pages.ts';
import { allRoutes } from './routes/index.ts';
import { createServer } from './server.ts';
import type { ApiSource, ApiStatus } from './source.ts';
import { readTokens } from './tokens.ts';

export type ApiCollaborators = {
  readonly status: ApiStatus;
  readonly feed: EventFeed;
  readonly metrics: ApiMetrics;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
  readonly onError: (error: unknown, requestId: string) => void;
  /** Pages that are served beside the interface; read when it begins to listen. */
  readonly pages?: () => Promise<readonly PageFile[]>;
};

export type Api = {
  /**
   * Listens; `/healthz`, `/readyz`, `/metrics` and the events answer at once. May be called again after it failed.
   *
   * @throws UsageError `API_TOKENS_FILE`, `API_ADDRESS` for an address that this machine does not have or may not
   *   use; BallastError `API_PORT_IN_USE`.
   */
  readonly start: () => Promise<{ readonly url: string }>;
  /** From now on the rest of the routes answers out of `source`; before, with `NOT_READY`. */
  readonly serve: (source: ApiSource) => void;
  /** Back to `NOT_READY`, while the inside of the node is made anew. */
  readonly suspend: () => void;
  /** Ends streams, waits `graceMs` for requests in flight, then closes every socket. */
  readonly stop: (graceMs: number) => Promise<void>;
};

/**
 * The node's HTTP interface.
 *
 * @throws UsageError `API_EXPOSED` for an address beyond localhost without tokens, unless `anonymousReads`.
 */
export function createApi(
  config: ApiConfig,
  collaborators: ApiCollaborators,
  limits: ApiLimits = API_LIMITS,
): Api {
  if (!isLoopback(config.host) && config.tokens === undefined && !config.anonymousReads) {
    throw new UsageError('API_EXPOSED', `api.host: got ${config.host} without tokens, expected localhost`, {
      metadata: { host: config.host },
      hint: 'give api.tokens, or set api.anonymousReads to let everybody read',
    });
  }
  const { status, metrics, now, pages } = collaborators;
  const startedAt = now();
  let source: ApiSource | undefined;
  let running: Awaited<ReturnType<typeof createServer>> | undefined;

  const current = (): ApiSource => {
    if (source !== undefined) return source;
    throw new ApiError('NOT_READY', `the node is not up: ${status.readiness().reason}`, { retryAfter: 1 });
  };
  const routes = allRoutes(current, status, {
    uptimeSeconds: () => Math.round(now() - startedAt) / 1_000,
    metricsText: () => metrics.text(),
  });

  return {
    start: async () => {
      const tokens = config.tokens === undefined ? undefined : await readTokens(config.tokens);
      const files = (await pages?.()) ?? [];
      const server = await createServer(routes, config, tokens, limits, { ...collaborators, files });
      try {
        const url = await server.app.listen({ host: config.host, port: config.port });
        running = server;
        return { url };
      } catch (error) {
        await server.app.close();
        throw listenError(error, config);
      }
    },
    serve: (next) => {
      source = cachedSource(next, now);
    },
    suspend: () => {
      source = undefined;
    },
    stop: async (graceMs) => {
      if (running === undefined) return;
      const { app, streams } = running;
      running = undefined;
      streams.close();
      const force = setTimeout(() => app.server.closeAllConnections(), graceMs);
      await app.close().finally(() => clearTimeout(force));
    },
  };
}

function listenError(error: unknown, { host, port }: ApiConfig): Error {
  const code = (error as { readonly code?: unknown } | null)?.code;
  const metadata = { host, port };
  if (code === 'EADDRINUSE') {
    return new BallastError('API_PORT_IN_USE', `api.port: ${port} of ${host} is taken, expected a free one`, {
      metadata,
      hint: 'stop the other process, or set api.port',
      cause: error,
    });
  }
  if (code === 'EADDRNOTAVAIL' || code === 'EACCES' || code === 'ENOTFOUND') {
    const message = `api.host: got ${host}, port ${port}, expected an address and port that this process may use`;
    return new UsageError('API_ADDRESS', message, { metadata, cause: error });
  }
  return error instanceof Error ? error : new Error(String(error));
}
