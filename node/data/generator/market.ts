import type { HourlyMarket } from '../../features/series.ts';
import { createPrng } from '../prng.ts';
import {
  type Character,
  drawCharacter,
  drawOwn,
  type Hour,
  OWN_PARTS,
  OWN_VOLATILITY,
  stepAsset,
} from './asset.ts';
import { generateShared, type SharedPath } from './shared-return.ts';
import { GENERATOR_DAYS, GENERATOR_START_HOUR } from './venue.ts';

/**
 * The hourly bars of one volatile asset of a made-up market. With log returns r,
 *
 *     r = β · F + σ · e^(0.9 H + h) · (Student-t(6) shock) + J
 *
 * - F, shared by all assets: Student-t(6) shocks of log-volatility H, a sum of three parts with half-lives of 5 h, 4
 *   days and 12 weeks, the middle one raised by falls (leverage); a quarter larger under the stress that the same
 *   seed's coins feel, and in a crash regime (five days or so, eight times likelier to begin under stress) half as
 *   large again with a drift of −4.3 % a day, so that falls are shared and go on;
 * - own shocks follow H and have two parts h of their own, with half-lives of 5 h and 17 days;
 * - J, own jumps, heavy-tailed, three of five downwards, four times as many in a crash.
 *
 * Highs and lows are draws of the extremes of a Brownian bridge between the hour's ends (as in Glasserman 2004,
 * section 6.4, each by itself); the volume follows the volatility and the hour of the day. How near its moments are
 * to recorded ones: docs/data.md. The path is a function of (seed, venue, days) alone; a longer one begins with the
 * shorter.
 */
export function generateMarket(seed: number, venue: number, days: number = GENERATOR_DAYS): HourlyMarket {
  return openMarket(seed, venue, days).market;
}

/** A generated asset with all that is hidden of it. */
export type OpenMarket = {
  readonly market: HourlyMarket;
  readonly own: Character;
  readonly shared: SharedPath;
  /** hours × OWN_PARTS of the asset's own log-volatility at each hour's end, row-major. */
  readonly parts: Float64Array;
};

/** `generateMarket` with what no model may see. */
export function openMarket(seed: number, venue: number, days: number = GENERATOR_DAYS): OpenMarket {
  const hours = days * 24;
  const shared = generateShared(seed, hours);
  const prng = createPrng(seed, 0x3a, venue);
  const own = drawCharacter(prng);
  const state = OWN_VOLATILITY.start(prng);
  const parts = new Float64Array(hours * OWN_PARTS);
  const close = new Float64Array(hours);
  const high = new Float64Array(hours);
  const low = new Float64Array(hours);
  const volume = new Float64Array(hours);
  const hour: Hour = { move: 0, high: 0, low: 0, level: 0 };
  let price = Math.log(own.price);
  let mood = 0;
  for (let t = 0; t < hours; t++) {
    const market = { move: shared.move[t]!, level: shared.level[t]!, crashing: shared.crashing[t] === 1 };
    stepAsset(own, state, market, drawOwn(prng), hour);
    parts.set(state, t * OWN_PARTS);
    high[t] = Math.exp(price + hour.high);
    low[t] = Math.exp(price + hour.low);
    price += hour.move;
    close[t] = Math.exp(price);
    mood = 0.9 * mood + 0.22 * prng.normal();
    const activity = 1 + 0.3 * Math.sin((2 * Math.PI * ((t % 24) - 9)) / 24);
    volume[t] = own.turnover * activity * Math.exp(mood + 0.8 * hour.level + 12 * Math.abs(hour.move));
  }
  return {
    market: { startHour: GENERATOR_START_HOUR, close, high, low, volume, flags: new Uint8Array(hours) },
    own,
    shared,
    parts,
  };
}
