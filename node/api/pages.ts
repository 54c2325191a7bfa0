import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { FastifyInstance } from 'fastify';

/** A file that the server gives to whoever asks: part of a page, with nothing of the node in it. */
export type PageFile = { readonly path: string; readonly type: string; readonly body: Buffer };

/**
 * The page loads its own files and asks its own node: no other origin, no inline script or style, no frame. Markup is
 * made by the templates of lit-html alone: the browser refuses text that would become markup anywhere else.
 */
const PAGE_HEADERS = {
  'cache-control': 'no-cache',
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types lit-html",
  'cross-origin-opener-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  vary: 'accept-encoding',
} as const;

/** Adds the files as routes; they are in no OpenAPI document and ask for no token. */
export function servePages(app: FastifyInstance, files: readonly PageFile[]): void {
  for (const { path, type, body } of files) {
    const digest = createHash('sha256').update(body).digest('base64url').slice(0, 27);
    const packed = gzipSync(body);
    app.get(path, (request, reply) => {
      const isPacked = /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?(?:,|$))/.test(
        String(request.headers['accept-encoding'] ?? ''),
      );
      const etag = `"${digest}${isPacked ? '-gzip' : ''}"`;
      reply.headers({ ...PAGE_HEADERS, etag });
      if (request.headers['if-none-match'] === etag) return reply.code(304).send();
      reply.type(`${type}; charset=utf-8`);
      return isPacked ? reply.header('content-encoding', 'gzip').send(packed) : reply.send(body);
    });
  }
}
