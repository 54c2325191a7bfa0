import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A folder with 240 days of a coin's hourly candles. */
export function writePrices(folder: string): void {
  mkdirSync(folder);
  const lines = Array.from({ length: 24 * 240 }, (_, hour) => {
    const price = 1 + 0.0005 * Math.sin(hour / 9) * Math.sin((hour * hour) / 77);
    const prices = [price, price + 0.0002, price - 0.0002, price].map((value) => value.toFixed(6));
    return [Date.UTC(2021, 8, 1, hour) / 1000, ...prices, 1000].join(',');
  });
  writeFileSync(
    join(folder, 'usdc_usdt_1h.csv'),
    ['ts_utc,open,high,low,close,volume_base', ...lines, ''].join('\n'),
  );
}
