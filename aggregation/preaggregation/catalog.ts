import type { PreAggregatorEntry } from './pre-aggregator.ts';

/** Steps before a rule. */
export const PRE_AGGREGATORS = {} as const satisfies Record<string, PreAggregatorEntry>;
