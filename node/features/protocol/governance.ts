import { column, momentFeature } from '../library/feature.ts';
import { hasBegun, itemsWithin, type MarketHistory } from '../library/history.ts';
import { HOUR_MS } from '../series.ts';
import { giniOf } from './gini.ts';
import { PARAMETERS, type Vote } from './governance-event.ts';
import { share } from './state.ts';

const DAY_MS = 24 * HOUR_MS;

/** Days. */
const GOVERNANCE_WINDOWS = [7, 30, 90] as const;

/**
 * What governance did: changes by parameter; proposals opened; of those closed in the window the share approved, the
 * open ones left out; and of the votes on known proposals, each voter's last, the number, mean power and Gini.
 */
export const governance = momentFeature({
  name: 'governance',
  family: 'protocol',
  description: `parameter changes, by parameter; proposals opened, share approved of those closed; voters, mean power and Gini of each one's last vote; ${GOVERNANCE_WINDOWS.join(', ')} days`,
  input: 'protocol',
  columns: GOVERNANCE_WINDOWS.flatMap((days) => [
    column(`changes-${days}d`, 'count'),
    ...PARAMETERS.map((parameter) => column(`${parameter}-changes-${days}d`, 'count')),
    column(`proposals-${days}d`, 'count'),
    column(`approval-rate-${days}d`, 'one', 0.5),
    column(`voters-${days}d`, 'count'),
    column(`voting-power-${days}d`, 'coin'),
    column(`voting-power-gini-${days}d`, 'one'),
  ]),
  compute: (history, now, values, offset) => {
    if (![history.changes, history.proposals, history.votes].some((events) => hasBegun(events, now))) {
      values.fill(Number.NaN, offset, offset + governance.columns.length);
      return;
    }
    const known = new Set(history.proposals.filter(({ time }) => time <= now).map(({ id }) => id));
    let at = offset;
    for (const days of GOVERNANCE_WINDOWS) {
      const changes = itemsWithin(history.changes, now, days * DAY_MS);
      const proposals = itemsWithin(history.proposals, now, days * DAY_MS);
      const closed = closedWithin(history, now, days * DAY_MS);
      const votes = itemsWithin(history.votes, now, days * DAY_MS).filter(({ proposal }) =>
        known.has(proposal),
      );
      const powers = lastPowers(votes);
      values[at++] = changes.length;
      for (const parameter of PARAMETERS) {
        values[at++] = changes.filter((change) => change.parameter === parameter).length;
      }
      values[at++] = proposals.length;
      values[at++] = share(closed.filter(({ isApproved }) => isApproved).length, closed.length);
      values[at++] = powers.length;
      values[at++] = share(
        powers.reduce((sum, power) => sum + power, 0),
        powers.length,
      );
      values[at++] = giniOf(powers);
    }
  },
});

function closedWithin({ proposals }: MarketHistory, now: number, span: number) {
  return proposals.filter(({ closedAt }) => closedAt !== null && closedAt > now - span && closedAt <= now);
}

function lastPowers(votes: readonly Vote[]): number[] {
  return [...new Map(votes.map(({ voter, power }) => [voter, power])).values()];
}
