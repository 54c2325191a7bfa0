import { column, momentFeature } from '../library/feature.ts';
import { latest, STALE_AFTER } from '../library/history.ts';
import { type Collateral, type ProtocolState, share, totalDebt, totalValue } from './state.ts';

/** Collaterals with slots of their own, the largest by value; what is left shares one more. */
const COLLATERAL_SLOTS = 4;

const SLOTS = [...Array.from({ length: COLLATERAL_SLOTS }, (_, i) => String(i + 1)), 'rest'];

/**
 * What the coin is backed by, in a width that no number of collaterals changes. Utilisation is debt drawn over the debt
 * ceiling, concentration is HHI = Σ w² of the value weights, 1/n for n equal ones.
 */
export const collateral = momentFeature({
  name: 'collateral',
  family: 'protocol',
  description: `utilisation (debt / ceiling) and value weight of the ${COLLATERAL_SLOTS} largest and of the rest; in all; HHI, 1 / HHI, value-weighted risk score, mean and largest correlation`,
  input: 'protocol',
  columns: [
    ...SLOTS.flatMap((slot) => [
      column(`collateral-utilisation-${slot}`, 'one'),
      column(`collateral-weight-${slot}`, 'one'),
    ]),
    column('utilisation', 'one'),
    column('collateral-concentration', 'one'),
    column('effective-collaterals', 'count'),
    column('collateral-risk', 'one'),
    column('mean-correlation', 'one'),
    column('max-correlation', 'one'),
  ],
  compute: (history, now, values, offset) => {
    const state = latest(history.states, now, STALE_AFTER.state);
    if (state === undefined) {
      values.fill(Number.NaN, offset, offset + collateral.columns.length);
      return;
    }
    const total = totalValue(state);
    let at = offset;
    for (const slot of slotsOf(state.collaterals)) {
      const value = sum(slot, (c) => c.value);
      // An empty slot weighs nothing and has no utilisation.
      values[at++] = share(
        sum(slot, (c) => c.debt),
        sum(slot, (c) => c.debtCeiling),
      );
      values[at++] = total === 0 ? Number.NaN : value / total;
    }
    const concentration = total === 0 ? Number.NaN : sum(state.collaterals, (c) => (c.value / total) ** 2);
    const pairs = correlationsOf(state);
    values[at++] = share(
      totalDebt(state),
      sum(state.collaterals, (c) => c.debtCeiling),
    );
    values[at++] = concentration;
    values[at++] = 1 / concentration;
    values[at++] = weightedMean(state.collaterals, (c) => c.riskScore);
    values[at++] = share(pairs.sum, pairs.count);
    values[at++] = pairs.count === 0 ? Number.NaN : pairs.largest;
  },
});

/** Mean by value of what is known of each; NaN where nothing is known of any. */
export function weightedMean(
  collaterals: readonly Collateral[],
  of: (collateral: Collateral) => number | null,
): number {
  const known = collaterals.filter((c) => of(c) !== null);
  return share(
    sum(known, (c) => c.value * (of(c) ?? 0)),
    sum(known, (c) => c.value),
  );
}

/** The largest by value, equal ones by id, and the rest in one. */
function slotsOf(collaterals: readonly Collateral[]): Collateral[][] {
  const sorted = [...collaterals].sort((a, b) => b.value - a.value || (a.id < b.id ? -1 : 1));
  const slots = Array.from({ length: COLLATERAL_SLOTS }, (_, i) => sorted.slice(i, i + 1));
  return [...slots, sorted.slice(COLLATERAL_SLOTS)];
}

/** Over the pairs of different collaterals. */
function correlationsOf({ correlation }: ProtocolState): { sum: number; count: number; largest: number } {
  const pairs = { sum: 0, count: 0, largest: -1 };
  for (const [i, row] of (correlation ?? []).entries()) {
    for (const other of row.slice(0, i)) {
      pairs.sum += other;
      pairs.count++;
      pairs.largest = Math.max(pairs.largest, other);
    }
  }
  return pairs;
}

function sum(collaterals: readonly Collateral[], of: (collateral: Collateral) => number): number {
  return collaterals.reduce((total, c) => total + of(c), 0);
}
