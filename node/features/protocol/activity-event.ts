import { BallastError } from '../../../protocol/errors.ts';
import { isAmount } from './state.ts';

/** Mint and burn are of the coin; the others are of collateral. */
export const ACTIVITIES = ['mint', 'burn', 'deposit', 'withdraw', 'liquidation'] as const;

export type Activity = (typeof ACTIVITIES)[number];

/** What somebody did. */
export type ActivityEvent = {
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly activity: Activity;
  /** Money, 0 or more. */
  readonly value: number;
};

/** @throws BallastError `EVENT_INVALID` for an activity that is not known or a value that is no amount. */
export function requireActivity(event: ActivityEvent, index: number): void {
  if (ACTIVITIES.includes(event.activity) && isAmount(event.value)) return;
  throw new BallastError(
    'EVENT_INVALID',
    `activity[${index}]: got ${event.value} of ${event.activity}, expected an amount of ${ACTIVITIES.join(', ')}`,
    { metadata: { index } },
  );
}
