import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { createAggregator } from '../../../aggregation/index.ts';
import type { RandomBytes } from '../../../protocol/random.ts';
import type { AttackView } from '../index.ts';

/** Bytes of SHA-256 over a seed and a counter. */
export function seeded(seed: string): RandomBytes {
  let counter = 0;
  return (length) => {
    const blocks: Buffer[] = [];
    for (let size = 0; size < length; size += 32) {
      blocks.push(createHash('sha256').update(`${seed}/${counter++}`).digest());
    }
    return Uint8Array.from(Buffer.concat(blocks).subarray(0, length));
  };
}

export const toRows = (values: readonly (readonly number[])[]): Float64Array[] =>
  values.map((row) => Float64Array.from(row));

export function expectClose(actual: Float64Array, wanted: readonly number[], tolerance = 1e-10): void {
  expect(actual.length).to.equal(wanted.length);
  for (const [k, value] of wanted.entries()) {
    expect(actual[k], `coordinate ${k}`).to.be.closeTo(value, tolerance);
  }
}

export const codeOf = (act: () => unknown): unknown => {
  try {
    act();
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
  return undefined;
};

/** What an aggregation made of its text does in its first round. */
export function aggregationOf(text: string, f: number): NonNullable<AttackView['aggregation']> {
  const aggregator = createAggregator(text, { f });
  return (rows) => aggregator.aggregate(rows, aggregator.initialState(rows[0]?.length ?? 0)).result.vector;
}
