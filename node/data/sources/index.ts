export {
  CANDLE_VENUES,
  type CandleSourceOptions,
  type CandleVenueName,
  createCandleSource,
  MAX_CANDLES,
} from './candles/candle-source.ts';
export { UNIT_FACTOR } from './candles/screen.ts';
export { CANDLE_INTERVALS, type CandleInterval } from './candles/venue.ts';
export { type ChainlinkOptions, createChainlinkSource } from './chain/chainlink.ts';
export {
  CORE_FLOWS,
  createCoreSource,
  createProtocolSource,
  type Flow,
  type ProtocolOptions,
} from './chain/protocol-state.ts';
export {
  createPoolSource,
  type PoolOptions,
  type PoolPlace,
  type PoolUnits,
  poolPrice,
} from './chain/uniswap.ts';
export { systemClock } from './clock.ts';
export * from './data-source.ts';
export {
  type DiscoveredPrice,
  type DiscoveryRules,
  discoverPrice,
  MAX_QUOTES,
  type Quote,
  type Verdict,
} from './price-discovery.ts';
export { MAX_REFUSALS } from './refusal.ts';
export { createMarketStream, type MarketStreamOptions, STREAM_VENUES } from './stream/market-stream.ts';
export { DEFAULT_SOCKET_LIMITS, type SocketLimits } from './stream/socket.ts';
