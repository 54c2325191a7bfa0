export { type FedAvgOptions, fedAvg } from './averaging/fedavg.ts';
export { AggregationError, type AggregationErrorCode } from './errors.ts';
export { distancesFrom, type SquaredDistances, squaredDistances } from './kernels/squared-distances.ts';
export type { RuleOptions } from './options.ts';
export {
  createRule,
  type RuleEntry,
  type RuleKind,
  type RuleName,
  ruleEntry,
  ruleNames,
  toleratedLiars,
} from './registry.ts';
export { TRIMMED_SHARE_LIMIT } from './robust/coordinate-wise.ts';
export { type KrumOptions, krum } from './robust/krum.ts';
export { krumScores } from './robust/krum-scores.ts';
export { type MedianOptions, median } from './robust/median.ts';
export { type MultiKrumOptions, multiKrum } from './robust/multi-krum.ts';
export { type TrimmedMeanOptions, trimmedMean } from './robust/trimmed-mean.ts';
export {
  type AggregateOptions,
  type AggregationResult,
  type AggregationRule,
  defineRule,
  type LeftOut,
  largestF,
  type Rows,
  type RuleCondition,
  type RuleSpec,
} from './rule.ts';
