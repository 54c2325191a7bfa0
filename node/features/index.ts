export {
  BLOCK_WARMUP_HOURS,
  cutMarket,
  cutSeries,
  type ExamplesOf,
  pegBlocks,
  RISK_BLOCK_WARMUP_HOURS,
  riskBlocks,
} from './blocks.ts';
export { joinColumns } from './columns.ts';
export {
  buildExamples,
  type ExampleSet,
  inputAt,
  mirrorExamples,
  ROWS_PER_RECORD,
  withMirror,
} from './examples.ts';
export { FeatureTables } from './feature-tables.ts';
export {
  computeMarketFeatures,
  type MarketTable,
  RISK_FEATURE_CLIP,
  RISK_FEATURES,
  RISK_WARMUP_HOURS,
  type RiskFeatureDefinition,
  riskFeatureSchema,
} from './market-features.ts';
export type { MarketWindow, ReferenceMarkets } from './market-window.ts';
export {
  FEATURE_CLIP,
  type FeatureDefinition,
  LONGEST_HORIZON_HOURS,
  PEG_HORIZONS,
  type PegHorizon,
  pegFeatureSchema,
  pegFeatures,
  SCALE_FLOOR,
  SCALE_HALF_LIFE,
  WARMUP_HOURS,
} from './peg-features.ts';
export { computeFeatures, type FeatureTable } from './peg-table.ts';
export { type RecordBlock, recordHoursOf, requireRecordBound } from './records.ts';
export { buildRiskExamples, type RiskExamples, type RiskInput, riskInputAt } from './risk-examples.ts';
export {
  countFlagged,
  endHour,
  FLAGS,
  type FlagName,
  HOUR_MS,
  type HourlyMarket,
  type HourlySeries,
  KNOWN_THEN,
  type ObservationTiming,
  sliceHours,
  sliceMarket,
} from './series.ts';
export { RISK_HORIZON_HOURS } from './volatile-market.ts';
