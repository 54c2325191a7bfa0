import type { Bar } from './bar.ts';
import type { MarketHistory } from './history.ts';

/**
 * What a value is measured in. `one` is a plain ratio, `log` a natural logarithm of one, `bp` a ten-thousandth, `coin`
 * an amount of the coin, `money` an amount of what it is priced in, `price` money per coin, `per-root-hour` a standard
 * deviation of log returns over an hour.
 */
export type Unit = 'one' | 'log' | 'bp' | 'percent' | 'price' | 'coin' | 'money' | 'count' | 'per-root-hour';

export type Column = {
  /** Unique in the library, in kebab case. */
  readonly name: string;
  readonly unit: Unit;
  /** What stands where the value is missing, beside a 1 in the mask; finite. */
  readonly fill: number;
};

/** Values of one moment and the mask beside them: 1 where a value is missing and its column's fill stands. */
export type FeatureRow = { readonly values: Float64Array; readonly missing: Uint8Array };

export type Family =
  | 'statistics'
  | 'technical'
  | 'volatility'
  | 'calendar'
  | 'differences'
  | 'microstructure'
  | 'protocol';

type Common = {
  /** Unique in the library, in kebab case. */
  readonly name: string;
  readonly family: Family;
  readonly description: string;
  readonly columns: readonly Column[];
};

/** Writes its columns from `offset` on. */
export type BarStep = (bar: Bar, row: FeatureRow, offset: number) => void;

/** A feature of bars, one after the other. */
export type BarFeature = Common & {
  readonly input: 'bars';
  /** Bars until every column has a value. */
  readonly warmupBars: number;
  /** A stream of its own: bars ascend, each as `createBarReader` gives them. */
  readonly create: () => BarStep;
};

/** A feature of the state and the events up to a moment; it keeps nothing between two. */
export type MomentFeature = Common & {
  readonly input: 'book-and-trades' | 'protocol';
  readonly warmupBars: 0;
  /** Reads what `history` has at or before `now`, in milliseconds since the epoch, and nothing after. */
  readonly compute: (history: MarketHistory, now: number, row: FeatureRow, offset: number) => void;
};

export type LibraryFeature = BarFeature | MomentFeature;

/** Writes plain numbers from `offset` on; whatever is not finite is missing. */
type Write<T extends unknown[]> = (...args: [...T, values: Float64Array, offset: number]) => void;

/** A bar feature whose step writes plain numbers: here is where NaN and infinities end. */
export function barFeature(
  definition: Omit<BarFeature, 'input' | 'create'> & { readonly create: () => Write<[bar: Bar]> },
): BarFeature {
  return {
    ...definition,
    input: 'bars',
    create: () => {
      const step = definition.create();
      return (bar, row, offset) => {
        step(bar, row.values, offset);
        seal(definition.columns, row, offset);
      };
    },
  };
}

/** The same of a moment. */
export function momentFeature(
  definition: Omit<MomentFeature, 'warmupBars' | 'compute'> & {
    readonly compute: Write<[history: MarketHistory, now: number]>;
  },
): MomentFeature {
  return {
    ...definition,
    warmupBars: 0,
    compute: (history, now, row, offset) => {
      definition.compute(history, now, row.values, offset);
      seal(definition.columns, row, offset);
    },
  };
}

function seal(columns: readonly Column[], { values, missing }: FeatureRow, offset: number): void {
  for (let i = 0; i < columns.length; i++) {
    const isKnown = Number.isFinite(values[offset + i]!);
    missing[offset + i] = isKnown ? 0 : 1;
    if (!isKnown) values[offset + i] = columns[i]!.fill;
  }
}

/** A column whose missing values read 0 unless told. */
export function column(name: string, unit: Unit, fill = 0): Column {
  return { name, unit, fill };
}

/** A number that a bar has, such as its close. */
export type BarSeries = { readonly name: string; readonly unit: Unit; readonly of: (bar: Bar) => number };

export const CLOSE: BarSeries = { name: 'close', unit: 'price', of: (bar) => bar.close };
export const VOLUME: BarSeries = { name: 'volume', unit: 'coin', of: (bar) => bar.volume };
