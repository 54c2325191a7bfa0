import { UsageError } from '../../../protocol/errors.ts';
import { DEFAULT_LINE_LIMITS, type LineLimits, readLines } from './lines.ts';

/** A price and the moment from which it was known, seconds since the epoch. */
export type PricePoint = { readonly second: number; readonly price: number };

/** How a file spells its prices. */
type Format = {
  readonly timeColumn: string;
  readonly priceColumn: string;
  /** Quoted integer units of one price unit. */
  readonly priceScale: number;
  /** Seconds from the timestamp to the moment the price was known: a candle's close comes at its end. */
  readonly knownAfter: number;
};

export const PRICE_FORMATS = {
  /** Oracle rounds: `timestamp` in seconds, `price` × 10⁸. */
  chainlink: { timeColumn: 'timestamp', priceColumn: 'price', priceScale: 1e8, knownAfter: 0 },
  /** Hourly candles: `ts_utc` in seconds at the candle's open, `close` in price units. */
  'candles-1h': { timeColumn: 'ts_utc', priceColumn: 'close', priceScale: 1, knownAfter: 3600 },
} as const satisfies Record<string, Format>;

export type PriceFormat = keyof typeof PRICE_FORMATS;

/**
 * The prices of a comma-separated file with a header, in file order.
 *
 * @throws UsageError `DATA_MALFORMED` (`FILE:LINE: column X: got "…", expected …`) for a missing column, a number
 *   that is none, a price not above zero or a timestamp not after the one before; and what `readLines` throws.
 */
export async function* readPrices(
  file: string,
  format: PriceFormat,
  limits: LineLimits = DEFAULT_LINE_LIMITS,
): AsyncGenerator<PricePoint> {
  const { timeColumn, priceColumn, priceScale, knownAfter }: Format = PRICE_FORMATS[format];
  let columns: readonly string[] | undefined;
  let timeAt = -1;
  let priceAt = -1;
  let previous = Number.NEGATIVE_INFINITY;
  for await (const { number, text } of readLines(file, limits)) {
    if (columns === undefined) {
      columns = text.replace(/^\uFEFF/, '').split(',');
      timeAt = columns.indexOf(timeColumn);
      priceAt = columns.indexOf(priceColumn);
      if (timeAt < 0)
        throw malformed(file, number, timeColumn, text, `a header with a column "${timeColumn}"`);
      if (priceAt < 0)
        throw malformed(file, number, priceColumn, text, `a header with a column "${priceColumn}"`);
      continue;
    }
    const fields = text.split(',');
    if (fields.length !== columns.length) {
      throw malformed(file, number, '*', text, `${columns.length} comma-separated values`);
    }
    const timeText = fields[timeAt] ?? '';
    const priceText = fields[priceAt] ?? '';
    // Up to the year 2255; milliseconds given for seconds have three digits more and are refused.
    if (!/^\d{1,10}$/.test(timeText)) {
      throw malformed(file, number, timeColumn, timeText, 'whole seconds since 1970-01-01 UTC');
    }
    const second = Number(timeText);
    if (second <= previous) {
      throw malformed(file, number, timeColumn, timeText, `a timestamp after ${previous}, the one before it`);
    }
    if (!/^\d+(\.\d+)?([eE][+-]?\d+)?$/.test(priceText)) {
      throw malformed(file, number, priceColumn, priceText, 'a decimal number');
    }
    const price = Number(priceText) / priceScale;
    if (!(price > 0 && Number.isFinite(price))) {
      throw malformed(file, number, priceColumn, priceText, 'a finite price above zero');
    }
    previous = second;
    yield { second: second + knownAfter, price };
  }
  if (columns === undefined) throw malformed(file, 1, timeColumn, '', 'a header line');
}

function malformed(file: string, line: number, column: string, got: string, expected: string): UsageError {
  const shown = got.length > 60 ? `${got.slice(0, 60)}…` : got;
  return new UsageError(
    'DATA_MALFORMED',
    `${file}:${line}: column ${column}: got ${JSON.stringify(shown)}, expected ${expected}`,
    { metadata: { file, line, column, got: shown }, hint: 'correct or remove this line; nothing was loaded' },
  );
}
