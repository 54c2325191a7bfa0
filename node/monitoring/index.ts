export {
  ACCURACY_TESTS,
  accuracyFactors,
  betsOf,
  type ForecastDay,
} from './accuracy-drift.ts';
export { addObservation, meanInterval, NO_OBSERVATIONS } from './confidence-sequence.ts';
export { advance, evidenceOf, newDetector, sinceOf } from './detector.ts';
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

export {
  compareWindow,
  INPUT_WINDOW_HOURS,
  type InputReference,
  inputFactors,
  inputReference,
  P_BETS,
} from './input-drift.ts';
export {
  createMonitoredPairs,
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
  PROMOTION,
  type ShadowReport,
  type ShadowTrial,
  type ShadowVerdict,
  VERDICTS,
} from './shadow.ts';
