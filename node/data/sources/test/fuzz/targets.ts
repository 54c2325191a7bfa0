import { candleTarget } from './candles.ts';
import { poolTarget, protocolTarget } from './chain-events.ts';
import { chainlinkTarget } from './chainlink.ts';
import type { FuzzTarget } from './hostile.ts';
import { streamTarget } from './streams.ts';

const VENUES = ['binance', 'coinbase', 'kraken'] as const;

/** Every source that is fuzzed. */
export const FUZZ_TARGETS: readonly FuzzTarget[] = [
  ...VENUES.map(candleTarget),
  ...VENUES.map(streamTarget),
  chainlinkTarget,
  poolTarget,
  protocolTarget,
];
