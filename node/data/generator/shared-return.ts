import { createPrng, type Prng } from '../prng.ts';
import { CALM_HOURS, generateCommon, STRESSED_HOURS } from './common.ts';
import { clamp, MAX_LOG_VOLATILITY, volatilityOf } from './log-volatility.ts';

/** Scale of the shared return, per hour, where its log-volatility is zero. */
export const SHARED_VOLATILITY = 0.0068;
const DRIFT = 0.00016;
const STRESS_LOG = Math.log(1.25);
/** In a crash the shared return drifts down and is rougher; it begins more often under stress and lasts five days. */
const CRASH_LOG = Math.log(1.5);
const CRASH_DRIFT = -0.0018;
const CRASH_CALM = 1 / (119 * 24);
const CRASH_STRESSED = 1 / (14 * 24);
const CRASH_END = 1 / (5 * 24);

const VOLATILITY = volatilityOf([
  { halfLifeHours: 5, spread: 0.34, leverage: 0 },
  { halfLifeHours: 100, spread: 0.214, leverage: 0.35 },
  { halfLifeHours: 2000, spread: 0.43, leverage: 0 },
]);

/** What is hidden of the return that all assets of a market share. */
export type SharedState = {
  stressed: boolean;
  crashing: boolean;
  readonly parts: Float64Array;
  /** The log-volatility that the last step's return had, regimes included. */
  level: number;
};

/** All that is random in an hour of it. */
export type SharedNoise = {
  readonly regime: number;
  readonly crash: number;
  readonly shock: number;
  readonly normals: Float64Array;
};

export function drawShared(prng: Prng): SharedNoise {
  return {
    regime: prng.uniform(),
    crash: prng.uniform(),
    shock: clamp(prng.student(6), 10),
    normals: VOLATILITY.draw(prng),
  };
}

/**
 * The shared log return of one hour; `state` becomes the hour's end.
 *
 * @param stressed of the hour; drawn where left out, as `generateCommon` draws it.
 */
export function stepShared(state: SharedState, noise: SharedNoise, stressed?: boolean): number {
  const leave = state.stressed ? 1 / STRESSED_HOURS : 1 / CALM_HOURS;
  state.stressed = stressed ?? (noise.regime < leave ? !state.stressed : state.stressed);
  const turn = state.crashing ? CRASH_END : state.stressed ? CRASH_STRESSED : CRASH_CALM;
  if (noise.crash < turn) state.crashing = !state.crashing;
  const regimes = (state.stressed ? STRESS_LOG : 0) + (state.crashing ? CRASH_LOG : 0);
  state.level = clamp(VOLATILITY.level(state.parts) + regimes, MAX_LOG_VOLATILITY);
  VOLATILITY.step(state.parts, noise.normals, noise.shock);
  return SHARED_VOLATILITY * Math.exp(state.level) * noise.shock + (state.crashing ? CRASH_DRIFT : DRIFT);
}

export const SHARED_PARTS = 3;

/** The shared return of the market of `seed`, and what was hidden at each hour's end. */
export type SharedPath = {
  readonly move: Float64Array;
  readonly level: Float64Array;
  readonly stressed: Uint8Array;
  readonly crashing: Uint8Array;
  /** hours × SHARED_PARTS, row-major. */
  readonly parts: Float64Array;
};

export function generateShared(seed: number, hours: number): SharedPath {
  const { stressed } = generateCommon(seed, hours);
  const prng = createPrng(seed, 0xfa);
  const move = new Float64Array(hours);
  const level = new Float64Array(hours);
  const crashing = new Uint8Array(hours);
  const parts = new Float64Array(hours * SHARED_PARTS);
  const state: SharedState = { stressed: false, crashing: false, parts: VOLATILITY.start(prng), level: 0 };
  for (let t = 0; t < hours; t++) {
    move[t] = stepShared(state, drawShared(prng), stressed[t] === 1);
    level[t] = state.level;
    crashing[t] = state.crashing ? 1 : 0;
    parts.set(state.parts, t * SHARED_PARTS);
  }
  return { move, level, stressed, crashing, parts };
}

/** The hidden state at the end of hour `t`, as one of its own. */
export function sharedStateAt(path: SharedPath, t: number, into: SharedState): void {
  into.stressed = path.stressed[t] === 1;
  into.crashing = path.crashing[t] === 1;
  into.level = path.level[t]!;
  for (let k = 0; k < SHARED_PARTS; k++) into.parts[k] = path.parts[t * SHARED_PARTS + k]!;
}
