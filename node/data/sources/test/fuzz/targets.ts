import { candleTarget } from './candles.ts';
import type { FuzzTarget } from './hostile.ts';

/** Every source that is fuzzed. */
export const FUZZ_TARGETS: readonly FuzzTarget[] = [
  candleTarget('binance'),
  candleTarget('coinbase'),
  candleTarget('kraken'),
];
