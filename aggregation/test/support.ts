import { expect } from 'chai';
import averages from './vectors/averages.json' with { type: 'json' };
import krumVectors from './vectors/krum.json' with { type: 'json' };

export { averages, krumVectors };

export function toRows(values: readonly (readonly number[])[]): Float64Array[] {
  return values.map((row) => Float64Array.from(row));
}

/** The rows of a named input of the vectors, as new arrays. */
export function inputRows(name: string): Float64Array[] {
  const values = new Map(Object.entries<number[][]>(averages.inputs)).get(name);
  if (values === undefined) throw new Error(`no input ${name} in the vectors`);
  return toRows(values);
}

/** Every coordinate within `tolerance`; the vectors have ten decimals unless said. */
export function expectClose(actual: Float64Array, wanted: readonly number[], tolerance = 1e-10): void {
  expect(actual.length, 'length').to.equal(wanted.length);
  for (const [k, value] of wanted.entries()) {
    expect(actual[k], `coordinate ${k}`).to.be.closeTo(value, tolerance);
  }
}

/** The bytes of a vector: unlike its numbers they tell −0 from 0. */
export function bytesOf(vector: Float64Array): string {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('hex');
}

/** The error that `act` throws, with the fields that every error of the project has. */
export function errorOf(act: () => unknown): {
  code?: string;
  message: string;
  hint?: string;
  metadata?: Record<string, unknown>;
} {
  try {
    act();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('expected an error, none was thrown');
}
