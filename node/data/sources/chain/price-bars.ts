import { createFlagger, type FlagRules } from '../../readers/flagging.ts';
import { UNIT_FACTOR } from '../candles/screen.ts';
import { CLOCK_SKEW, type Observation } from '../data-source.ts';
import type { Refusals } from '../refusal.ts';

/** A price as a chain has it, or what it is worth over a block. */
export type ChainPrice = {
  /** Of the block, or of the round. */
  readonly second: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
  /** What it is called in a refusal. */
  readonly name: string;
  /** Flags that the source itself gives. */
  readonly flags: number;
};

/** Believes of a chain's prices what follows on the one before: a later time, not of the future, in the same unit. */
export function priceScreen(source: string, rules: FlagRules, refusals: Refusals, now: () => number) {
  const flagger = createFlagger(rules);
  let second = Number.NEGATIVE_INFINITY;
  let level: number | undefined;
  let line = 0;
  return (price: ChainPrice): Observation => {
    const { name, flags: own, ...prices } = price;
    const got = `${name}: ${price.close} at ${price.second}`;
    const numbers = [price.open, price.high, price.low, price.close];
    if (
      !numbers.every((number) => number > 1e-18 && number < 1e18) ||
      !(price.volume >= 0 || Number.isNaN(price.volume))
    ) {
      return refusals.refuse('DATA_MALFORMED', `got ${got}, expected a price above zero`);
    }
    if (price.second > now() + CLOCK_SKEW) {
      return refusals.refuse('DATA_FUTURE', `got ${got}, expected a time up to ${Math.floor(now())}`);
    }
    if (!(price.second > second)) {
      const code = price.second === second ? 'DATA_DUPLICATE' : 'DATA_LATE';
      return refusals.refuse(code, `got ${got}, expected a time after ${second}`);
    }
    if (level !== undefined && (price.close > level * UNIT_FACTOR || price.close < level / UNIT_FACTOR)) {
      return refusals.refuse(
        'DATA_UNIT',
        `got ${got}, expected a price within ${UNIT_FACTOR} times of ${level}`,
      );
    }
    second = price.second;
    level = price.close;
    const flagged = flagger({ line: ++line, ...prices, marketCap: Number.NaN, supply: Number.NaN });
    return { kind: 'bar', source, receivedAt: now(), ...flagged, flags: flagged.flags | own };
  };
}
