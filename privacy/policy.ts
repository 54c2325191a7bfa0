import { BallastError } from '../protocol/errors.ts';
import {
  PRIVACY_RELATIONS,
  PRIVACY_UNITS,
  type PrivacyRelation,
  type PrivacyUnit,
  type ReleaseEvent,
} from './events.ts';
import { requireBetween, requireDelta, requireInteger, requireOneOf } from './parameters.ts';

const MAX_RECORD_DAYS = 36_600;

/**
 * What a node promises about all it will ever release from its data. With unit `none` it promises nothing, and
 * relation, budget and δ are not used.
 */
export type PrivacyPolicy = {
  readonly unit: PrivacyUnit;
  readonly relation: PrivacyRelation;
  readonly epsilonBudget: number;
  readonly delta: number;
  /** Under unit `record`, what one record is: a disjoint block of days, or a day where left out. */
  readonly record?: RecordBlocks | undefined;
};

/** Records that are disjoint blocks of `days` whole days. */
export type RecordBlocks = { readonly kind: 'block'; readonly days: number };

/** ε at δ of everything released so far. ε is infinite under unit `none`: there is no guarantee. */
export type PrivacySpent = { readonly epsilon: number; readonly delta: number; readonly releases: number };

/** The part of a policy that a ledger is bound to for good. The budget may be changed; what was spent stays. */
export type LedgerTerms =
  | { readonly unit: 'none' }
  | {
      readonly unit: Exclude<PrivacyUnit, 'none'>;
      readonly relation: PrivacyRelation;
      readonly delta: number;
      readonly record?: RecordBlocks;
    };

export function termsOf(policy: PrivacyPolicy): LedgerTerms {
  const { unit, relation, delta, record } = policy;
  if (unit === 'none') return { unit };
  return { unit, relation, delta, ...(unit === 'record' && record !== undefined ? { record } : {}) };
}

/** One line for people: `record, replace, δ 0.00001, a block of 7 days`. */
export function formatTerms(terms: LedgerTerms): string {
  if (terms.unit === 'none') return 'none';
  const { unit, relation, delta, record } = terms;
  const blocks = record === undefined ? '' : `, a block of ${record.days} days`;
  return `${unit}, ${relation}, δ ${delta}${blocks}`;
}

/** @throws BallastError `PRIVACY_PARAMETER`. */
export function checkedPolicy(policy: PrivacyPolicy): PrivacyPolicy {
  requireOneOf('unit', policy.unit, PRIVACY_UNITS);
  if (policy.unit !== 'none') {
    requireOneOf('relation', policy.relation, PRIVACY_RELATIONS);
    requireBetween('epsilon budget', policy.epsilonBudget, 1e-9, 1e6);
    requireDelta(policy.delta);
    if (policy.record !== undefined) {
      requireOneOf('record', policy.record.kind, ['block']);
      requireInteger('record days', policy.record.days, 1, MAX_RECORD_DAYS);
    }
  }
  return { ...policy };
}

/** @throws BallastError `PRIVACY_POLICY_MISMATCH` for an event of another unit or relation. */
export function requireEventOf(policy: PrivacyPolicy, event: ReleaseEvent): void {
  const given = describe(event);
  const expected = describe(policy);
  if (given === expected) return;
  throw new BallastError('PRIVACY_POLICY_MISMATCH', `event: got (${given}), expected (${expected})`, {
    metadata: { given, expected },
  });
}

/** @throws BallastError `PRIVACY_BUDGET_EXCEEDED`. */
export function requireBudget(policy: PrivacyPolicy, spent: PrivacySpent, wouldBe: PrivacySpent): void {
  if (policy.unit === 'none' || wouldBe.epsilon <= policy.epsilonBudget) return;
  throw new BallastError(
    'PRIVACY_BUDGET_EXCEEDED',
    `privacy budget: got ${formatGuarantee(policy, wouldBe)} with this release and ε = ${roundedUp(spent.epsilon)} without, expected at most ε = ${policy.epsilonBudget}`,
    {
      metadata: {
        spent: spent.epsilon,
        wouldBe: wouldBe.epsilon,
        budget: policy.epsilonBudget,
        delta: policy.delta,
      },
      hint: 'this data has given what it may give: use more noise or fewer releases, or stop',
    },
  );
}

/** One line for people, ε rounded up: `ε = 3.512 at δ = 0.00001 (record, replace)`, or `ε = ∞ (no guarantee)`. */
export function formatGuarantee(
  terms: { readonly unit: PrivacyUnit; readonly relation: PrivacyRelation },
  spent: Pick<PrivacySpent, 'epsilon' | 'delta'>,
): string {
  if (terms.unit === 'none' || spent.epsilon === Number.POSITIVE_INFINITY) return 'ε = ∞ (no guarantee)';
  return `ε = ${roundedUp(spent.epsilon)} at δ = ${spent.delta} (${describe(terms)})`;
}

function roundedUp(epsilon: number): string {
  return (Math.ceil(epsilon * 1000) / 1000).toFixed(3);
}

function describe(terms: { readonly unit: PrivacyUnit; readonly relation?: PrivacyRelation }): string {
  return terms.unit === 'none' ? 'none' : `${terms.unit}, ${terms.relation}`;
}
