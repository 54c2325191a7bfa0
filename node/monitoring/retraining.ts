import type { Finding, Trigger } from './drift.ts';

/** Hours of data time between two recommendations that nothing came of. */
export const COOLDOWN_HOURS = 7 * 24;

/** Whether a round of training is recommended, and why. It starts nothing. */
export type RetrainingAdvice = {
  readonly recommended: boolean;
  /** Each trigger once, in the order in which they were found. */
  readonly reasons: readonly Trigger[];
  /** Why there is no recommendation although something was found. */
  readonly heldBack: 'PRIVACY_BUDGET_SPENT' | 'COOLDOWN' | null;
};

/**
 * @param isBudgetSpent the node's privacy budget bears no further round.
 * @param lastRecommendedHour of the same reasons; null where there was none.
 */
export function adviseRetraining(
  findings: readonly Finding[],
  {
    hour,
    lastRecommendedHour,
    isBudgetSpent,
  }: { readonly hour: number; readonly lastRecommendedHour: number | null; readonly isBudgetSpent: boolean },
): RetrainingAdvice {
  const reasons = [...new Set(findings.map(({ trigger }) => trigger))];
  const heldBack =
    reasons.length === 0
      ? null
      : isBudgetSpent
        ? 'PRIVACY_BUDGET_SPENT'
        : lastRecommendedHour !== null && hour - lastRecommendedHour < COOLDOWN_HOURS
          ? 'COOLDOWN'
          : null;
  return { recommended: reasons.length > 0 && heldBack === null, reasons, heldBack };
}
