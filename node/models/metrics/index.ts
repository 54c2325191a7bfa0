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
} from './bootstrap.ts';
export {
  brierRows,
  type Calibration,
  calibration,
  openExpectedError,
} from './calibration.ts';
export { crpsOfEnsemble, crpsOfQuantiles, MAX_MEMBERS } from './crps.ts';
export { earlyWarning } from './early-warning.ts';
export { MAX_LEVELS, meanOf } from './input.ts';
export { pointErrors, pointRows, qlikeRows } from './point.ts';
export { intervalRows, pinballRows, quantileColumn } from './quantile.ts';
