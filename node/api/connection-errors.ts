import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { ApiError, type ApiErrorCode, toEnvelope } from './errors.ts';

const BY_CODE: Readonly<Record<string, ApiErrorCode>> = {
  HPE_HEADER_OVERFLOW: 'HEADERS_TOO_LARGE',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'BODY_TOO_LARGE',
  ERR_HTTP_REQUEST_TIMEOUT: 'REQUEST_TIMEOUT',
};

const MESSAGES: Partial<Record<ApiErrorCode, string>> = {
  HEADERS_TOO_LARGE: 'got more headers than this node reads',
  BODY_TOO_LARGE: 'got more chunk extensions than this node reads',
  REQUEST_TIMEOUT: 'the request did not arrive in time',
};

/** Answers what never became a request, and closes the socket. */
export function answerConnectionError(error: Error & { readonly code?: string }, socket: Socket): void {
  // Broken off by the other side: nobody is there to read.
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const code = BY_CODE[error.code ?? ''] ?? 'REQUEST_MALFORMED';
  const failure = new ApiError(code, MESSAGES[code] ?? 'got bytes that are no HTTP request');
  const body = JSON.stringify(toEnvelope(failure, randomUUID()));
  const head = [
    `HTTP/1.1 ${failure.status} ${STATUS_CODES[failure.status] ?? ''}`,
    'content-type: application/json; charset=utf-8',
    'cache-control: no-store',
    'x-content-type-options: nosniff',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ].join('\r\n');
  socket.write(`${head}\r\n\r\n${body}`, () => socket.destroy());
}
