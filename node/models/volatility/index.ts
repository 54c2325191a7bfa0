export { ewmaVolatility } from './ewma.ts';
export { garchVolatility } from './garch.ts';
export { harVolatility, MAX_WINDOW } from './har.ts';
export {
  type FittedVolatility,
  fitVolatility,
  forecastVariances,
  MAX_HORIZON,
  realisedVariances,
  type VolatilityModel,
} from './volatility.ts';
