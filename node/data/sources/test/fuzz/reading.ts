import { BallastError } from '../../../../../protocol/errors.ts';
import { createPrng, type Prng } from '../../../prng.ts';
import type { Observation } from '../../data-source.ts';
import type { FuzzReport, FuzzTarget } from './hostile.ts';

/** Rows of one reading. */
const BATCH = 250;

/** What a target has counted so far. */
export type FuzzCount = { -readonly [Key in keyof Omit<FuzzReport, 'source'>]: number };

export const nothingCounted = (): FuzzCount => ({
  rows: 0,
  spoilt: 0,
  taken: 0,
  flagged: 0,
  refused: 0,
  gaps: 0,
  errors: 0,
});

/** One reading of a target: so many rows, spoilt by its own generator. */
export type FuzzReading = {
  readonly batch: number;
  readonly count: number;
  readonly prng: Prng;
  readonly total: FuzzCount;
};

/** A target whose rows are sent in readings of 250, one after the other. */
export const targetOf = (source: string, read: (reading: FuzzReading) => Promise<void>): FuzzTarget => ({
  source,
  run: async (rows, seed) => {
    const total = nothingCounted();
    for (let batch = 0; total.rows < rows; batch++) {
      const count = Math.min(BATCH, rows - total.rows);
      total.rows += count;
      await read({ batch, count, prng: createPrng(seed, batch), total });
    }
    return { source, ...total };
  },
});

/**
 * Reads to the end, counts what comes and holds each against its rules.
 *
 * @returns whether it came to its end: a typed error ends a reading too, and is counted.
 * @throws what `check` throws, and anything untyped.
 */
export async function countReading(
  total: FuzzCount,
  reading: AsyncIterable<Observation>,
  check: (each: Observation) => void,
): Promise<boolean> {
  try {
    for await (const each of reading) {
      if (each.kind === 'refused') total.refused++;
      else if (each.kind === 'gap') total.gaps++;
      else {
        total.taken++;
        if ('flags' in each && each.flags !== 0) total.flagged++;
      }
      check(each);
    }
    return true;
  } catch (error) {
    if (!(error instanceof BallastError)) throw error;
    total.errors++;
    return false;
  }
}
