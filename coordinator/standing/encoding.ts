import { type Digest, digestOfBytes } from '../../protocol/digest.ts';
import { decodeCanonical, encodeCanonical } from '../../protocol/encoding.ts';
import { BallastError } from '../../protocol/errors.ts';
import { type NodeId, nodeIdFromPublicKey, publicKeyFromNodeId } from '../../protocol/ids.ts';
import { compareText } from '../compare.ts';
import { MAX_STANDING_ROWS, type StandingRow, type StandingTable } from './table.ts';
import { BAD_ROUNDS, GOOD_ROUNDS, TIERS } from './tiers.ts';

const KIND = 'ballast/standing/1';
const KEY_BYTES = 32;
/** Key, four bytes (tier, good, bad, quarantines) and eight counts of 32 bits, big-endian. */
const ROW_BYTES = KEY_BYTES + 4 + 8 * 4;
const COUNTS = ['until', 'settled', 'joined', 'last', 'asked', 'offered', 'accepted', 'selected'] as const;

/** The most bytes of an encoded table. */
export const MAX_STANDING_BYTES = MAX_STANDING_ROWS * ROW_BYTES + 128;

const encoded = new WeakMap<StandingTable, Uint8Array>();
const digests = new WeakMap<StandingTable, Digest>();

/**
 * The one encoding of a table: canonical, rows of 68 bytes by ascending node id.
 *
 * Rounds and counts beyond 2^32 − 1, a century of rounds of a second, are stated as that.
 */
export function encodeStanding(table: StandingTable): Uint8Array {
  const known = encoded.get(table);
  if (known !== undefined) return known;
  const rows = [...table.rows].sort(([a], [b]) => compareText(a, b));
  const bytes = new Uint8Array(rows.length * ROW_BYTES);
  const view = new DataView(bytes.buffer);
  rows.forEach(([node, row], i) => {
    const at = i * ROW_BYTES;
    bytes.set(publicKeyFromNodeId(node), at);
    bytes.set([TIERS.indexOf(row.tier), row.good, row.bad, row.quarantines], at + KEY_BYTES);
    COUNTS.forEach((name, j) => {
      view.setUint32(at + KEY_BYTES + 4 + j * 4, Math.min(row[name], 0xffff_ffff));
    });
  });
  const whole = encodeCanonical({ kind: KIND, round: table.round, founding: table.founding, rows: bytes });
  encoded.set(table, whole);
  return whole;
}

/** The digest of a table's bytes, under which peers serve it. */
export function standingDigest(table: StandingTable): Digest {
  const digest = digests.get(table) ?? digestOfBytes(encodeStanding(table));
  digests.set(table, digest);
  return digest;
}

/** @throws BallastError `STANDING_MALFORMED` for anything that {@link encodeStanding} does not write. */
export function decodeStanding(bytes: Uint8Array): StandingTable {
  const { kind, round, founding, rows, ...more } = fields(bytes);
  if (kind !== KIND || Object.keys(more).length > 0) throw malformed('another kind of record');
  if (!isCount(round) || (founding !== null && !isCount(founding))) throw malformed('another round or epoch');
  if (!(rows instanceof Uint8Array) || rows.length % ROW_BYTES !== 0) throw malformed('cut rows');
  const size = rows.length / ROW_BYTES;
  if (size > MAX_STANDING_ROWS) throw malformed(`${size} rows, more than ${MAX_STANDING_ROWS}`);
  const view = new DataView(rows.buffer, rows.byteOffset, rows.length);
  const table = new Map<NodeId, StandingRow>();
  let previous = '';
  for (let at = 0; at < rows.length; at += ROW_BYTES) {
    const node = nodeIdFromPublicKey(rows.slice(at, at + KEY_BYTES));
    if (compareText(node, previous) <= 0) throw malformed('rows out of order');
    table.set(node, readRow(rows, view, at + KEY_BYTES));
    previous = node;
  }
  return { round, founding, rows: table };
}

function readRow(bytes: Uint8Array, view: DataView, at: number): StandingRow {
  const [code = 0, good = 0, bad = 0, quarantines = 0] = bytes.subarray(at, at + 4);
  const tier = TIERS[code];
  if (tier === undefined || good > GOOD_ROUNDS || bad >= BAD_ROUNDS) throw malformed(`tier ${code}`);
  const counts = COUNTS.map((name, j) => [name, view.getUint32(at + 4 + j * 4)] as const);
  const row = Object.fromEntries(counts) as Record<(typeof COUNTS)[number], number>;
  if (row.selected > row.accepted || row.accepted > row.offered || row.joined > row.last)
    throw malformed('counts that contradict each other');
  return { tier, good, bad, quarantines, ...row };
}

function fields(bytes: Uint8Array): { readonly [key: string]: unknown } {
  try {
    const value = decodeCanonical(bytes, { maxBytes: MAX_STANDING_BYTES });
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch (cause) {
    throw malformed(cause instanceof BallastError ? cause.message : 'bytes that do not decode', cause);
  }
  throw malformed('something else than a map');
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function malformed(got: string, cause?: unknown): BallastError {
  return new BallastError('STANDING_MALFORMED', `standing table: got ${got}, expected one as it is encoded`, {
    cause,
  });
}
