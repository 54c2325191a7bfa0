import { digestOf } from '../../protocol/digest.ts';
import { decodeCanonical, type Encodable, encodeCanonical } from '../../protocol/encoding.ts';
import { BallastError } from '../../protocol/errors.ts';
import { decodeWeights, encodeWeights } from '../../protocol/vectors.ts';
import type { CorrelatedNoiseOptions } from './options.ts';
import { MAX_UNITS, type Participation } from './participations.ts';

/** What the next round of noise is made from. */
export type NoiseState = {
  readonly round: number;
  /** The last rows of noise, newest first. */
  readonly rows: readonly Float64Array[];
  readonly units: readonly (readonly [string, Participation])[];
};

const FORMAT = 1;
const DOMAIN = 'ballast/correlated-noise/1';
/** Of the fields around the rows, and of one unit. */
const OVERHEAD_BYTES = 512;
const UNIT_BYTES = 3 * 256 + 32;

/** The state with the digest of the options that it belongs to and a checksum. Float64, little-endian, row by row. */
export function encodeNoiseState(state: NoiseState, options: CorrelatedNoiseOptions): Uint8Array {
  const body = {
    options: optionsDigest(options),
    round: state.round,
    rows: state.rows.map(encodeWeights),
    units: state.units.map(([name, { last, times }]) => [name, last, times]),
  };
  return encodeCanonical({ format: FORMAT, body, checksum: digestOf(DOMAIN, body) });
}

/** @throws BallastError `CORRELATED_STATE`, also for a state of other options. */
export function decodeNoiseState(bytes: Uint8Array, options: CorrelatedNoiseOptions): NoiseState {
  const { plan, dimension } = options;
  const kept = plan.coefficients.length - 1;
  let record: Encodable;
  try {
    record = decodeCanonical(bytes, {
      maxBytes: OVERHEAD_BYTES + kept * (dimension * 8 + 8) + MAX_UNITS * UNIT_BYTES,
      maxDepth: 5,
      maxItems: 32 + kept + 4 * MAX_UNITS,
    });
  } catch (cause) {
    throw refused('bytes that do not decode', cause);
  }
  const { format, body, checksum } = fields(record);
  const { options: digest, round, rows, units } = fields(body);
  if (format !== FORMAT || checksum !== digestOf(DOMAIN, body ?? null)) throw refused('a wrong checksum');
  if (digest !== optionsDigest(options)) throw refused('the state of another plan or other options');
  if (!isCount(round, plan.rounds)) throw refused('a round out of bounds');
  if (!Array.isArray(rows) || rows.length !== Math.min(round, kept)) throw refused('another number of rows');
  if (!Array.isArray(units) || units.length > MAX_UNITS) throw refused('no list of units');
  return {
    round,
    rows: rows.map((row) => {
      if (!(row instanceof Uint8Array) || row.length !== dimension * 8) throw refused('a row out of shape');
      const values = decodeWeights(row, dimension);
      if (!values.every(Number.isSafeInteger)) throw refused('a row off the grid');
      return values;
    }),
    units: units.map((unit: Encodable) => {
      const [name, last, times] = Array.isArray(unit) ? unit : [];
      if (typeof name !== 'string' || !isCount(last, round) || !isCount(times, plan.participations)) {
        throw refused('a unit out of shape');
      }
      return [name, { last, times }] as const;
    }),
  };
}

function optionsDigest(options: CorrelatedNoiseOptions): string {
  const { plan, dimension, clipNorm, noiseMultiplier, gridBits } = options;
  const { coefficients, rounds, minSeparation, participations } = plan;
  return digestOf(DOMAIN, {
    plan: { coefficients, rounds, minSeparation, participations },
    dimension,
    clipNorm,
    noiseMultiplier,
    gridBits,
  });
}

type Fields = { readonly [key: string]: Encodable };

function fields(value: Encodable | undefined): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Uint8Array) {
    throw refused('another value');
  }
  return value as Fields;
}

function isCount(value: unknown, most: number): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= most;
}

function refused(got: string, cause?: unknown): BallastError {
  return new BallastError(
    'CORRELATED_STATE',
    `correlated noise: got ${got}, expected the state of this run`,
    {
      hint: 'without its state a run cannot go on: plan a new one, and charge it',
      ...(cause === undefined ? {} : { cause }),
    },
  );
}
