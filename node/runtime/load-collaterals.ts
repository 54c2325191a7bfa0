import { loadMarket, loadSeries } from '../data/index.ts';
import type { PublicCollateral } from './collaterals.ts';
import type { RuntimeConfig } from './runtime-config.ts';

/** The public collaterals that a configuration names, read from their sources. @throws what reading them throws. */
export async function loadCollaterals(
  sources: NonNullable<RuntimeConfig['collaterals']>,
  signal?: AbortSignal,
): Promise<PublicCollateral[]> {
  const loaded: PublicCollateral[] = [];
  for (const { name, feed, market } of sources) {
    loaded.push({
      name,
      feed: feed === undefined ? undefined : (await loadSeries(feed, signal)).series,
      market: market === undefined ? undefined : (await loadMarket(market, signal)).market,
    });
  }
  return loaded;
}
