export { type LoadedBlocks, loadMarketBlocks, loadSeriesBlocks } from './block-source.ts';
export { checkFolder, type FileReport, type FlagCount } from './check.ts';
export { createDataClock, type DataClock, type DataClockOptions, type HourRange } from './clock.ts';
export { hiddenRisk } from './generator/hidden-risk.ts';
export { generateMarket, type OpenMarket, openMarket } from './generator/market.ts';
export {
  type GeneratedProtocol,
  generateProtocol,
  PROTOCOL_OUTCOMES,
  type ProtocolOutcome,
} from './generator/protocol.ts';
export { GENERATOR_DAYS, GENERATOR_START_HOUR, generateVenue } from './generator/venue.ts';
export { createPrng, type Prng } from './prng.ts';
export { type CollateralSource, type Slice, type Slices, slicesFor } from './slices.ts';
export {
  dateOfHour,
  type FlaggedPrint,
  hourOfDate,
  type LoadedMarket,
  type LoadedSeries,
  type LoadReport,
  loadMarket,
  loadSeries,
  type MarketSource,
  marketSourceSchema,
} from './source.ts';
export {
  type EventSplit,
  type EventSplitOptions,
  eventSplit,
  STRESS_EVENTS,
  type StressEvent,
  type TimeSplit,
  type TimeSplitOptions,
  timeSplit,
} from './splits.ts';
export {
  type Fold,
  MAX_FOLDS,
  type PurgeOptions,
  type ValidationPlan,
  validationFolds,
} from './validation.ts';
