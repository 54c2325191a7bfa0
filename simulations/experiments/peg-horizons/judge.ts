import { createPrng } from '../../../node/data/index.ts';
import type { ExampleSet } from '../../../node/features/index.ts';
import {
  type Baseline,
  baselineQuantiles,
  bootstrapSkill,
  forecastQuantiles,
  type PegModel,
  type PublicNumbers,
  pinballLosses,
  QUANTILE_LEVELS,
  type SkillInterval,
} from '../../../node/models/index.ts';

/** A forecaster of one horizon: a model, its weights, and the numbers that stand beside it. */
export type Forecaster = {
  readonly model: PegModel;
  readonly weights: Float64Array;
  readonly numbers: PublicNumbers;
};

/** How the model's share of a forecast falls outside the range of its training, see `modelShare`; 1 is no gate. */
export type Gate = (examples: ExampleSet, row: number) => number;

/** Losses of the same rows, bp: the forecast's and each baseline's. */
export type Losses = Readonly<Record<'model' | Baseline, Float64Array>> & {
  readonly hour: Float64Array;
  /** Share of outcomes between the outer quantiles. */
  readonly coverage: number;
};

export type Skills = Readonly<Record<Baseline, SkillInterval>> & {
  readonly rows: number;
  readonly coverage: number;
};

const BASELINES = ['B0', 'B2', 'B3'] as const;
/** Losses of hours near each other hang together over days. */
const BLOCK_HOURS = 5 * 24;
const RESAMPLES = 1_000;

/** @param gate in place of the model's own. */
export function lossesOf({ model, weights, numbers }: Forecaster, set: ExampleSet, gate?: Gate): Losses {
  const quantiles =
    gate === undefined
      ? forecastQuantiles(model, weights, numbers, set)
      : gated({ model, weights, numbers }, set, gate);
  const of = (baseline: Baseline) => pinballLosses(baselineQuantiles(baseline, numbers, set), set);
  return {
    ...judge(quantiles, set),
    B0: of('B0'),
    B2: of('B2'),
    B3: of('B3'),
    hour: set.hour,
  };
}

/** Losses of quantiles, and the share of labels between the outermost two. */
export function judge(quantiles: Float64Array, set: ExampleSet): Pick<Losses, 'model' | 'coverage'> {
  const outputs = QUANTILE_LEVELS.length;
  let inside = 0;
  for (let i = 0; i < set.rows; i++) {
    const actual = set.deviation[i]! + set.scale[i]! * set.y[i]!;
    if (actual >= quantiles[i * outputs]! && actual <= quantiles[(i + 1) * outputs - 1]!) inside++;
  }
  return { model: pinballLosses(quantiles, set), coverage: inside / set.rows };
}

function gated({ model, weights, numbers }: Forecaster, set: ExampleSet, gate: Gate): Float64Array {
  // Beyond reach there is no anchor, so that the model stands alone.
  const open = { ...numbers, anchor: { scale: Number.MAX_VALUE } };
  const quantiles = forecastQuantiles(model, weights, open, set);
  const b2 = baselineQuantiles('B2', numbers, set);
  return quantiles.map((value, i) => {
    const share = gate(set, Math.floor(i / QUANTILE_LEVELS.length));
    return share * value + (1 - share) * b2[i]!;
  });
}

/**
 * Skill over all rows of several coins with 95 % intervals. Losses of one hour are added up over the coins before blocks
 * of five days are drawn, since coins move together.
 */
export function skillsOf(losses: readonly Losses[], seed = 1): Skills {
  const hours = new Set(losses.flatMap(({ hour }) => [...hour]));
  const place = new Map([...hours].sort((a, b) => a - b).map((hour, i) => [hour, i]));
  const sum = (of: 'model' | Baseline) => {
    const out = new Float64Array(place.size);
    for (const own of losses)
      for (const [i, hour] of own.hour.entries()) out[place.get(hour)!]! += own[of][i]!;
    return out;
  };
  const model = sum('model');
  const { uniform } = createPrng(seed, 0xb007);
  const blockLength = Math.min(BLOCK_HOURS, model.length);
  const [B0, B2, B3] = BASELINES.map((baseline) =>
    bootstrapSkill(model, sum(baseline), { blockLength, resamples: RESAMPLES, level: 0.95, uniform }),
  );
  const rows = losses.reduce((count, { hour }) => count + hour.length, 0);
  const inside = losses.reduce((count, { hour, coverage }) => count + coverage * hour.length, 0);
  if (B0 === undefined || B2 === undefined || B3 === undefined) throw new RangeError('no baseline');
  return { B0, B2, B3, rows, coverage: inside / rows };
}
