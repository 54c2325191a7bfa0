import { column, momentFeature } from '../library/feature.ts';
import { latest, STALE_AFTER } from '../library/history.ts';
import { quantileOf } from '../statistics/quantile.ts';
import type { Position } from './state.ts';

/** Upper edges of the buckets of the collateral ratio; the last bucket lies above the last edge. */
const RATIO_EDGES = [1.5, 2, 3, 5] as const;
/** Quantiles of the positions' debts, percent. */
const SIZE_QUANTILES = [50, 90, 99] as const;
/** A position this near to liquidation is at risk. */
const AT_RISK_DISTANCE = 0.1;

/**
 * How far the collateral may fall, as a share of its value, before the position is liquidated:
 * 1 − debt · liquidation ratio / collateral value. Below zero where it could be liquidated now, −1 at the least.
 */
export function liquidationDistance({ collateralValue, debt, liquidationRatio }: Position): number {
  return debt === 0 ? 1 : Math.max(-1, 1 - (debt * liquidationRatio) / collateralValue);
}

/** Where the debt stands: by collateral ratio, by size, and by distance to liquidation. Positions without debt do not count. */
export const positions = momentFeature({
  name: 'positions',
  family: 'protocol',
  description:
    'share of debt by collateral ratio (0, 1.5], (1.5, 2], (2, 3], (3, 5], above; of positions larger than the 50, 90, 99 % quantile; distance 1 − debt · ratio / value weighted by debt; share of debt within 10 %',
  input: 'protocol',
  columns: [
    ...['to-1.5', 'to-2', 'to-3', 'to-5', 'above-5'].map((bucket) => column(`debt-ratio-${bucket}`, 'one')),
    ...SIZE_QUANTILES.map((percent) => column(`debt-above-q${percent}`, 'one')),
    column('liquidation-distance', 'one', 1),
    column('debt-at-risk', 'one'),
  ],
  compute: (history, now, values, offset) => {
    const all = latest(history.states, now, STALE_AFTER.state)?.positions ?? [];
    const debts = debtsOf(all);
    let total = 0;
    for (const debt of debts) total += debt;
    if (total === 0) {
      values.fill(Number.NaN, offset, offset + positions.columns.length);
      return;
    }
    const shares = new Float64Array(positions.columns.length);
    const quantiles = Float64Array.from(SIZE_QUANTILES, (percent) => quantileOf(debts, percent / 100));
    for (const position of all) {
      if (position.debt === 0) continue;
      const weight = position.debt / total;
      const distance = liquidationDistance(position);
      const bucket = bucketOf(position.collateralValue / position.debt);
      shares[bucket] = shares[bucket]! + weight;
      for (let i = 0; i < quantiles.length; i++) {
        if (position.debt > quantiles[i]!) shares[5 + i] = shares[5 + i]! + weight;
      }
      shares[8] = shares[8]! + weight * distance;
      if (distance <= AT_RISK_DISTANCE) shares[9] = shares[9]! + weight;
    }
    values.set(shares, offset);
  },
});

/** Debts above zero, ascending. */
function debtsOf(all: readonly Position[]): Float64Array {
  const debts = new Float64Array(all.length);
  let count = 0;
  for (const { debt } of all) if (debt > 0) debts[count++] = debt;
  return debts.subarray(0, count).sort();
}

function bucketOf(ratio: number): number {
  let bucket = 0;
  for (const edge of RATIO_EDGES) if (ratio > edge) bucket++;
  return bucket;
}
