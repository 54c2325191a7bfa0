export {
  ACCURACY_TESTS,
  type AccuracyTest,
  accuracyFactors,
  betsOf,
  type ForecastDay,
} from './accuracy-drift.ts';
export { addObservation, type MeanState, meanInterval, NO_OBSERVATIONS } from './confidence-sequence.ts';
export { advance, type Detector, evidenceOf, newDetector, sinceOf } from './detector.ts';
export {
  DAYS_KEPT,
  type Finding,
  findingsOf,
  newSubject,
  observeDay,
  observeWindow,
  SCHEDULE_DAYS,
  SETTLED,
  type SubjectState,
  scheduleFinding,
  THRESHOLDS,
  TRIGGERS,
  type Trigger,
} from './drift.ts';
export { pegDays, riskDays } from './forecast-days.ts';
export {
  compareWindow,
  type FeatureRows,
  INPUT_WINDOW_HOURS,
  type InputReference,
  type InputWindow,
  inputFactors,
  inputReference,
  type MovedFeature,
  P_BETS,
} from './input-drift.ts';
export {
  createMonitoredPairs,
  type DayRange,
  type MonitoredCollateral,
  type MonitoredPair,
} from './pairs.ts';
export { adviseRetraining, COOLDOWN_HOURS, type RetrainingAdvice } from './retraining.ts';
export {
  ADVANTAGE_CAP,
  BLOCK_DAYS,
  compareDay,
  judgeTrial,
  newTrial,
  type PairedDay,
  type PairReport,
  PROMOTION,
  type PromotionRule,
  type ShadowReport,
  type ShadowTrial,
  type ShadowVerdict,
  VERDICTS,
} from './shadow.ts';
