import type { MarketWindow, ReferenceMarkets } from './market-window.ts';
import { describeMarket, RISK_HORIZON_HOURS } from './volatile-market.ts';

/** How rough the public markets are together: means over those that have the hour, by hour. */
export type ReferenceTable = {
  readonly startHour: number;
  /** Markets that have the hour; where there is none the other columns are zero. */
  readonly count: Uint16Array;
  /** Logs of 24-hour volatility, half-lives 24, 168 and 720 h. */
  readonly day: Float64Array;
  readonly week: Float64Array;
  readonly month: Float64Array;
  /** Log of the price over its 7-day high in 7-day volatilities, plus 0.8. */
  readonly belowHigh: Float64Array;
  /** Log return of 24 h in volatilities of half-life 168 h; zero in a market's first 24 hours. */
  readonly change: Float64Array;
};

const COLUMNS = ['day', 'week', 'month', 'belowHigh', 'change'] as const;

/**
 * @param references one market or several, in any order; a market is masked outside its own hours.
 * @throws BallastError `WINDOW_NOT_FINITE` for a start that is no whole hour.
 */
export function computeReference(references: ReferenceMarkets): ReferenceTable {
  const markets = isSeveral(references) ? references : [references];
  const described = markets.map((market) => ({ from: market.startHour, columns: columnsOf(market) }));
  const filled = described.filter(({ columns }) => columns.day.length > 0);
  const startHour = Math.min(...filled.map(({ from }) => from));
  const rows = Math.max(0, ...filled.map(({ from, columns }) => from + columns.day.length - startHour));
  const count = new Uint16Array(rows);
  const sums = { ...emptyColumns(rows) };
  for (const { from, columns } of filled) {
    const shift = from - startHour;
    for (let t = 0; t < columns.day.length; t++) count[t + shift]!++;
    for (const name of COLUMNS) {
      const [sum, column] = [sums[name], columns[name]];
      for (let t = 0; t < column.length; t++) sum[t + shift]! += column[t]!;
    }
  }
  for (const name of COLUMNS) {
    const sum = sums[name];
    for (let t = 0; t < rows; t++) if (count[t]! > 1) sum[t]! /= count[t]!;
  }
  return { startHour: Number.isFinite(startHour) ? startHour : 0, count, ...sums };
}

type Columns = Readonly<Record<(typeof COLUMNS)[number], Float64Array>>;

function columnsOf(market: MarketWindow): Columns {
  const { logPrice, volatility, belowHigh } = describeMarket(market);
  const week = volatility[168];
  return {
    day: volatility[24],
    week,
    month: volatility[720],
    belowHigh,
    change: logPrice.map((value, t) =>
      t < RISK_HORIZON_HOURS ? 0 : (value - logPrice[t - RISK_HORIZON_HOURS]!) / Math.exp(week[t]!),
    ),
  };
}

function emptyColumns(rows: number): Columns {
  const column = () => new Float64Array(rows);
  return { day: column(), week: column(), month: column(), belowHigh: column(), change: column() };
}

function isSeveral(references: ReferenceMarkets): references is readonly MarketWindow[] {
  return Array.isArray(references);
}
