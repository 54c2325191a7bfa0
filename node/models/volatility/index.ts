export { EWMA_HALF_LIVES, type EwmaParameters, ewmaVolatility } from './ewma.ts';
export { type GarchParameters, garchVolatility } from './garch.ts';
export { HAR_WINDOWS, type HarParameters, harVolatility, MAX_WINDOW } from './har.ts';
export {
  type FittedVolatility,
  fitVolatility,
  forecastVariances,
  MAX_HORIZON,
  realisedVariances,
  VARIANCE_FLOOR,
  type VolatilityModel,
  type VolatilityState,
} from './volatility.ts';
