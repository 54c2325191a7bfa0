import { randomUUID } from 'node:crypto';
import rateLimit from '@fastify/rate-limit';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { AuthGuard } from './auth.ts';
import { type ApiConfig, isLoopback } from './config.ts';
import { answerConnectionError } from './connection-errors.ts';
import { ApiError, toEnvelope } from './errors.ts';
import type { EventFeed } from './event-feed.ts';
import { EventStreams } from './event-stream.ts';
import { answerCors, requireLocalHost, requireShortUrl } from './guards.ts';
import { checkInput, chooseType, handlerOf } from './handler.ts';
import type { ApiLimits } from './limits.ts';
import type { ApiMetrics } from './metrics.ts';
import { needsToken } from './openapi.ts';
import { type PageFile, servePages } from './pages.ts';
import { Payloads } from './payloads.ts';
import { toApiError } from './request-errors.ts';
import type { Route } from './route.ts';
import { EVENTS_PATH, EVENTS_TYPE } from './routes/events.ts';
import type { TokenSet } from './tokens.ts';

export type ServerCollaborators = {
  readonly feed: EventFeed;
  readonly metrics: ApiMetrics;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
  /** What went wrong on this side, for the log of the operator. */
  readonly onError: (error: unknown, requestId: string) => void;
  readonly files: readonly PageFile[];
};

/** The HTTP server around routes: limits, tokens, errors and the event stream. */
export async function createServer(
  routes: readonly Route[],
  config: ApiConfig,
  tokens: TokenSet | undefined,
  limits: ApiLimits,
  collaborators: ServerCollaborators,
): Promise<{ readonly app: FastifyInstance; readonly streams: EventStreams }> {
  const { feed, metrics, now, onError, files } = collaborators;
  const app = fastify({
    http: {
      maxHeaderSize: limits.headerBytes,
      headersTimeout: limits.headersMs,
      connectionsCheckingInterval: Math.min(1_000, limits.headersMs),
      // A node that stood still for a moment must not close on a request that has arrived meanwhile.
      keepAliveTimeoutBuffer: limits.keepAliveMs,
      // A missing Host is answered like every other mistake.
      requireHostHeader: false,
    },
    requestTimeout: limits.requestMs,
    handlerTimeout: limits.answerMs,
    keepAliveTimeout: limits.keepAliveMs,
    connectionTimeout: limits.idleMs,
    bodyLimit: limits.bodyBytes,
    logger: false,
    trustProxy: false,
    forceCloseConnections: 'idle',
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    clientErrorHandler: answerConnectionError,
    frameworkErrors: (error, request, reply) => answerError(error, request, reply as FastifyReply),
  });
  app.server.maxConnections = limits.connections;
  app.removeContentTypeParser('text/plain');
  const streams = new EventStreams(feed, limits, now, {
    onSubscribers: metrics.setSubscribers,
    onDropped: metrics.countDroppedSubscriber,
  });

  await app.register(rateLimit, {
    global: false,
    max: config.rateLimit.requests,
    timeWindow: config.rateLimit.windowSeconds * 1_000,
    cache: limits.addresses,
  });
  const limiter = app.createRateLimit();
  const guard =
    tokens && new AuthGuard(tokens, limits, { now, onFailure: () => metrics.countTokenFailure() });

  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
    reply.header('x-content-type-options', 'nosniff');
    requireShortUrl(request, limits.urlBytes);
    if (isLoopback(config.host)) requireLocalHost(request);
    const used = await limiter(request);
    if (!used.isAllowed && used.isExceeded) {
      throw new ApiError(
        'RATE_LIMITED',
        `got more than ${used.max} requests in ${used.timeWindow / 1_000} s`,
        {
          retryAfter: Math.max(1, used.ttlInSeconds),
        },
      );
    }
    if (answerCors(request, reply, config.cors)) return reply.code(204).send();
    // An unknown path gets the same answer as a known one: who may not read learns nothing of either.
    if (needsToken(pathOf(request))) guard?.check(request.headers.authorization, request.ip);
    return undefined;
  });
  app.addHook('onResponse', async (request, reply) => {
    const { url } = request.routeOptions;
    if (url === EVENTS_PATH) return;
    metrics.observeRequest(templateOf(url), reply.statusCode, reply.elapsedTime / 1_000);
  });

  app.setErrorHandler(answerError);
  app.setNotFoundHandler((request) => {
    const path = pathOf(request);
    const fitting = routes.filter(({ path: template }) => matches(template, path));
    const allowed = [...new Set(fitting.map(({ method }) => method))];
    if (allowed.length === 0) throw new ApiError('ROUTE_UNKNOWN', 'got a path that this node does not have');
    throw new ApiError('METHOD_NOT_ALLOWED', `${request.method}: expected ${allowed.join(' or ')}`, {
      metadata: { allow: allowed.join(', ') },
    });
  });

  const answering = { isPrivate: tokens !== undefined, payloads: new Payloads() };
  for (const route of routes) {
    app.route({
      method: route.method,
      url: route.path.replaceAll(/\{(\w+)\}/g, ':$1'),
      exposeHeadRoute: !route.isStream,
      handler: route.isStream ? openStream(route) : handlerOf(route, answering),
    });
  }
  servePages(app, files);
  return { app, streams };

  function openStream(route: Route) {
    return (request: FastifyRequest, reply: FastifyReply): void => {
      chooseType(request, [EVENTS_TYPE]);
      const { after } = checkInput(route, request).query as { readonly after?: string };
      const header = request.headers['last-event-id'];
      streams.requireRoom();
      const headers = Object.fromEntries(
        Object.entries(reply.getHeaders()).map(([name, value]) => [name, String(value)]),
      );
      reply.hijack();
      // The idle timeout is for requests; a stream has its heartbeat.
      request.raw.socket.setTimeout(0);
      streams.open(reply.raw, headers, typeof header === 'string' ? header.slice(0, 64) : after);
    };
  }

  function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    let failure = toApiError(error);
    if (failure === undefined) {
      onError(error, request.id);
      failure = new ApiError('INTERNAL', 'the node failed to answer');
    }
    const { allow } = failure.metadata;
    if (failure.code === 'METHOD_NOT_ALLOWED' && typeof allow === 'string') reply.header('allow', allow);
    if (failure.status === 401) reply.header('www-authenticate', 'Bearer');
    if (failure.retryAfter !== undefined) reply.header('retry-after', String(failure.retryAfter));
    // The rest of what the client still sends is not read.
    if (failure.status === 413) reply.header('connection', 'close');
    return (
      reply
        .code(failure.status)
        .header('cache-control', 'no-store')
        // A URL that cannot be read gets here before any hook has run.
        .header('x-request-id', request.id)
        .header('x-content-type-options', 'nosniff')
        .type('application/json; charset=utf-8')
        .send(JSON.stringify(toEnvelope(failure, request.id)))
    );
  }
}

const pathOf = (request: FastifyRequest): string => (request.raw.url ?? '').split('?', 1)[0] ?? '';

const templateOf = (url: string | undefined): string =>
  url === undefined ? 'unmatched' : url.replaceAll(/:(\w+)/g, '{$1}');

function matches(template: string, path: string): boolean {
  const [want, got] = [template.split('/'), path.split('/')];
  return want.length === got.length && want.every((part, i) => part.startsWith('{') || part === got[i]);
}
