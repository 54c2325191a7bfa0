import { column, momentFeature } from '../library/feature.ts';
import { type MinuteBars, minuteBars } from './minute-bars.ts';

/** Minutes. */
const INTRADAY_WINDOWS = [5, 15, 30, 60] as const;

/** Minutes with a trade that a returns' and a bipower volatility need. */
const LEAST_TRADED = { realised: 2, bipower: 3 } as const;

/**
 * √(Σ r²) and √(π/2 · n/(n − 1) · Σ |r_i| |r_{i+1}|) (Barndorff-Nielsen and Shephard 2004) over the log returns of
 * the window's minutes, both per root hour, so that windows and the two can be compared: a jump is in the first and
 * hardly in the second. Minutes without trades have returns of zero and lower both.
 */
export const intradayVolatility = momentFeature({
  name: 'intraday-volatility',
  family: 'microstructure',
  description: `√Σ r² and bipower √(π/2 · n/(n − 1) · Σ |r r′|) of 1-minute log returns, ${INTRADAY_WINDOWS.join(', ')} minutes`,
  input: 'book-and-trades',
  columns: INTRADAY_WINDOWS.flatMap((minutes) => [
    column(`realised-${minutes}m`, 'per-root-hour'),
    column(`bipower-${minutes}m`, 'per-root-hour'),
  ]),
  compute: (history, now, values, offset) => {
    for (const [i, minutes] of INTRADAY_WINDOWS.entries()) {
      const { open, close, traded } = minuteBars(history, now, minutes);
      let [squares, products] = [0, 0];
      let before = 0;
      for (let m = 0; m < minutes; m++) {
        const size = Math.abs(close[m]! - open[m]!);
        squares += size * size;
        if (m > 0) products += before * size;
        before = size;
      }
      const bipower = (Math.PI / 2) * (minutes / (minutes - 1)) * products;
      values[offset + 2 * i] = traded < LEAST_TRADED.realised ? Number.NaN : perRootHour(squares, minutes);
      values[offset + 2 * i + 1] = traded < LEAST_TRADED.bipower ? Number.NaN : perRootHour(bipower, minutes);
    }
  },
});

/** √(Σ ln²(H/L) / (4 ln 2)) and √(Σ [ln(H/C) ln(H/O) + ln(L/C) ln(L/O)]) (Rogers and Satchell 1991) of the minutes. */
export const intradayRange = momentFeature({
  name: 'intraday-range',
  family: 'microstructure',
  description: `Parkinson's and Rogers' and Satchell's volatility of 1-minute bars, ${INTRADAY_WINDOWS.join(', ')} minutes`,
  input: 'book-and-trades',
  columns: INTRADAY_WINDOWS.flatMap((minutes) => [
    column(`parkinson-${minutes}m`, 'per-root-hour'),
    column(`rogers-satchell-${minutes}m`, 'per-root-hour'),
  ]),
  compute: (history, now, values, offset) => {
    for (const [i, minutes] of INTRADAY_WINDOWS.entries()) {
      const bars = minuteBars(history, now, minutes);
      const isKnown = bars.traded >= LEAST_TRADED.realised;
      const { parkinson, rogersSatchell } = rangeSums(bars);
      values[offset + 2 * i] = isKnown ? perRootHour(parkinson, minutes) : Number.NaN;
      values[offset + 2 * i + 1] = isKnown ? perRootHour(rogersSatchell, minutes) : Number.NaN;
    }
  },
});

function rangeSums({ open, high, low, close }: MinuteBars): { parkinson: number; rogersSatchell: number } {
  let [parkinson, rogersSatchell] = [0, 0];
  for (let m = 0; m < open.length; m++) {
    const [o, h, l, c] = [open[m]!, high[m]!, low[m]!, close[m]!];
    parkinson += (h - l) ** 2 / (4 * Math.LN2);
    rogersSatchell += (h - c) * (h - o) + (l - c) * (l - o);
  }
  return { parkinson, rogersSatchell };
}

function perRootHour(variance: number, minutes: number): number {
  return Math.sqrt((variance * 60) / minutes);
}
