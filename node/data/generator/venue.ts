import type { HourlySeries } from '../../features/series.ts';
import { createPrng, type Prng } from '../prng.ts';
import { type Depeg, drawDepeg, generateCommon } from './common.ts';

/** 2024-01-01T00:00Z, where every generated market begins. */
export const GENERATOR_START_HOUR = 473_352;
/** The length of a generated market unless another is asked for, days. */
export const GENERATOR_DAYS = 700;

/** What makes a venue its own; drawn once from (seed, venue). Rates are per hour, levels in bp. */
type Character = {
  readonly loading: number;
  readonly volatility: number;
  readonly stressMultiple: number;
  readonly reversion: number;
  readonly premiumReversion: number;
  readonly premiumLevel: number;
  readonly premiumSpread: number;
  readonly printNoise: number;
  readonly depegRate: number;
  readonly share: number;
};

function drawCharacter(prng: Prng): Character {
  return {
    loading: prng.between(0.4, 1.2),
    volatility: prng.between(0.6, 1.6),
    stressMultiple: prng.between(2, 5),
    reversion: Math.LN2 / prng.between(5, 30),
    premiumReversion: Math.LN2 / (24 * prng.between(8, 30)),
    premiumLevel: prng.between(-4, 4),
    premiumSpread: prng.between(1.5, 5),
    printNoise: prng.between(0.15, 0.9),
    depegRate: prng.between(0.5, 2) / (60 * 24),
    share: prng.between(0.2, 1),
  };
}

/**
 * The hourly deviations of one venue of a made-up but unhelpful market. In bp, at hour t,
 *
 *     d = loading · F + X + P + R + printing noise, and never below −9,900,
 *
 * - F, shared by all venues: mean reversion with time constant 40 h and Student-t(5) shocks, three times larger in
 *   the stressed regime of a two-state Markov chain (calm 45 days, stressed 9 days on average);
 * - X, own: mean reversion with a half-life of 5 to 30 h, Student-t(4) shocks whose log-volatility itself wanders
 *   (half-life 3 days), is raised by its own large shocks, by stress and by a run in progress;
 * - P, a premium that wanders around a level of its own with a half-life of 8 to 30 days;
 * - R, runs: heavy-tailed depth, an onset of hours, decay with a random half-life; shared runs reach a venue in a
 *   share of its own, others are its own, six times more often under stress.
 *
 * The states are latent: no exponential average or scale that the features compute appears in the law, and neither
 * the levels nor the half-lives are known to a model. The path is a function of (seed, venue, hours) alone; a longer
 * one begins with the shorter.
 */
export function generateVenue(seed: number, venue: number, days: number = GENERATOR_DAYS): HourlySeries {
  const hours = days * 24;
  const common = generateCommon(seed, hours);
  const prng = createPrng(seed, 0x7e, venue);
  const own = drawCharacter(prng);
  const deviation = new Float64Array(hours);
  const active: Depeg[] = [];
  let nextShared = 0;
  let x = 0;
  let logVolatility = 0;
  let premium = own.premiumLevel + own.premiumSpread * prng.normal();
  for (let t = 0; t < hours; t++) {
    const stressed = common.stressed[t] === 1;
    for (let run = common.depegs[nextShared]; run?.hour === t; run = common.depegs[++nextShared]) {
      active.push({ ...run, depth: run.depth * own.share * prng.between(0.3, 1.4) });
    }
    if (prng.uniform() < own.depegRate * (stressed ? 6 : 1)) active.push(drawDepeg(prng, t, 10));
    const run = runLevel(active, t);

    const shock = prng.student(4);
    const scale =
      own.volatility *
      Math.exp(logVolatility) *
      (stressed ? own.stressMultiple : 1) *
      (1 + Math.abs(run) / 60);
    x += -own.reversion * x + scale * Math.max(-40, Math.min(40, shock));
    logVolatility +=
      (-Math.LN2 / 72) * logVolatility + 0.06 * prng.normal() + 0.02 * (Math.min(8, Math.abs(shock)) - 0.7);
    premium +=
      own.premiumReversion * (own.premiumLevel - premium) +
      own.premiumSpread * Math.sqrt(2 * own.premiumReversion) * prng.normal();
    const level = own.loading * common.factor[t]! + x + premium + run + own.printNoise * prng.normal();
    deviation[t] = Math.max(-9900, level);
  }
  return { startHour: GENERATOR_START_HOUR, deviation };
}

/** The sum of all runs in progress at hour `t`, bp; runs that have decayed to nothing are dropped. */
function runLevel(active: Depeg[], t: number): number {
  let sum = 0;
  for (let i = active.length - 1; i >= 0; i--) {
    const run = active[i];
    if (run === undefined) continue;
    const age = t - run.hour + 1;
    const decay = 2 ** (-Math.max(0, age - run.onsetHours) / run.halfLifeHours);
    if (decay < 1e-4) active.splice(i, 1);
    else sum += run.depth * Math.min(1, age / run.onsetHours) * decay;
  }
  return sum;
}
