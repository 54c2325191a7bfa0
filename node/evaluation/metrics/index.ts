export { areaUnderCurve, openAuc } from './auc.ts';
export {
  type BlockResamples,
  drawBlocks,
  type Estimate,
  estimateMean,
  estimateRows,
  estimateSkill,
  estimateSums,
  MAX_RESAMPLES,
  type ResampleOptions,
} from './bootstrap.ts';
export {
  brierRows,
  type Calibration,
  calibration,
  openExpectedError,
  type ReliabilityBin,
} from './calibration.ts';
export { crpsOfEnsemble, crpsOfQuantiles, MAX_MEMBERS } from './crps.ts';
export {
  type EarlyWarning,
  type EarlyWarningOptions,
  earlyWarning,
  runsOf,
  type WarnedEvent,
} from './early-warning.ts';
export { MAX_LEVELS, MAX_ROWS, meanOf } from './input.ts';
export { type PointErrors, type PointRows, pointErrors, pointRows, qlikeRows } from './point.ts';
export { type IntervalRows, intervalRows, pinballRows, quantileColumn } from './quantile.ts';
