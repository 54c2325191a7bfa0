import { fromGrid } from '../../privacy/index.ts';
import { decodeCanonical, encodeCanonical } from '../../protocol/encoding.ts';
import { BallastError } from '../../protocol/errors.ts';
import type { KeyValueStore } from '../../protocol/store.ts';
import { decodeWeights, encodeWeights } from '../../protocol/vectors.ts';

const KEY = 'control-variate';

/** What a node notes before it releases a row with a change of its control variate. */
export type ClientVariate = {
  /** c_i before the release, of the model's size. */
  readonly own: Float64Array;
  /** The round of the release, and the version that it was trained from. */
  readonly round: number;
  readonly version: number;
};

export type VariateTerms = {
  /** Number of weights d; a released row is 2d grid integers [Δy; Δc]. */
  readonly size: number;
  readonly gridBits: number;
  /** The version that is trained from now. */
  readonly version: number;
};

/**
 * SCAFFOLD's c_i of this node, 0 before its first release: what was noted last, and the Δc released after it where a
 * version came of that round, so that c stays the mean of all c_i. A release whose round was rejected, or that a crash
 * kept from being made, adds nothing.
 *
 * It is the sum of released rows: nothing in it is secret under unit `record` or `node`, and a node that has lost it
 * trains on as one that is new.
 *
 * @param released the row released in a round, or undefined.
 * @throws BallastError `CONTROL_VARIATE` where what is stored is of another model.
 */
export async function readVariate(
  store: Pick<KeyValueStore, 'get'>,
  { size, gridBits, version }: VariateTerms,
  released: (round: number) => Promise<Int32Array | undefined>,
): Promise<Float64Array> {
  const bytes = await store.get(KEY);
  if (bytes === undefined) return new Float64Array(size);
  const noted = decode(bytes, size);
  if (version <= noted.version) return noted.own;
  const row = await released(noted.round);
  if (row === undefined) return noted.own;
  const change = fromGrid(row.subarray(size), gridBits);
  return noted.own.map((c, j) => c + (change[j] ?? 0));
}

/** Notes c_i durably; to be done before the round's row is released. */
export function noteVariate(
  store: Pick<KeyValueStore, 'write'>,
  { own, round, version }: ClientVariate,
): Promise<void> {
  const value = encodeCanonical({ own: encodeWeights(own), round, version });
  return store.write([{ type: 'put', key: KEY, value }]);
}

function decode(bytes: Uint8Array, size: number): ClientVariate {
  try {
    const read = decodeCanonical(bytes, { maxBytes: size * 8 + 100 });
    if (typeof read !== 'object' || read === null || Array.isArray(read)) throw new Error('got no map');
    const { own, round, version } = read as Record<string, unknown>;
    if (!(own instanceof Uint8Array)) throw new Error('got no vector');
    if (typeof round !== 'number' || typeof version !== 'number') throw new Error('got no round and version');
    return { own: decodeWeights(own, size), round, version };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new BallastError('CONTROL_VARIATE', `control variate of this node: ${reason}`, {
      metadata: { size },
      hint: 'the data folder is of another network, or damaged',
      cause,
    });
  }
}
