import type { HourlyMarket } from '../../features/series.ts';
import { createPrng, type Prng } from '../prng.ts';
import { generateCommon } from './common.ts';
import { GENERATOR_DAYS, GENERATOR_START_HOUR } from './venue.ts';

/** What makes an asset its own; drawn once from (seed, venue). Volatilities are of hourly log returns. */
type Character = {
  readonly beta: number;
  readonly volatility: number;
  readonly wander: number;
  readonly reversion: number;
  readonly leverage: number;
  readonly jumpRate: number;
  readonly price: number;
  readonly turnover: number;
};

/** The hourly log return that all assets of a market share, and whether it is crashing. */
type Factor = { readonly move: Float64Array; readonly crashing: Uint8Array };

/** Base volatility of the shared return, per hour. */
const FACTOR_VOLATILITY = 0.005;
/** Its log-volatility comes back with a half-life of eight days. */
const FACTOR_REVERSION = Math.LN2 / (8 * 24);
/** Chance per hour that a crash begins, in the calm and in the stressed regime, and that it ends. */
const CRASH_CALM = 1 / (110 * 24);
const CRASH_STRESSED = 1 / (9 * 24);
const CRASH_END = 1 / 30;

/** Log-volatility beyond this is cut off, on either side. */
const MAX_LOG_VOLATILITY = 1.8;

function drawCharacter(prng: Prng): Character {
  return {
    beta: prng.between(0.7, 1.4),
    volatility: prng.between(0.0015, 0.0045),
    wander: prng.between(0.05, 0.09),
    reversion: Math.LN2 / (24 * prng.between(3, 12)),
    leverage: prng.between(0.2, 0.6),
    jumpRate: 1 / (24 * prng.between(12, 40)),
    price: Math.exp(prng.between(Math.log(5), Math.log(40_000))),
    turnover: Math.exp(prng.between(Math.log(200), Math.log(50_000))),
  };
}

/**
 * The hourly bars of one volatile asset of a made-up market. With log returns r,
 *
 *     r = β · F + e^h · σ · (ρ-correlated shock) + J
 *
 * - F, shared by all assets: Student-t(5) shocks with a log-volatility that wanders and is raised by its own falls
 *   (leverage), 1.6 times larger under the stress that the same seed's coins feel, and in a crash regime (a day or
 *   so, twelve times more often under stress) 2.2 times larger with a downward drift, so that drawdowns are common;
 * - own shocks: Student-t(5), log-volatility h with a half-life of 3 to 12 days that falls of the price raise;
 * - J, own jumps, heavy-tailed, three of five downwards.
 *
 * Highs and lows are draws of the extremes of a Brownian bridge between the hour's ends (as in Glasserman 2004,
 * section 6.4, each by itself); the volume follows the volatility and the hour of the day. The path is a function
 * of (seed, venue, days) alone; a longer one begins with the shorter.
 */
export function generateMarket(seed: number, venue: number, days: number = GENERATOR_DAYS): HourlyMarket {
  const hours = days * 24;
  const factor = generateFactor(seed, hours);
  const prng = createPrng(seed, 0x3a, venue);
  const own = drawCharacter(prng);
  const close = new Float64Array(hours);
  const high = new Float64Array(hours);
  const low = new Float64Array(hours);
  const volume = new Float64Array(hours);
  let level = Math.log(own.price);
  let h = 0;
  let mood = 0;
  for (let t = 0; t < hours; t++) {
    const crashing = factor.crashing[t] === 1;
    const scale = own.volatility * Math.exp(h) * (crashing ? 2 : 1);
    const shock = clamp(prng.student(5), 12);
    const jump = prng.uniform() < own.jumpRate * (crashing ? 4 : 1) ? drawJump(prng) : 0;
    const move = clamp(own.beta * factor.move[t]! + scale * shock + jump, 0.6);
    h = clamp(
      h * (1 - own.reversion) + own.wander * (prng.normal() - own.leverage * shock) + 4 * Math.abs(jump),
      MAX_LOG_VOLATILITY,
    );
    // What moved within the hour and is not in its return.
    const bridge = scale + own.beta * FACTOR_VOLATILITY * (crashing ? 3 : 1);
    const up = bridgeMaximum(prng, move, bridge);
    const down = bridgeMaximum(prng, -move, bridge);
    high[t] = Math.exp(level + up);
    low[t] = Math.exp(level - down);
    level += move;
    close[t] = Math.exp(level);
    mood = 0.9 * mood + 0.15 * prng.normal();
    const activity = 1 + 0.3 * Math.sin((2 * Math.PI * ((t % 24) - 9)) / 24);
    volume[t] = own.turnover * activity * Math.exp(mood + 0.8 * h + 12 * Math.abs(move));
  }
  return { startHour: GENERATOR_START_HOUR, close, high, low, volume, flags: new Uint8Array(hours) };
}

function generateFactor(seed: number, hours: number): Factor {
  const { stressed } = generateCommon(seed, hours);
  const prng = createPrng(seed, 0xfa);
  const move = new Float64Array(hours);
  const crashing = new Uint8Array(hours);
  let h = 0;
  let crash = 0;
  for (let t = 0; t < hours; t++) {
    const stress = stressed[t] === 1;
    const turn = crash === 1 ? CRASH_END : stress ? CRASH_STRESSED : CRASH_CALM;
    if (prng.uniform() < turn) crash = 1 - crash;
    const shock = clamp(prng.student(5), 10);
    const scale = FACTOR_VOLATILITY * Math.exp(h) * (stress ? 1.6 : 1) * (crash === 1 ? 2.2 : 1);
    move[t] = scale * shock + (crash === 1 ? -0.003 : 0.0001);
    h = clamp(h * (1 - FACTOR_REVERSION) + 0.05 * (prng.normal() - 0.5 * shock), MAX_LOG_VOLATILITY);
    crashing[t] = crash;
  }
  return { move, crashing };
}

function drawJump(prng: Prng): number {
  const size = Math.min(0.35, prng.pareto(0.015, 2.5));
  return prng.uniform() < 0.6 ? -size : size;
}

/** The maximum of a Brownian bridge from 0 to `end` whose shocks have standard deviation `scale`; at least both. */
function bridgeMaximum(prng: Prng, end: number, scale: number): number {
  const u = 1 - prng.uniform();
  return Math.max(0, end, (end + Math.sqrt(end * end - 2 * scale * scale * Math.log(u))) / 2);
}

function clamp(value: number, bound: number): number {
  return Math.max(-bound, Math.min(bound, value));
}
