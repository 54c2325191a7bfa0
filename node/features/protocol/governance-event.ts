import { BallastError } from '../../../protocol/errors.ts';
import { isAmount } from './state.ts';

/** The parameters that may be changed: the same slots for every protocol. */
export const PARAMETERS = [
  'stability-fee',
  'liquidation-ratio',
  'debt-ceiling',
  'savings-rate',
  'liquidation-penalty',
  'global-liquidation-limit',
  'minimum-collateral-ratio',
  'target-price-adjustment',
] as const;

export type Parameter = (typeof PARAMETERS)[number];

export type ParameterChange = { readonly time: number; readonly parameter: Parameter };

/** A proposal: `time` is when it was opened. Its outcome is known from `closedAt` on and not before. */
export type Proposal = {
  readonly time: number;
  readonly id: string;
  readonly closedAt: number | null;
  readonly isApproved: boolean | null;
};

export type Vote = {
  readonly time: number;
  readonly proposal: string;
  readonly voter: string;
  /** Voting power, 0 or more. */
  readonly power: number;
};

/** @throws BallastError `EVENT_INVALID` for a parameter, a power or a closing that is none, or an id that repeats. */
export function requireGovernance(events: {
  readonly changes: readonly ParameterChange[];
  readonly proposals: readonly Proposal[];
  readonly votes: readonly Vote[];
}): void {
  const refuse = (where: string, expected: string): never => {
    throw new BallastError('EVENT_INVALID', `${where}: expected ${expected}`, { metadata: { where } });
  };
  for (const [i, { parameter }] of events.changes.entries()) {
    if (!PARAMETERS.includes(parameter)) refuse(`changes[${i}]`, PARAMETERS.join(', '));
  }
  const ids = new Set<string>();
  for (const [i, { id, time, closedAt, isApproved }] of events.proposals.entries()) {
    if (ids.has(id)) refuse(`proposals[${i}]`, 'an id of its own');
    ids.add(id);
    const isClosed = closedAt !== null && Number.isSafeInteger(closedAt) && closedAt >= time;
    if (closedAt === null ? isApproved !== null : !isClosed || isApproved === null) {
      refuse(`proposals[${i}]`, 'both a closing after the opening and an outcome, or neither');
    }
  }
  for (const [i, { power }] of events.votes.entries()) {
    if (!isAmount(power)) refuse(`votes[${i}]`, 'a power from 0 to 1e18');
  }
}
