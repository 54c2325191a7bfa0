import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';

/** A file that the server gives to whoever asks: part of a page, with nothing of the node in it. */
export type PageFile = { readonly path: string; readonly type: string; readonly body: Buffer };

/** The page loads its own files and asks its own node: no other origin, no inline script or style, no frame. */
const PAGE_HEADERS = {
  'cache-control': 'no-cache',
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
} as const;

/** Adds the files as routes; they are in no OpenAPI document and ask for no token. */
export function servePages(app: FastifyInstance, files: readonly PageFile[]): void {
  for (const { path, type, body } of files) {
    const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`;
    app.get(path, (request, reply) => {
      reply.headers({ ...PAGE_HEADERS, etag });
      if (request.headers['if-none-match'] === etag) return reply.code(304).send();
      return reply.type(`${type}; charset=utf-8`).send(body);
    });
  }
}
