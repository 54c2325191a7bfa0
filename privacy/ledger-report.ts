import { BallastError } from '../protocol/errors.ts';
import { checkedEvent, type ReleaseEvent } from './events.ts';
import type { Charges, LedgerCost } from './ledger-cost.ts';
import type { Debit } from './ledger-records.ts';
import { requireInteger } from './parameters.ts';
import { formatGuarantee, type PrivacyPolicy, requireEventOf } from './policy.ts';

/** A release as the ledger has it: what it was, and what had been spent before and after it. */
export type LedgerEntry = {
  readonly sequence: number;
  /** `round/12`, or `trial/round/12`. */
  readonly key: string;
  readonly event: ReleaseEvent;
  readonly epsilonBefore: number;
  readonly epsilonAfter: number;
};

export type Projection = {
  /** ε so far. */
  readonly epsilon: number;
  /** ε after the rounds that were asked about. */
  readonly epsilonAfter: number;
  /** How many more such rounds the budget bears: at most a million is answered, infinity without a guarantee. */
  readonly roundsLeft: number;
};

export type Plan = {
  /** What one round releases. */
  readonly event: ReleaseEvent;
  /** 1 unless given. */
  readonly rounds?: number;
};

const MAX_ROUNDS = 1_000_000;

export function historyOf(debits: readonly Debit[], cost: LedgerCost): LedgerEntry[] {
  const epsilons = cost.running(debits.map(({ event }) => event));
  return debits.map(({ sequence, key, event }, i) => {
    const epsilonAfter = epsilons[i] ?? 0;
    const epsilonBefore = epsilons[i - 1] ?? (event.unit === 'none' ? epsilonAfter : 0);
    return { sequence, key, event, epsilonBefore, epsilonAfter };
  });
}

/** @throws BallastError `PRIVACY_PARAMETER`, `PRIVACY_POLICY_MISMATCH`, `PRIVACY_EVENT_UNSUPPORTED`. */
export function project(policy: PrivacyPolicy, charges: Charges, cost: LedgerCost, plan: Plan): Projection {
  const event = checkedEvent(plan.event);
  requireEventOf(policy, event);
  const rounds = requireInteger('rounds', plan.rounds ?? 1, 0, MAX_ROUNDS);
  const epsilonAt = (more: number) => cost.epsilon(more === 0 ? charges : charges.plus(event, more));
  return { epsilon: epsilonAt(0), epsilonAfter: epsilonAt(rounds), roundsLeft: most(policy, epsilonAt) };
}

/** @throws BallastError `PRIVACY_PLAN_EXCEEDED` where the budget does not bear all of the rounds. */
export function requireProjected(policy: PrivacyPolicy, projection: Projection, rounds: number): void {
  if (policy.unit === 'none' || rounds <= projection.roundsLeft) return;
  const { epsilon, epsilonAfter, roundsLeft } = projection;
  throw new BallastError(
    'PRIVACY_PLAN_EXCEEDED',
    `privacy budget: got a plan of ${rounds} rounds up to ${formatGuarantee(policy, { epsilon: epsilonAfter, delta: policy.delta })}, expected at most the ${roundsLeft} that ε = ${policy.epsilonBudget} bears`,
    {
      metadata: { rounds, roundsLeft, spent: epsilon, wouldBe: epsilonAfter, budget: policy.epsilonBudget },
      hint: 'plan fewer rounds, more noise or fewer steps a round',
    },
  );
}

/** The largest count within the budget, by doubling and halving: ε never falls with the count. */
function most({ unit, epsilonBudget }: PrivacyPolicy, epsilonAt: (more: number) => number): number {
  if (unit === 'none') return Number.POSITIVE_INFINITY;
  const isBorne = (more: number) => epsilonAt(more) <= epsilonBudget;
  let borne = 0;
  let beyond = 1;
  while (isBorne(beyond)) {
    borne = beyond;
    if (beyond === MAX_ROUNDS) return borne;
    beyond = Math.min(2 * beyond, MAX_ROUNDS);
  }
  while (beyond - borne > 1) {
    const middle = Math.floor((borne + beyond) / 2);
    if (isBorne(middle)) borne = middle;
    else beyond = middle;
  }
  return borne;
}
