import type { Prng } from '../prng.ts';

/** One part of a log-volatility: first-order autoregressive, with a half-life and a long-run spread. */
export type VolatilityPart = {
  readonly halfLifeHours: number;
  readonly spread: number;
  /** Correlation of what raises it with falls of the price in the same hour. */
  readonly leverage: number;
};

/** Shocks beyond this many deviations raise a volatility by no more. */
const MOST_LEVERED = 4;
/** The sum of all parts, and of what regimes add, is cut off here on either side. */
export const MAX_LOG_VOLATILITY = 2;

/**
 * A log-volatility that is a sum of parts of different persistence. Three of them, from hours to months, decay together
 * as the long memory of markets does (Corsi 2009, "A simple approximate long-memory model of realized volatility").
 * Its state is the parts' values.
 */
export function volatilityOf(parts: readonly VolatilityPart[]) {
  const keep = Float64Array.from(parts, ({ halfLifeHours }) => 2 ** (-1 / halfLifeHours));
  const push = Float64Array.from(parts, ({ spread }, k) => spread * Math.sqrt(1 - keep[k]! ** 2));
  const own = Float64Array.from(parts, ({ leverage }) => Math.sqrt(1 - leverage ** 2));
  const size = parts.length;
  return {
    /** A state from the long run. */
    start: (prng: Prng): Float64Array => Float64Array.from(parts, ({ spread }) => spread * prng.normal()),
    draw: (prng: Prng): Float64Array => {
      const normals = new Float64Array(size);
      for (let k = 0; k < size; k++) normals[k] = prng.normal();
      return normals;
    },
    level: (state: Float64Array): number => {
      let sum = 0;
      for (let k = 0; k < size; k++) sum += state[k]!;
      return sum;
    },
    /** @param shock of the price in the hour, of unit variance. */
    step: (state: Float64Array, normals: Float64Array, shock: number): void => {
      const fall = -clamp(shock, MOST_LEVERED);
      for (let k = 0; k < size; k++) {
        const innovation = own[k]! * normals[k]! + parts[k]!.leverage * fall;
        state[k] = keep[k]! * state[k]! + push[k]! * innovation;
      }
    },
  };
}

export function clamp(value: number, bound: number): number {
  return Math.max(-bound, Math.min(bound, value));
}
