import { BallastError } from './errors.ts';

/** How much a decoder takes from a peer. */
export type DecodeLimits = {
  /** Bytes of the whole message. */
  readonly maxBytes: number;
  /** Levels of arrays and maps inside one another. */
  readonly maxDepth: number;
  /** Values in all, keys included. */
  readonly maxItems: number;
};

export const DEFAULT_DECODE_LIMITS: DecodeLimits = { maxBytes: 1 << 20, maxDepth: 16, maxItems: 100_000 };

/**
 * Walks MessagePack bytes without building anything: one complete value, within limits, made only of nil,
 * booleans, integers, float64, strings, bytes, arrays and maps (MessagePack specification, "formats").
 *
 * @throws BallastError `DECODING_LIMIT` or `DECODING_MALFORMED`.
 */
export function scan(bytes: Uint8Array, limits: DecodeLimits): void {
  if (bytes.length > limits.maxBytes) throw overLimit('bytes', bytes.length, limits.maxBytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const open: number[] = [];
  let offset = 0;
  let items = 0;
  let pending = 1;

  while (pending > 0 || open.length > 0) {
    if (pending === 0) {
      pending = open.pop() ?? 0;
      continue;
    }
    pending -= 1;
    if (++items > limits.maxItems) throw overLimit('items', items, limits.maxItems);
    const token = readToken(view, offset);
    offset = token.next;
    if (token.children > 0) {
      if (token.children > bytes.length) throw malformed('a length beyond the end');
      open.push(pending);
      if (open.length > limits.maxDepth) throw overLimit('depth', open.length, limits.maxDepth);
      pending = token.children;
    }
  }
  if (offset !== bytes.length) throw malformed(`${bytes.length - offset} bytes after the value`);
}

type Token = { readonly next: number; readonly children: number };

function readToken(view: DataView, offset: number): Token {
  if (offset >= view.byteLength) throw malformed('an early end');
  const tag = view.getUint8(offset);
  if (tag <= 0x7f || tag >= 0xe0 || tag === 0xc0 || tag === 0xc2 || tag === 0xc3)
    return leaf(view, offset, 1);
  if (tag <= 0x8f) return { next: offset + 1, children: 2 * (tag & 0x0f) };
  if (tag <= 0x9f) return { next: offset + 1, children: tag & 0x0f };
  if (tag <= 0xbf) return leaf(view, offset, 1 + (tag & 0x1f));
  const fixed = FIXED_WIDTH.get(tag);
  if (fixed !== undefined) return leaf(view, offset, 1 + fixed);
  const sized = SIZED.get(tag);
  if (sized === undefined) throw malformed(`the type byte 0x${tag.toString(16)}`);
  const length = readLength(view, offset + 1, sized.width);
  const body = offset + 1 + sized.width;
  if (sized.kind === 'bytes') return leaf(view, body, length);
  return { next: body, children: sized.kind === 'map' ? 2 * length : length };
}

function leaf(view: DataView, from: number, length: number): Token {
  const next = from + length;
  if (next > view.byteLength) throw malformed('an early end');
  return { next, children: 0 };
}

function readLength(view: DataView, offset: number, width: 1 | 2 | 4): number {
  if (offset + width > view.byteLength) throw malformed('an early end');
  if (width === 1) return view.getUint8(offset);
  return width === 2 ? view.getUint16(offset) : view.getUint32(offset);
}

/** float64 and the integers; float32 and extension types are left out, so they are refused. */
const FIXED_WIDTH: ReadonlyMap<number, number> = new Map([
  [0xcb, 8],
  [0xcc, 1],
  [0xcd, 2],
  [0xce, 4],
  [0xcf, 8],
  [0xd0, 1],
  [0xd1, 2],
  [0xd2, 4],
  [0xd3, 8],
]);

type Sized = { readonly kind: 'bytes' | 'array' | 'map'; readonly width: 1 | 2 | 4 };

const SIZED: ReadonlyMap<number, Sized> = new Map<number, Sized>([
  [0xc4, { kind: 'bytes', width: 1 }],
  [0xc5, { kind: 'bytes', width: 2 }],
  [0xc6, { kind: 'bytes', width: 4 }],
  [0xd9, { kind: 'bytes', width: 1 }],
  [0xda, { kind: 'bytes', width: 2 }],
  [0xdb, { kind: 'bytes', width: 4 }],
  [0xdc, { kind: 'array', width: 2 }],
  [0xdd, { kind: 'array', width: 4 }],
  [0xde, { kind: 'map', width: 2 }],
  [0xdf, { kind: 'map', width: 4 }],
]);

function overLimit(what: string, given: number, limit: number): BallastError {
  return new BallastError(
    'DECODING_LIMIT',
    `canonical encoding: got ${given} ${what}, expected at most ${limit}`,
    {
      metadata: { what, given, limit },
    },
  );
}

function malformed(got: string): BallastError {
  return new BallastError(
    'DECODING_MALFORMED',
    `canonical encoding: got ${got}, expected one complete value`,
  );
}
