import { BallastError } from '../../protocol/errors.ts';
import type { PrivacyRelation } from '../events.ts';
import type { PrivacyEvent } from '../privacy-event.ts';

export type AccountantName = 'gaussian' | 'rdp' | 'pld';

/**
 * Says what events cost together. Every answer is an upper bound: rounded up, never below the truth.
 */
export interface Accountant {
  readonly name: AccountantName;
  readonly relation: PrivacyRelation;
  /** Why this accountant cannot charge the event under its relation; undefined where it can. */
  refuses(event: PrivacyEvent): string | undefined;
  /**
   * Adds `times` (1 where left out) copies of the event, each with noise of its own, to what is charged.
   *
   * @throws BallastError `PRIVACY_EVENT_UNSUPPORTED` with the reason, and nothing is charged; `PRIVACY_PARAMETER`.
   */
  compose(event: PrivacyEvent, times?: number): void;
  /** The least ε that this accountant can prove at δ; infinite where it can prove none. @throws BallastError `PRIVACY_PARAMETER` unless 0 < δ < 1. */
  epsilon(delta: number): number;
  /** The least δ that this accountant can prove at ε, 1 at most. @throws BallastError `PRIVACY_PARAMETER` unless ε is finite. */
  delta(epsilon: number): number;
}

/** What an accountant answers to an event that it cannot charge. */
export function unsupported(
  accountant: Pick<Accountant, 'name' | 'relation'>,
  event: PrivacyEvent,
  reason: string,
): BallastError {
  return new BallastError(
    'PRIVACY_EVENT_UNSUPPORTED',
    `${accountant.name} accountant: got an event ${event.kind} under ${accountant.relation}, expected one that it can charge: ${reason}`,
    {
      metadata: { accountant: accountant.name, relation: accountant.relation, event: event.kind },
      hint: 'ask another accountant',
    },
  );
}
