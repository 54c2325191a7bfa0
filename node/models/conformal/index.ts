export {
  type ConformalOptions,
  type ConformalQuantiles,
  correctQuantiles,
  createConformal,
  MAX_OPEN_FORECASTS,
  MAX_SCORES,
} from './conformal.ts';
export { DEFAULT_RATES, type TrackingRule } from './trackers.ts';
