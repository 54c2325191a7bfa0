import type { z } from 'zod';
import type { ApiErrorCode } from './errors.ts';

/** What a route answers: JSON, text or bytes, and how long it may be kept. */
export type Answer = {
  readonly status?: number;
  /** A value to be written as JSON, or text or bytes as they are. */
  readonly body: unknown;
  /** By digest, and so the same for ever. Everything else is asked for again with its ETag. */
  readonly isImmutable?: boolean;
  /** The body is this very object as long as it says the same, and is never changed: its text is kept. */
  readonly isSteady?: boolean;
};

/** One kind of answer, for the negotiation and for the OpenAPI document. */
export type Representation = {
  readonly schema?: z.ZodType;
  readonly example: unknown;
};

export type RouteInput<Params, Query, Body> = {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  /** The media type that the client wants, one of the route's. */
  readonly type: string;
};

/** What the server and the OpenAPI document are made from. */
export type Route = {
  readonly method: 'GET' | 'POST';
  /** As in OpenAPI: `/v1/models/{version}`. */
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  readonly tag: string;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: { readonly schema: z.ZodType; readonly example: unknown };
  /** Header fields that the route reads, for the document. */
  readonly headers?: Readonly<Record<string, string>>;
  /** By media type, the default first. */
  readonly answers: Readonly<Record<string, Representation>>;
  /** Success statuses; 200 alone unless given. */
  readonly statuses?: readonly number[];
  /** Codes that the route itself raises; those that every route raises are added. */
  readonly errors: readonly ApiErrorCode[];
  /** An endless answer, written by the server: there is no `handle`. */
  readonly isStream?: boolean;
  readonly handle: (input: RouteInput<unknown, unknown, unknown>) => Promise<Answer> | Answer;
};

type Parsed<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;

/** A route whose handler's input has the types of its schemas. */
export function route<
  Params extends z.ZodObject | undefined = undefined,
  Query extends z.ZodObject | undefined = undefined,
  Body extends { readonly schema: z.ZodType; readonly example: unknown } | undefined = undefined,
>(
  definition: Omit<Route, 'params' | 'query' | 'body' | 'handle'> & {
    readonly params?: Params;
    readonly query?: Query;
    readonly body?: Body;
    readonly handle: (
      input: RouteInput<
        Parsed<Params>,
        Parsed<Query>,
        Body extends { readonly schema: infer Schema } ? Parsed<Schema> : undefined
      >,
    ) => Promise<Answer> | Answer;
  },
): Route {
  return definition as Route;
}

export const JSON_TYPE = 'application/json';

/** The common case: one JSON answer. */
export const json = (schema: z.ZodType, example: unknown): Route['answers'] => ({
  [JSON_TYPE]: { schema, example },
});
