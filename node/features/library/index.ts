export { PEG_CHANNELS } from '../canonical/peg-channels.ts';
export { POLICY_INPUTS } from '../canonical/policy-inputs.ts';
export { RISK_INPUTS } from '../canonical/risk-inputs.ts';
export {
  type AmmPool,
  constantProductPool,
  DEPTH_GRID,
  type DepthGrid,
  type LiquidityRange,
  MOST_RANGES,
  syntheticBook,
} from '../microstructure/amm-depth.ts';
export { executionCost } from '../microstructure/liquidity.ts';
export {
  type BookLevel,
  type BookSide,
  MOST_LEVELS,
  midOf,
  type OrderBook,
  orderBook,
} from '../microstructure/order-book.ts';
export type { Trade } from '../microstructure/trades.ts';
export { ACTIVITIES, type Activity, type ActivityEvent } from '../protocol/activity-event.ts';
export { giniOf } from '../protocol/gini.ts';
export {
  PARAMETERS,
  type Parameter,
  type ParameterChange,
  type Proposal,
  type Vote,
} from '../protocol/governance-event.ts';
export { liquidationDistance } from '../protocol/positions.ts';
export { stability } from '../protocol/stability.ts';
export {
  type Collateral,
  MOST_COLLATERALS,
  MOST_POSITIONS,
  type Position,
  type ProtocolState,
} from '../protocol/state.ts';
export { type Bar, barsOfMarket, barsOfSeries } from './bar.ts';
export {
  type BarFeature,
  type BarSeries,
  CLOSE,
  type Column,
  type Family,
  type FeatureRow,
  type LibraryFeature,
  type MomentFeature,
  type Unit,
  VOLUME,
} from './feature.ts';
export { type MarketHistory, MOST_ITEMS, openHistory, STALE_AFTER } from './history.ts';
export { type ModelInputs, modelInputs, type NamedValues, namedValues, schemaColumn } from './inputs.ts';
export {
  FEATURE_LIBRARY,
  type FeatureListing,
  GLOBAL_FEATURES,
  listFeatures,
  MICROSTRUCTURE_FEATURES,
  PROTOCOL_FEATURES,
  RANGE_FEATURES,
  selectFeatures,
  seriesFeatures,
} from './registry.ts';
export { fitStandardScaling, type Scaling, scaleValue } from './scaling.ts';
export {
  decodeFeatureSchema,
  encodeFeatureSchema,
  type FeatureSchema,
  featureSchemaHash,
  MOST_COLUMNS,
  parseFeatureSchema,
  requireFeatureSchema,
  type SchemaColumn,
} from './schema.ts';
export { type SchemaRows, schemaRows } from './schema-rows.ts';
export {
  computeFeatureMatrix,
  createFeatureStream,
  type FeatureMatrix,
  type FeatureStream,
  featuresAt,
  type TimedRow,
} from './stream.ts';
