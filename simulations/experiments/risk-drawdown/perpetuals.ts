import { join } from 'node:path';
import { loadMarket } from '../../../node/data/index.ts';
import {
  buildRiskExamples,
  computeMarketFeatures,
  type HourlyMarket,
  RISK_HORIZON_HOURS,
  type RiskExamples,
} from '../../../node/features/index.ts';

/** Which public markets the features of an asset are beside. */
export type Basket = 'btc' | 'btc-eth' | 'others';

/** One asset's rows before and after the cutoff. */
export type SplitAsset = {
  readonly name: string;
  readonly market: HourlyMarket;
  readonly train: RiskExamples;
  readonly test: RiskExamples;
};

const NAMES = ['BTC', 'ETH', 'MKR', 'LINK', 'COMP', 'AAVE', 'UNI'] as const;
/** The markets that everybody knows; the others are private, one a node. */
export const PUBLIC_NAMES: readonly string[] = ['BTC', 'ETH'];
/** 2022-01-01T00:00Z in hours since the epoch. */
export const CUTOFF_HOUR = 455_832;

export type NamedMarket = { readonly name: string; readonly market: HourlyMarket };

/** Seven hourly perpetuals, 2020-10-24 to 2022-12-31, the main public one first. */
export async function loadPerpetuals(dataDir: string): Promise<readonly NamedMarket[]> {
  return await Promise.all(
    NAMES.map(async (name) => {
      const file = join(dataDir, `candles-1h/perp_${name}USDT_2020-10_2022-12.csv.gz`);
      const source = { kind: 'csv', format: 'perp-1h', file, from: '2020-10-24', to: '2022-12-31' } as const;
      return { name, market: (await loadMarket(source)).market };
    }),
  );
}

/** Labels of training rows end before the cutoff. */
export function splitAssets(markets: readonly NamedMarket[], basket: Basket, cutoff: number): SplitAsset[] {
  return markets.map(({ name, market }) => {
    const beside = markets.filter((other) => {
      if (basket === 'others') return other.name !== name;
      return other.name === 'BTC' || (basket === 'btc-eth' && other.name === 'ETH');
    });
    const table = computeMarketFeatures(
      market,
      beside.map((other) => other.market),
    );
    return {
      name,
      market,
      train: buildRiskExamples(table, { from: Number.NEGATIVE_INFINITY, to: cutoff - RISK_HORIZON_HOURS }),
      test: buildRiskExamples(table, { from: cutoff, to: Number.POSITIVE_INFINITY }),
    };
  });
}
