export {
  correctQuantiles,
  createConformal,
  MAX_OPEN_FORECASTS,
  MAX_SCORES,
} from './conformal.ts';
export type { TrackingRule } from './trackers.ts';
