import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { closestWord } from '../../protocol/errors.ts';
import { firstIssue } from '../../protocol/schema.ts';
import { ApiError } from './errors.ts';
import { negotiate } from './negotiate.ts';
import { etagOf, type Payload, type Payloads } from './payloads.ts';
import { type Answer, JSON_TYPE, type Route } from './route.ts';

const YEAR_SECONDS = 31_536_000;

export type HandlerOptions = {
  /** Whether answers are for their reader alone. */
  readonly isPrivate: boolean;
  /** Kept for all routes of a server. */
  readonly payloads: Payloads;
};

/** What answers a route: its input checked, its representation chosen, its ETag compared. */
export function handlerOf(route: Route, options: HandlerOptions) {
  const offers = Object.keys(route.answers);
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const type = chooseType(request, offers);
    const { params, query, body } = checkInput(route, request);
    const answer = await route.handle({ params, query, body, type });
    return send(request, reply, answer, type, { ...options, varies: offers.length > 1 });
  };
}

/** @throws ApiError `NOT_ACCEPTABLE`. */
export function chooseType(request: FastifyRequest, offers: readonly string[]): string {
  const type = negotiate(request.headers.accept, offers);
  if (type !== undefined) return type;
  throw new ApiError('NOT_ACCEPTABLE', `Accept: expected ${offers.join(' or ')}`);
}

/** @throws ApiError `QUERY_UNKNOWN_KEY` or `REQUEST_INVALID`, naming the field and what was expected. */
export function checkInput(route: Route, request: FastifyRequest) {
  const query = request.query as Record<string, unknown>;
  const known = Object.keys(route.query?.shape ?? {});
  const unknown = Object.keys(query).find((key) => !known.includes(key));
  if (unknown !== undefined) {
    const key = unknown.slice(0, 64);
    const close = closestWord(key, known);
    throw new ApiError('QUERY_UNKNOWN_KEY', `query: ${JSON.stringify(key)} is not known here`, {
      metadata: { key },
      ...(close === undefined ? {} : { hint: `did you mean "${close}"?` }),
    });
  }
  return {
    params: parse('path', route.params, request.params),
    query: parse('query', route.query, query),
    body: parse('body', route.body?.schema, request.body),
  };
}

function parse(place: string, schema: z.ZodType | undefined, value: unknown): unknown {
  if (schema === undefined) return undefined;
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { field, expectation } = firstIssue(parsed.error);
  throw new ApiError('REQUEST_INVALID', `${place}: ${field.slice(0, 100)}: ${expectation.slice(0, 200)}`, {
    metadata: { place, field: field.slice(0, 100) },
  });
}

function send(
  request: FastifyRequest,
  reply: FastifyReply,
  { status = 200, body, isImmutable = false, isSteady = false }: Answer,
  type: string,
  { isPrivate, payloads, varies }: HandlerOptions & { readonly varies: boolean },
): FastifyReply {
  reply.code(status).type(type.startsWith('text/') || type === JSON_TYPE ? `${type}; charset=utf-8` : type);
  if (varies) reply.header('vary', 'accept');
  if (request.method !== 'POST' && request.url.startsWith('/v1/')) {
    const { bytes, etag } =
      isSteady && body instanceof Object
        ? payloads.of(body, () => payloadOf(body, type))
        : unkept(body, type);
    const reach = isPrivate ? 'private' : 'public';
    reply.header('etag', etag);
    reply.header('cache-control', isImmutable ? `${reach}, max-age=${YEAR_SECONDS}, immutable` : 'no-cache');
    if (status === 200 && isNamed(etag, request.headers['if-none-match'])) return reply.code(304).send();
    return reply.send(bytes);
  }
  reply.header('cache-control', 'no-store');
  return reply.send(payloadOf(body, type));
}

function unkept(body: unknown, type: string): Payload {
  const bytes = payloadOf(body, type);
  return { bytes, etag: etagOf(bytes) };
}

function payloadOf(body: unknown, type: string): string | Buffer {
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  return type === JSON_TYPE ? JSON.stringify(body) : String(body);
}

/** Weak comparison (RFC 9110, section 13.1.2). */
function isNamed(etag: string, header: string | undefined): boolean {
  if (header === undefined) return false;
  return header.split(',').some((part) => ['*', etag].includes(part.trim().replace(/^W\//, '')));
}
