import { column, momentFeature } from '../library/feature.ts';
import { latest, STALE_AFTER } from '../library/history.ts';
import type { Position } from './state.ts';

/** Upper edges of the buckets of the collateral ratio; the last bucket lies above the last edge. */
export const RATIO_EDGES = [1.5, 2, 3, 5] as const;
/** Quantiles of the positions' debts, percent. */
export const SIZE_QUANTILES = [50, 90, 99] as const;
/** A position this near to liquidation is at risk. */
export const AT_RISK_DISTANCE = 0.1;

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
    const indebted = all.filter(({ debt }) => debt > 0);
    const total = indebted.reduce((sum, { debt }) => sum + debt, 0);
    if (total === 0) {
      values.fill(Number.NaN, offset, offset + positions.columns.length);
      return;
    }
    const shares = new Float64Array(positions.columns.length);
    const debts = Float64Array.from(indebted, ({ debt }) => debt).sort();
    const quantiles = SIZE_QUANTILES.map((percent) => quantileOf(debts, percent / 100));
    for (const position of indebted) {
      const weight = position.debt / total;
      const distance = liquidationDistance(position);
      const bucket = bucketOf(position.collateralValue / position.debt);
      shares[bucket] = shares[bucket]! + weight;
      for (const [i, quantile] of quantiles.entries()) {
        if (position.debt > quantile) shares[5 + i] = shares[5 + i]! + weight;
      }
      shares[8] = shares[8]! + weight * distance;
      if (distance <= AT_RISK_DISTANCE) shares[9] = shares[9]! + weight;
    }
    values.set(shares, offset);
  },
});

function bucketOf(ratio: number): number {
  const bucket = RATIO_EDGES.findIndex((edge) => ratio <= edge);
  return bucket === -1 ? RATIO_EDGES.length : bucket;
}

/** The quantile of ascending numbers, between neighbours by distance: at q (n − 1). */
export function quantileOf(sorted: Float64Array, q: number): number {
  const place = q * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(place)]!, sorted[Math.ceil(place)]!];
  return low + (place - Math.floor(place)) * (high - low);
}
