import { column, momentFeature } from '../library/feature.ts';
import { hasBegun, itemsWithin, latest, STALE_AFTER } from '../library/history.ts';
import { HOUR_MS } from '../series.ts';
import { weightedMean } from './collateral.ts';
import { share, totalDebt, totalValue } from './state.ts';

/** The protocol in one line: what backs its debt, how near all of it is to liquidation, how much of the coin goes back. */
export const system = momentFeature({
  name: 'system',
  family: 'protocol',
  description:
    'collateral value / debt; value-weighted volatility of a day; Σ debt · ratio / Σ value of the positions; supply; burnt in 24 h / supply',
  input: 'protocol',
  columns: [
    column('collateral-ratio', 'one'),
    column('collateral-volatility', 'one'),
    column('liquidation-proximity', 'one'),
    column('supply', 'coin'),
    column('redemption-rate-24h', 'one'),
  ],
  compute: (history, now, values, offset) => {
    const state = latest(history.states, now, STALE_AFTER.state);
    if (state === undefined) {
      values.fill(Number.NaN, offset, offset + system.columns.length);
      return;
    }
    const burnt = itemsWithin(history.activity, now, 24 * HOUR_MS).reduce(
      (sum, { activity, value }) => (activity === 'burn' ? sum + value : sum),
      0,
    );
    const { positions } = state;
    values[offset] = share(totalValue(state), totalDebt(state));
    values[offset + 1] = weightedMean(state.collaterals, ({ volatility }) => volatility);
    values[offset + 2] = share(
      positions.reduce((sum, { debt, liquidationRatio }) => sum + debt * liquidationRatio, 0),
      positions.reduce((sum, { collateralValue }) => sum + collateralValue, 0),
    );
    values[offset + 3] = state.supply;
    values[offset + 4] = hasBegun(history.activity, now) ? share(burnt, state.supply) : Number.NaN;
  },
});
