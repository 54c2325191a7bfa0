import { createDataClock, loadSeries, type Slices } from '../data/index.ts';
import type { ModelSpec } from '../models/index.ts';
import { defaultModelSpec } from '../training/index.ts';

/** What the devnet trains: the default heads, their public numbers fitted before the first round's data. */
export async function describeModel({ publicFeed }: Slices, rounds: number): Promise<ModelSpec> {
  const feed = (await loadSeries(publicFeed)).series;
  return defaultModelSpec({ feed, fitting: createDataClock(feed, { rounds }).fitting });
}
