import { createPrng } from '../prng.ts';
import { drawOwn, type Hour, OWN_PARTS, stepAsset } from './asset.ts';
import type { OpenMarket } from './market.ts';
import { drawShared, SHARED_PARTS, type SharedState, sharedStateAt, stepShared } from './shared-return.ts';

/** A fall near its limit counts by how near it is, within this share of the limit: ranks need fewer paths. */
const SOFTNESS = 0.05;

/**
 * What one who sees everything hidden would say: for each row, the chance that a low of the next `horizon` hours lies
 * further below the close than the row's limit. By paths of the generator's own law from its hidden state at the row
 * (both regimes, all parts of both volatilities); no random number that the path itself was made of is known. All rows
 * share the same draws, so that their order has little noise.
 *
 * @param rows hours from the market's start, with a limit (a log above 0) for each.
 * @returns probabilities, row by row, smoothed over a twentieth of the limit.
 */
export function hiddenRisk(
  { own, shared, parts }: OpenMarket,
  rows: { readonly hour: ArrayLike<number>; readonly limit: ArrayLike<number> },
  { horizon = 24, paths = 200, seed = 1 }: { horizon?: number; paths?: number; seed?: number } = {},
): Float64Array {
  const chance = new Float64Array(rows.hour.length);
  const market: SharedState = {
    stressed: false,
    crashing: false,
    parts: new Float64Array(SHARED_PARTS),
    level: 0,
  };
  const asset = new Float64Array(OWN_PARTS);
  const hour: Hour = { move: 0, high: 0, low: 0, level: 0 };
  for (let path = 0; path < paths; path++) {
    const prng = createPrng(seed, 0x0c1e, path);
    const noise = Array.from({ length: horizon }, () => ({ shared: drawShared(prng), own: drawOwn(prng) }));
    for (let i = 0; i < chance.length; i++) {
      const t = rows.hour[i]!;
      sharedStateAt(shared, t, market);
      for (let k = 0; k < OWN_PARTS; k++) asset[k] = parts[t * OWN_PARTS + k]!;
      let price = 0;
      let low = 0;
      for (const each of noise) {
        const move = stepShared(market, each.shared);
        stepAsset(own, asset, { move, level: market.level, crashing: market.crashing }, each.own, hour);
        low = Math.min(low, price + hour.low);
        price += hour.move;
      }
      chance[i]! += 1 / (1 + Math.exp((1 + low / rows.limit[i]!) / SOFTNESS)) / paths;
    }
  }
  return chance;
}
