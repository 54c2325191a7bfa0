import type { Prng } from '../prng.ts';
import { clamp, MAX_LOG_VOLATILITY, volatilityOf } from './log-volatility.ts';
import { SHARED_VOLATILITY } from './shared-return.ts';

/** What makes an asset its own; drawn once from (seed, venue). Volatilities are of hourly log returns. */
export type Character = {
  readonly beta: number;
  readonly volatility: number;
  readonly jumpRate: number;
  readonly price: number;
  readonly turnover: number;
};

/** Jumps an hour that no asset has more of, and how many times as many there are in a crash. */
const MOST_JUMPS = 1 / (12 * 24);
const CRASH_JUMPS = 4;

export function drawCharacter(prng: Prng): Character {
  return {
    beta: prng.between(0.7, 1.4),
    volatility: prng.between(0.0024, 0.0058),
    jumpRate: MOST_JUMPS / prng.between(1, 3.5),
    price: Math.exp(prng.between(Math.log(5), Math.log(40_000))),
    turnover: Math.exp(prng.between(Math.log(200), Math.log(50_000))),
  };
}

/** How much of the shared log-volatility an asset's own shocks have. */
const FOLLOWED = 0.9;
export const OWN_VOLATILITY = volatilityOf([
  { halfLifeHours: 5, spread: 0.18, leverage: 0 },
  { halfLifeHours: 400, spread: 0.16, leverage: 0.2 },
]);
export const OWN_PARTS = 2;

/** All that is random in an hour of one asset, beside what is shared. */
export type OwnNoise = {
  readonly shock: number;
  readonly normals: Float64Array;
  /** Uniforms: whether a jump comes, its direction and size where one may, the extremes of the hour. */
  readonly jump: number;
  readonly direction: number;
  readonly size: number;
  readonly high: number;
  readonly low: number;
};

export function drawOwn(prng: Prng): OwnNoise {
  const jump = prng.uniform();
  const mayJump = jump < CRASH_JUMPS * MOST_JUMPS;
  return {
    shock: clamp(prng.student(6), 12),
    normals: OWN_VOLATILITY.draw(prng),
    jump,
    direction: mayJump ? prng.uniform() : 0,
    size: mayJump ? prng.uniform() : 0,
    high: prng.uniform(),
    low: prng.uniform(),
  };
}

/** An hour of an asset as logs over the price before it, and the log-volatility of its own shocks. */
export type Hour = { move: number; high: number; low: number; level: number };

/** What an asset's hour takes from its market: the shared return, its log-volatility, and whether it is crashing. */
export type SharedHour = { readonly move: number; readonly level: number; readonly crashing: boolean };

/** One hour; `parts` becomes the hour's end, `into` what the hour was like. */
export function stepAsset(
  own: Character,
  parts: Float64Array,
  shared: SharedHour,
  noise: OwnNoise,
  into: Hour,
): void {
  const level = clamp(FOLLOWED * shared.level + OWN_VOLATILITY.level(parts), MAX_LOG_VOLATILITY);
  const scale = own.volatility * Math.exp(level);
  const jump = noise.jump < own.jumpRate * (shared.crashing ? CRASH_JUMPS : 1) ? jumpOf(noise) : 0;
  const move = clamp(own.beta * shared.move + scale * noise.shock + jump, 0.6);
  OWN_VOLATILITY.step(parts, noise.normals, noise.shock);
  parts[0]! += 2 * Math.abs(jump);
  // What moved within the hour and is not in its return.
  const bridge = Math.hypot(scale, own.beta * SHARED_VOLATILITY * Math.exp(shared.level));
  into.move = move;
  into.high = bridgeMaximum(noise.high, move, bridge);
  into.low = -bridgeMaximum(noise.low, -move, bridge);
  into.level = level;
}

/** Pareto with tail index 2.5, three of five downwards. */
function jumpOf({ direction, size }: OwnNoise): number {
  const jump = Math.min(0.35, 0.01 * (1 - size) ** (-1 / 2.5));
  return direction < 0.6 ? -jump : jump;
}

/** The maximum of a Brownian bridge from 0 to `end` whose shocks have standard deviation `scale`; at least both. */
function bridgeMaximum(uniform: number, end: number, scale: number): number {
  return Math.max(0, end, (end + Math.sqrt(end * end - 2 * scale * scale * Math.log(1 - uniform))) / 2);
}
