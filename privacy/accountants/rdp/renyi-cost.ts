import type { PrivacyRelation } from '../../events.ts';
import type { PrivacyEvent } from '../../privacy-event.ts';

/**
 * What an event costs: with probability exp(`logSurvival`) or more nothing failed, and then its Rényi divergence of
 * order α > 1 is at most `divergence(α)`, in both directions.
 */
export type RenyiCost = {
  readonly divergence: (order: number) => number;
  readonly logSurvival: number;
};

/** What an event costs under a relation, or, as text, the reason why that is not known. */
export type RenyiCostOf = (event: PrivacyEvent, relation: PrivacyRelation) => RenyiCost | string;
