import { ROWS_PER_RECORD, recordStarts } from './examples.ts';
import { knownRow } from './known-row.ts';
import { type MarketTable, RISK_FEATURES } from './market-features.ts';
import { RISK_HORIZON_HOURS } from './volatile-market.ts';

/** What a risk assessment needs of one hour or of many; logs of 24-hour volatilities. */
export type RiskInput = {
  /** rows × RISK_FEATURES.length, row-major. */
  readonly x: Float64Array;
  /** Log of the EWMA volatility, half-life 24 h. */
  readonly ewma: Float64Array;
  /** Log of the asset's usual volatility so far: what a drawdown event is measured by. */
  readonly usual: Float64Array;
};

/** Examples of the risk head, grouped into records: a record is a UTC day of rows, as it is for the peg head. */
export type RiskExamples = RiskInput & {
  readonly records: number;
  readonly rows: number;
  readonly width: number;
  /** Worst fall of the next 24 h from the price at t to their lows, as a log, 0 or more. */
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
 * give none. A range without any gives an empty set. Columns may be views of the table: neither is to be written to.
 *
 * @param recordHours as in `buildExamples`.
 */
export function buildRiskExamples(
  table: MarketTable,
  range: { from: number; to: number },
  recordHours: number = ROWS_PER_RECORD,
): RiskExamples {
  const width = RISK_FEATURES.length;
  const begin = Math.ceil(Math.max(table.warmup, range.from - table.startHour));
  const end = Math.floor(Math.min(table.rows - RISK_HORIZON_HOURS, range.to - table.startHour));
  const chosen = knownRows(table, begin, end);
  const rows = chosen.length;
  const isWhole = rows > 0 && chosen[rows - 1]! - chosen[0]! === rows - 1;
  const columnOf = (values: Float64Array, shift = 0, columns = 1): Float64Array => {
    // Rows without a hole between them are a view of the table.
    if (isWhole) {
      const first = chosen[0]! + shift;
      return values.subarray(first * columns, (first + rows) * columns);
    }
    const out = new Float64Array(rows * columns);
    for (let i = 0; i < rows; i++) {
      const from = (chosen[i]! + shift) * columns;
      for (let j = 0; j < columns; j++) out[i * columns + j] = values[from + j]!;
    }
    return out;
  };
  const hour = new Float64Array(rows);
  for (let i = 0; i < rows; i++) hour[i] = table.startHour + chosen[i]!;
  const recordStart = recordStarts(hour, recordHours);
  return {
    records: recordStart.length - 1,
    rows,
    width,
    x: columnOf(table.x, 0, width),
    ewma: columnOf(table.ewma),
    usual: columnOf(table.usual),
    drawdown: columnOf(table.drawdown, RISK_HORIZON_HOURS),
    volatility: columnOf(table.realised, RISK_HORIZON_HOURS),
    lastDrawdown: columnOf(table.drawdown),
    lastVolatility: columnOf(table.realised),
    hour,
    flags: Uint8Array.from(chosen, (t) => table.flags[t]!),
    recordStart,
  };
}

/** Rows of [begin, end) whose close is known, ascending. */
function knownRows({ known }: MarketTable, begin: number, end: number): Int32Array {
  const chosen = new Int32Array(Math.max(0, end - begin));
  let rows = 0;
  for (let t = begin; t < end; t++) if (known[t] === 1) chosen[rows++] = t;
  return chosen.subarray(0, rows);
}

/**
 * What an assessment made at `hour` (since the epoch) needs, from that hour and before.
 *
 * @throws BallastError `FEATURES_UNKNOWN` for an hour outside the table or in its warm-up.
 */
export function riskInputAt(table: MarketTable, hour: number): RiskInput {
  const t = knownRow(table, hour);
  const width = RISK_FEATURES.length;
  return {
    x: table.x.slice(t * width, (t + 1) * width),
    ewma: table.ewma.slice(t, t + 1),
    usual: table.usual.slice(t, t + 1),
  };
}
