export {
  type Aggregator,
  type AggregatorOptions,
  type AggregatorStep,
  createAggregator,
} from './aggregator.ts';
export { type FedAvgOptions, fedAvg } from './averaging/fedavg.ts';
export { type FedNovaOptions, fedNova } from './averaging/fednova.ts';
export { type QFedAvgOptions, qFedAvg } from './averaging/q-fedavg.ts';
export { compose } from './compose.ts';
export * from './compression/index.ts';
export { AggregationError, type AggregationErrorCode } from './errors.ts';
export type { InputName } from './inputs.ts';
export { type Kernels, plainKernels } from './kernels/kernels.ts';
export { simdKernels } from './kernels/simd.ts';
export { plainSplitKernels, type SplitKernels } from './kernels/split-kernels.ts';
export { distancesFrom, type SquaredDistances, squaredDistances } from './kernels/squared-distances.ts';
export type { RuleOptions } from './options.ts';
export { type Pipeline, parsePipeline, pipelineText, type Term } from './pipeline.ts';
export { type ArcOptions, arc } from './preaggregation/arc.ts';
export { type BucketingOptions, bucketing } from './preaggregation/bucketing.ts';
export { type ClippingOptions, clipping } from './preaggregation/clipping.ts';
export { type NnmOptions, nnm } from './preaggregation/nnm.ts';
export type { PreAggregated, PreAggregator, PreAggregatorEntry } from './preaggregation/pre-aggregator.ts';
export {
  createPreAggregator,
  createRule,
  createServerStep,
  preAggregatorEntry,
  preAggregatorNames,
  type RuleName,
  ruleEntry,
  ruleNames,
  serverStepEntry,
  serverStepNames,
  toleratedLiars,
} from './registry.ts';
export { type BulyanOptions, bulyan } from './robust/bulyan.ts';
export { type CafOptions, caf } from './robust/caf.ts';
export { type CentredClippingOptions, centredClipping } from './robust/centred-clipping.ts';
export { TRIMMED_SHARE_LIMIT } from './robust/coordinate-wise.ts';
export { type DncOptions, dnc } from './robust/dnc.ts';
export { type FlTrustOptions, flTrust } from './robust/fltrust.ts';
export { type FoolsGoldOptions, foolsGold } from './robust/foolsgold.ts';
export {
  type GeometricMedianOptions,
  geometricMedian,
  geometricMedianByzfl,
} from './robust/geometric-median.ts';
export { type KrumOptions, krum } from './robust/krum.ts';
export { krumScores } from './robust/krum-scores.ts';
export { MDA_WORK_LIMIT, type MdaOptions, mda, mdaWork } from './robust/mda.ts';
export { type MeamedOptions, meamed } from './robust/meamed.ts';
export { type MedianOptions, median } from './robust/median.ts';
export { type MonnaOptions, monna } from './robust/monna.ts';
export { type MultiKrumOptions, multiKrum } from './robust/multi-krum.ts';
export { type NormBoundingOptions, normBounding } from './robust/norm-bounding.ts';
export { type SignGuardOptions, signGuard } from './robust/signguard.ts';
export { type TrimmedMeanOptions, trimmedMean } from './robust/trimmed-mean.ts';
export { bulyanFedml, bulyanFlower, krumByzfl, krumP2pfl } from './robust/variants.ts';
export {
  type AggregateOptions,
  type AggregationResult,
  type AggregationRule,
  defineRule,
  type LeftOut,
  largestF,
  type Rows,
  type RuleCondition,
  type RuleContext,
  type RuleSpec,
} from './rule.ts';
export type { RuleEntry, RuleKind, RuleLaws } from './rule-entry.ts';
export { type FedAdagradOptions, fedAdagrad } from './server/fedadagrad.ts';
export { type FedAdamOptions, fedAdam } from './server/fedadam.ts';
export { type FedAvgMOptions, fedAvgM } from './server/fedavgm.ts';
export { type FedYogiOptions, fedYogi } from './server/fedyogi.ts';
export { type ScaffoldOptions, scaffold } from './server/scaffold.ts';
export type { ServerStep, ServerStepEntry } from './server/server-step.ts';
export {
  type AggregatorState,
  decodeState,
  encodeState,
  type StateShape,
  stateBytes,
  stateDigest,
} from './state.ts';
