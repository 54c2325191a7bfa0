import { column, momentFeature } from '../library/feature.ts';
import { hasBegun, itemsWithin, latest, STALE_AFTER } from '../library/history.ts';
import { imbalance } from '../microstructure/trades.ts';
import { HOUR_MS } from '../series.ts';
import { ACTIVITIES } from './activity-event.ts';
import { share, totalValue } from './state.ts';

/** Hours. */
const ACTIVITY_WINDOWS = [1, 6, 24, 72] as const;

/**
 * What was done, by window and kind. Mints and burns are measured in shares of the supply, deposits, withdrawals and
 * liquidations in shares of the collateral's value: the two flows mean opposite things and are never added up.
 */
export const activity = momentFeature({
  name: 'activity',
  family: 'protocol',
  description: `counts; values of mint and burn over supply, of the others over collateral; mean value; (mint − burn) / supply, (deposit − withdraw) / collateral, (mint − burn) / (mint + burn); ${ACTIVITY_WINDOWS.join(', ')} hours`,
  input: 'protocol',
  columns: ACTIVITY_WINDOWS.flatMap((hours) => [
    column(`activity-count-${hours}h`, 'count'),
    ...ACTIVITIES.map((kind) => column(`${kind}-count-${hours}h`, 'count')),
    ...ACTIVITIES.map((kind) => column(`${kind}-value-${hours}h`, 'one')),
    column(`activity-size-${hours}h`, 'money'),
    column(`supply-flow-${hours}h`, 'one'),
    column(`collateral-flow-${hours}h`, 'one'),
    column(`supply-balance-${hours}h`, 'one'),
  ]),
  compute: (history, now, values, offset) => {
    if (!hasBegun(history.activity, now)) {
      values.fill(Number.NaN, offset, offset + activity.columns.length);
      return;
    }
    const state = latest(history.states, now, STALE_AFTER.state);
    const supply = state?.supply ?? 0;
    const locked = state === undefined ? 0 : totalValue(state);
    let at = offset;
    for (const hours of ACTIVITY_WINDOWS) {
      const events = itemsWithin(history.activity, now, hours * HOUR_MS);
      const counts = { mint: 0, burn: 0, deposit: 0, withdraw: 0, liquidation: 0 };
      const sums = { mint: 0, burn: 0, deposit: 0, withdraw: 0, liquidation: 0 };
      let total = 0;
      for (const event of events) {
        counts[event.activity]++;
        sums[event.activity] += event.value;
        total += event.value;
      }
      values[at++] = events.length;
      for (const kind of ACTIVITIES) values[at++] = counts[kind];
      for (const kind of ACTIVITIES) {
        values[at++] = share(sums[kind], kind === 'mint' || kind === 'burn' ? supply : locked);
      }
      values[at++] = share(total, events.length);
      values[at++] = share(sums.mint - sums.burn, supply);
      values[at++] = share(sums.deposit - sums.withdraw, locked);
      values[at++] = imbalance(sums.mint, sums.burn);
    }
  },
});
