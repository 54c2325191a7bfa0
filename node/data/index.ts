export { createDataClock, type DataClock, type DataClockOptions, type HourRange } from './clock.ts';
export { GENERATOR_DAYS, GENERATOR_START_HOUR, generateVenue } from './generator/venue.ts';
export { createPrng, type Prng } from './prng.ts';
export { type FlaggedPrint, holdUnconfirmed } from './readers/prints.ts';
export { type Slice, type Slices, slicesFor } from './slices.ts';
export {
  dateOfHour,
  hourOfDate,
  type LoadedSeries,
  loadSeries,
  type MarketSource,
  marketSourceSchema,
} from './source.ts';
