import { type Digest, digestOfBytes } from '../protocol/digest.ts';
import { decodeCanonical, encodeCanonical } from '../protocol/encoding.ts';
import { decodeWeights, encodeWeights } from '../protocol/vectors.ts';
import { AggregationError } from './errors.ts';

/**
 * What an aggregation carries from round to round: server momentum, control variates, the last aggregate. It belongs
 * to a version as its weights do: a round that is rejected or aborted leaves it as it was.
 */
export type AggregatorState = {
  /** Aggregations so far. */
  readonly step: number;
  /** Vectors by name, finite. */
  readonly vectors: Readonly<Record<string, Float64Array>>;
};

/** Names and lengths of the vectors of a state. */
export type StateShape = Readonly<Record<string, number>>;

/** The bytes that are hashed, voted on and served: canonical, float64 little-endian. */
export function encodeState({ step, vectors }: AggregatorState): Uint8Array {
  const entries = Object.entries(vectors).map(([name, vector]) => [name, encodeWeights(vector)] as const);
  return encodeCanonical({ step, vectors: Object.fromEntries(entries) });
}

/** The digest of the state's bytes. */
export function stateDigest(state: AggregatorState): Digest {
  return digestOfBytes(encodeState(state));
}

/** The most bytes that a state of this shape has. */
export function stateBytes(shape: StateShape): number {
  return 64 + Object.entries(shape).reduce((sum, [name, length]) => sum + name.length + 16 + length * 8, 0);
}

/** @throws {AggregationError} STATE_INVALID unless it holds a step and exactly the vectors of the shape. */
export function decodeState(bytes: Uint8Array, shape: StateShape): AggregatorState {
  try {
    return readState(decodeCanonical(bytes, { maxBytes: stateBytes(shape) }), shape);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : 'it does not decode';
    throw new AggregationError('STATE_INVALID', `aggregator state: ${reason}`, {
      metadata: { shape },
      cause,
    });
  }
}

function readState(value: unknown, shape: StateShape): AggregatorState {
  const { step, vectors, ...more } = record(value);
  if (typeof step !== 'number' || !Number.isSafeInteger(step) || step < 0)
    throw new Error(`got step ${step}`);
  const given = record(vectors);
  const [names, expected] = [given, shape].map((of) => Object.keys(of).sort().join(', ') || 'none');
  if (Object.keys(more).length > 0 || names !== expected) {
    throw new Error(`got the vectors ${names}, expected ${expected}`);
  }
  const read = Object.entries(shape).map(([name, length]) => {
    const bytes = given[name];
    if (!(bytes instanceof Uint8Array)) throw new Error(`${name} is no byte string`);
    const vector = decodeWeights(bytes, length);
    // It is never written, and would give one state two digests.
    if (vector.some((x) => Object.is(x, -0))) throw new Error(`${name} holds a negative zero`);
    return [name, vector] as const;
  });
  return { step, vectors: Object.fromEntries(read) };
}

function record(value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw new Error('got something else than a map');
}
