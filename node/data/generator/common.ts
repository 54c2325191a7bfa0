import { createPrng } from '../prng.ts';

/** A run on the peg: its onset at `hour`, its depth in bp (negative: below target), both time scales in hours. */
export type Depeg = {
  readonly hour: number;
  readonly depth: number;
  readonly onsetHours: number;
  readonly halfLifeHours: number;
};

/** What all venues of one market share, hour by hour. */
export type CommonPath = {
  /** 1 in the stressed regime, 0 in the calm one. */
  readonly stressed: Uint8Array;
  /** The shared factor, bp. */
  readonly factor: Float64Array;
  /** Runs that may reach every venue, each in its own strength. */
  readonly depegs: readonly Depeg[];
};

/** Mean lengths of the two regimes, hours. */
export const CALM_HOURS = 45 * 24;
export const STRESSED_HOURS = 9 * 24;

/** A run: heavy-tailed depth (Pareto, index 1.8), four of five downwards, half-lives spread over a decade. */
export function drawDepeg(prng: ReturnType<typeof createPrng>, hour: number, smallest: number): Depeg {
  const depth = Math.min(2000, prng.pareto(smallest, 1.8));
  return {
    hour,
    depth: prng.uniform() < 0.8 ? -depth : depth,
    onsetHours: 1 + Math.floor(prng.between(0, 8)),
    halfLifeHours: 18 * Math.exp(0.7 * prng.normal()),
  };
}

/** The shared part of the market of `seed`, `hours` long. See `generateVenue` for the whole law. */
export function generateCommon(seed: number, hours: number): CommonPath {
  const prng = createPrng(seed, 0xc0);
  const stressed = new Uint8Array(hours);
  const factor = new Float64Array(hours);
  const depegs: Depeg[] = [];
  let regime = 0;
  let level = 0;
  for (let t = 0; t < hours; t++) {
    const leave = regime === 0 ? 1 / CALM_HOURS : 1 / STRESSED_HOURS;
    if (prng.uniform() < leave) regime = 1 - regime;
    level += -level / 40 + (regime === 1 ? 1.6 : 0.5) * prng.student(5);
    if (prng.uniform() < (regime === 1 ? 1 / (5 * 24) : 1 / (90 * 24))) depegs.push(drawDepeg(prng, t, 12));
    stressed[t] = regime;
    factor[t] = level;
  }
  return { stressed, factor, depegs };
}
