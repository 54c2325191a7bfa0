/** Days and hours in seconds. */
const DAY = 86_400;
const HOUR = 3_600;

/** A column of times: its name, how to read it (undefined for what it cannot be) and what was expected. */
export type TimeColumn = {
  readonly name: string;
  readonly parse: (text: string) => number | undefined;
  readonly expected: string;
  /** A moment, milliseconds since the epoch, as the column spells it. */
  readonly spell: (milliseconds: number) => string;
};

/** How a file spells its observations, and what may be expected of them. */
export type Format = {
  readonly time: TimeColumn;
  /** Columns of prices; a feed of single prices names the same column four times. */
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly close: string;
  /** Column of the volume in units of the asset. */
  readonly volume?: string;
  /** Column of the market capitalisation, in which 0 means unknown, and of the supply. */
  readonly marketCap?: string;
  readonly supply?: string;
  /** Quoted units of one price unit. */
  readonly priceScale: number;
  /** Seconds from one bar to the next, and from a bar's time to its end; absent for a feed of single prices. */
  readonly step?: number;
  /** Longest silence of a sound feed of single prices, seconds. */
  readonly heartbeat?: number;
  /** Share of the price beyond which a print of a pegged asset needs to be confirmed. */
  readonly pegJump: number;
  /** What may be made of it: deviations of a peg, bars of a volatile asset. */
  readonly uses: readonly ('peg' | 'market')[];
};

const ohlc = { open: 'open', high: 'high', low: 'low', close: 'close' } as const;

/** Whole seconds up to the year 2255; milliseconds given for seconds have three digits more and are refused. */
const seconds = (name: string): TimeColumn => ({
  name,
  parse: (text) => (/^\d{1,10}$/.test(text) ? Number(text) : undefined),
  expected: 'whole seconds since 1970-01-01 UTC',
  spell: (millis) => String(millis / 1000),
});

const milliseconds = (name: string): TimeColumn => ({
  name,
  parse: (text) => (/^\d{12,13}$/.test(text) ? Number(text) / 1000 : undefined),
  expected: 'whole milliseconds since 1970-01-01 UTC',
  spell: String,
});

const offsetTime = (name: string): TimeColumn => ({
  name,
  parse: (text) => {
    const parts = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.0+)?(Z|[+-]\d\d:\d\d)$/.exec(text);
    return parts === null ? undefined : parsed(`${parts[1]}T${parts[2]}${parts[3]}`);
  },
  expected: 'a time as 2022-05-11 12:00:00+03:00, its offset from UTC included',
  spell: (millis) => new Date(millis).toISOString(),
});

const utcDate = (name: string): TimeColumn => ({
  name,
  parse: (text) => {
    const second = /^\d{4}-\d\d-\d\d$/.test(text) ? parsed(`${text}T00:00:00Z`) : undefined;
    // A day that the month does not have would roll over into the next one.
    return second !== undefined && new Date(second * 1000).toISOString().startsWith(text)
      ? second
      : undefined;
  },
  expected: 'a date as 2022-05-11',
  spell: (millis) => new Date(millis).toISOString().replace(/T00:00:00\.000Z$/, ''),
});

function parsed(iso: string): number | undefined {
  const millis = Date.parse(iso);
  return Number.isNaN(millis) ? undefined : millis / 1000;
}

export const FORMATS = {
  /** Oracle rounds: `timestamp` in seconds, `price` × 10⁸, a round a day at the least. */
  chainlink: {
    time: seconds('timestamp'),
    open: 'price',
    high: 'price',
    low: 'price',
    close: 'price',
    priceScale: 1e8,
    heartbeat: DAY,
    pegJump: 0.05,
    uses: ['peg'],
  },
  /** Hourly candles: `ts_utc` in seconds at the candle's open. */
  'candles-1h': {
    time: seconds('ts_utc'),
    ...ohlc,
    volume: 'volume_base',
    priceScale: 1,
    step: HOUR,
    pegJump: 0.05,
    uses: ['peg', 'market'],
  },
  /** One-minute candles as Binance publishes them: `open_time` in milliseconds. */
  'candles-1m': {
    time: milliseconds('open_time'),
    ...ohlc,
    volume: 'volume',
    priceScale: 1,
    step: 60,
    pegJump: 0.05,
    uses: ['peg', 'market'],
  },
  /** Hourly candles of a perpetual future: `open_time` with an offset. Not a spot price: bars only, no peg. */
  'perp-1h': {
    time: offsetTime('open_time'),
    ...ohlc,
    volume: 'volume',
    priceScale: 1,
    step: HOUR,
    pegJump: 0.05,
    uses: ['market'],
  },
  /** Daily bars: `date`, known when the UTC day has ended. A day holds more of a market: hence twice the jump. */
  daily: {
    time: utcDate('date'),
    ...ohlc,
    marketCap: 'market_cap',
    supply: 'circulating_supply',
    priceScale: 1,
    step: DAY,
    pegJump: 0.1,
    uses: ['peg'],
  },
} as const satisfies Record<string, Format>;

export type CsvFormat = keyof typeof FORMATS;

export const CSV_FORMATS = Object.keys(FORMATS) as [CsvFormat, ...CsvFormat[]];

export function formatOf(name: CsvFormat): Format {
  return FORMATS[name];
}
