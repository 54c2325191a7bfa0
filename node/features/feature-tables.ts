import { computeMarketTable, type MarketTable, RISK_WARMUP_HOURS } from './market-features.ts';
import type { MarketWindow } from './market-window.ts';
import type { PegHorizon } from './peg-features.ts';
import { computeFeatures, type FeatureTable } from './peg-table.ts';
import { computeReference, type ReferenceTable } from './reference-markets.ts';
import type { HourlySeries } from './series.ts';

/**
 * The tables of series and markets that do not change: each is computed when it is first asked for, and kept as long
 * as what it was computed from. What gates, reports and watches the same public data shares one of these.
 */
export class FeatureTables {
  readonly #peg = new WeakMap<HourlySeries, Map<PegHorizon, FeatureTable>>();
  readonly #risk = new WeakMap<MarketWindow, WeakMap<MarketWindow, MarketTable>>();
  readonly #references = new WeakMap<MarketWindow, ReferenceTable>();

  /** @throws as `computeFeatures`. */
  peg(series: HourlySeries, horizon: PegHorizon): FeatureTable {
    return kept(
      kept(this.#peg, series, () => new Map()),
      horizon,
      () => computeFeatures(series, horizon),
    );
  }

  /** @throws as `computeMarketFeatures`. */
  risk(market: MarketWindow, reference: MarketWindow): MarketTable {
    return kept(
      kept(this.#risk, market, () => new WeakMap()),
      reference,
      () => computeMarketTable(market, this.#reference(reference), RISK_WARMUP_HOURS),
    );
  }

  #reference(market: MarketWindow): ReferenceTable {
    return kept(this.#references, market, () => computeReference(market));
  }
}

type Store<K, V> = { get(key: K): V | undefined; set(key: K, value: V): unknown };

function kept<K, V>(store: Store<K, V>, key: K, compute: () => V): V {
  const known = store.get(key);
  if (known !== undefined) return known;
  const value = compute();
  store.set(key, value);
  return value;
}
