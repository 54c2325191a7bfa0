import { z } from 'zod';
import { API_ERRORS, type ApiErrorCode } from './errors.ts';
import { JSON_TYPE, type Representation, type Route } from './route.ts';
import { errorEnvelope } from './schemas/index.ts';

type Json = Record<string, unknown>;

/** What any route may answer before it is reached. */
const EVERYWHERE: readonly ApiErrorCode[] = [
  'REQUEST_MALFORMED',
  'QUERY_UNKNOWN_KEY',
  'HOST_REFUSED',
  'NOT_ACCEPTABLE',
  'URL_TOO_LONG',
  'RATE_LIMITED',
  'HEADERS_TOO_LARGE',
  'ANSWER_TIMEOUT',
  'INTERNAL',
];
const WITH_TOKEN: readonly ApiErrorCode[] = ['TOKEN_MISSING', 'TOKEN_UNKNOWN', 'TOKEN_RATE_LIMITED'];

/** Whether a path asks for a token where the node has any. */
export const needsToken = (path: string): boolean => path.startsWith('/v1') || path === '/metrics';

/** The OpenAPI 3.1 document of routes. */
export function openApiDocument(routes: readonly Route[]): Json {
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operation(route) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Ballast node',
      version: '1.0.0',
      description:
        'Certified model versions, rounds and bounded parameters of one node. Trust nothing of it: a certificate proves a version, the chain proves the committee.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/', description: 'this node' }],
    tags: [...new Set(routes.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: { Error: toJsonSchema(errorEnvelope, 'output') },
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'needed where the node has tokens' },
      },
    },
  };
}

function operation(route: Route): Json {
  const secured = needsToken(route.path);
  const answers = Object.entries(route.answers);
  const success = {
    description: 'success',
    content: Object.fromEntries(answers.map(([type, answer]) => [type, mediaType(type, answer)])),
  };
  return {
    operationId: route.operationId,
    summary: route.summary,
    tags: [route.tag],
    security: secured ? [{}, { token: [] }] : [],
    parameters: [
      ...parameters('path', route.params),
      ...parameters('query', route.query),
      ...Object.entries(route.headers ?? {}).map(([name, description]) => ({
        name,
        in: 'header',
        required: false,
        description,
        schema: { type: 'string' },
      })),
    ],
    ...(route.body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: {
              [JSON_TYPE]: { schema: toJsonSchema(route.body.schema, 'input'), example: route.body.example },
            },
          },
        }),
    responses: {
      ...Object.fromEntries((route.statuses ?? [200]).map((status) => [String(status), success])),
      ...(route.method === 'GET' && !route.isStream && secured
        ? { '304': { description: 'unchanged: If-None-Match names its ETag' } }
        : {}),
      ...errorResponses(errorsOf(route), route.statuses ?? [200]),
    },
  };
}

/** Every code that a route may answer with. */
export function errorsOf(route: Route): ApiErrorCode[] {
  const withBody: ApiErrorCode[] =
    route.body === undefined ? [] : ['BODY_TOO_LARGE', 'CONTENT_TYPE', 'REQUEST_TIMEOUT'];
  const withInput: ApiErrorCode[] = (route.body ?? route.params ?? route.query) ? ['REQUEST_INVALID'] : [];
  const secured = needsToken(route.path) ? WITH_TOKEN : [];
  return [...new Set([...EVERYWHERE, ...secured, ...withInput, ...withBody, ...route.errors])];
}

function errorResponses(codes: readonly ApiErrorCode[], successes: readonly number[]): Json {
  const byStatus = new Map<number, ApiErrorCode[]>();
  for (const code of codes) {
    const { status } = API_ERRORS[code];
    if (!successes.includes(status)) byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, of]) => [
      String(status),
      {
        description: of.join(', '),
        content: {
          [JSON_TYPE]: {
            schema: { $ref: '#/components/schemas/Error' },
            examples: Object.fromEntries(of.map((code) => [code, { value: exampleOf(code) }])),
          },
        },
      },
    ]),
  );
}

const exampleOf = (code: ApiErrorCode): Json => ({
  error: {
    code,
    message: 'what was given, and what was expected',
    hint: API_ERRORS[code].hint,
    requestId: '2f1c7c9e-5a58-4e0e-9d56-0d3c7c1c1a11',
  },
});

function mediaType(type: string, { schema, example }: Representation): Json {
  const described = schema === undefined ? (type.startsWith('text/') ? { type: 'string' } : {}) : undefined;
  return { schema: described ?? toJsonSchema(schema as z.ZodType, 'output'), example };
}

function parameters(place: 'path' | 'query', schema: z.ZodObject | undefined): Json[] {
  return Object.entries(schema?.shape ?? {}).map(([name, field]) => {
    const { description, ...type } = toJsonSchema(field as z.ZodType, 'output');
    const isRequired = place === 'path' || !(field as z.ZodType).safeParse(undefined).success;
    return {
      name,
      in: place,
      required: isRequired,
      ...(description === undefined ? {} : { description }),
      schema: type,
    };
  });
}

/** @param io what a client sends is `input`, what it gets is `output`. */
function toJsonSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Json;
  return rest;
}
