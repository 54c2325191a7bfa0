import { BallastError } from '../../protocol/errors.ts';
import { ROWS_PER_RECORD } from './examples.ts';
import { type MarketTable, RISK_FEATURES, RISK_HORIZON_HOURS } from './market-features.ts';

/** What a risk assessment needs of one hour or of many; logs of 24-hour volatilities. */
export type RiskInput = {
  /** rows × RISK_FEATURES.length, row-major. */
  readonly x: Float64Array;
  /** Log of the EWMA volatility, half-life 24 h. */
  readonly ewma: Float64Array;
};

/** Examples of the risk head, grouped into records: a record is a UTC day of rows, as it is for the peg head. */
export type RiskExamples = RiskInput & {
  readonly records: number;
  readonly rows: number;
  readonly width: number;
  /** Worst fall of the next 24 h from the price at t, as a log, 0 or more. */
  readonly drawdown: Float64Array;
  /** Log of the volatility that the next 24 h realise. */
  readonly volatility: Float64Array;
  /** The same two of the last 24 h. */
  readonly lastDrawdown: Float64Array;
  readonly lastVolatility: Float64Array;
  /** Hours since the epoch of each row t. */
  readonly hour: Float64Array;
  /** Bits of `FLAGS` of each row's hour, as in `ExampleSet`. */
  readonly flags: Uint8Array;
  /** records + 1 offsets, as in `ExampleSet`. */
  readonly recordStart: Int32Array;
};

/**
 * The examples whose rows lie in [from, to) hours and whose labels lie within the table. Hours without a known close
 * give none. A range without any gives an empty set.
 */
export function buildRiskExamples(table: MarketTable, range: { from: number; to: number }): RiskExamples {
  const width = RISK_FEATURES.length;
  const begin = Math.ceil(Math.max(table.warmup, range.from - table.startHour));
  const end = Math.floor(Math.min(table.rows - RISK_HORIZON_HOURS, range.to - table.startHour));
  const chosen: number[] = [];
  for (let t = begin; t < end; t++) if (table.known[t] === 1) chosen.push(t);
  const recordStart: number[] = [];
  let day = Number.NaN;
  for (const [i, t] of chosen.entries()) {
    const rowDay = Math.floor((table.startHour + t) / ROWS_PER_RECORD);
    if (rowDay !== day) recordStart.push(i);
    day = rowDay;
  }
  const x = new Float64Array(chosen.length * width);
  for (const [i, t] of chosen.entries()) x.set(table.x.subarray(t * width, (t + 1) * width), i * width);
  const column = (at: (t: number) => number) => Float64Array.from(chosen, at);
  return {
    records: recordStart.length,
    rows: chosen.length,
    width,
    x,
    ewma: column((t) => table.ewma[t]!),
    drawdown: column((t) => table.drawdown[t + RISK_HORIZON_HOURS]!),
    volatility: column((t) => table.realised[t + RISK_HORIZON_HOURS]!),
    lastDrawdown: column((t) => table.drawdown[t]!),
    lastVolatility: column((t) => table.realised[t]!),
    hour: column((t) => table.startHour + t),
    flags: Uint8Array.from(chosen, (t) => table.flags[t]!),
    recordStart: Int32Array.from([...recordStart, chosen.length]),
  };
}

/**
 * What an assessment made at `hour` (since the epoch) needs, from that hour and before.
 *
 * @throws BallastError `FEATURES_UNKNOWN` for an hour outside the table or in its warm-up.
 */
export function riskInputAt(table: MarketTable, hour: number): RiskInput {
  const t = hour - table.startHour;
  const width = RISK_FEATURES.length;
  if (!Number.isInteger(t) || t < table.warmup || t >= table.rows) {
    const [first, last] = [table.startHour + table.warmup, table.startHour + table.rows - 1];
    throw new BallastError('FEATURES_UNKNOWN', `hour: got ${hour}, expected ${first} to ${last}`, {
      metadata: { hour, first, last },
    });
  }
  return { x: table.x.slice(t * width, (t + 1) * width), ewma: table.ewma.slice(t, t + 1) };
}
