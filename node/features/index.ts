export {
  buildExamples,
  type ExampleSet,
  inputAt,
  mirrorExamples,
  ROWS_PER_RECORD,
  withMirror,
} from './examples.ts';
export {
  computeFeatures,
  FEATURE_CLIP,
  FEATURES,
  type FeatureDefinition,
  type FeatureTable,
  HORIZON_HOURS,
  SCALE_FLOOR,
  SCALE_HALF_LIFE,
  WARMUP_HOURS,
} from './peg-features.ts';
export { endHour, HOUR_MS, type HourlySeries, sliceHours } from './series.ts';
