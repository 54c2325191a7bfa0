import { createDataClock, loadMarket, loadSeries, type Slices } from '../data/index.ts';
import type { ModelSpec } from '../models/index.ts';
import { defaultModelSpec } from '../training/index.ts';

/** What the devnet trains: the default heads, their public numbers fitted before the first round's data. */
export async function describeModel(
  { publicFeed, publicMarket }: Slices,
  rounds: number,
): Promise<ModelSpec> {
  const feed = (await loadSeries(publicFeed)).series;
  const { market } = await loadMarket(publicMarket);
  return defaultModelSpec({ feed, market, fitting: createDataClock(feed, { rounds }).fitting });
}
