import { fromGrid, toGrid } from '../../privacy/index.ts';
import { BallastError } from '../../protocol/errors.ts';
import {
  buildExamples,
  computeFeatures,
  type PegHorizon,
  type RiskExamples,
  withMirror,
} from '../features/index.ts';
import {
  createModel,
  fitPublicNumbers,
  fitRiskNumbers,
  forecastQuantiles,
  genesisOf,
  horizonsOf,
  modelSpec,
  QUANTILE_LEVELS,
  type StabilityModel,
  weightsOfHead,
} from '../models/index.ts';
import { clipHeads, float64Engine, openHeads, TRAINING_DEFAULTS, trainLocally } from '../training/index.ts';
import { afterWarmup } from './baselines.ts';
import type { Forecaster, TrainingWindow } from './forecaster.ts';
import { joinRows } from './horizon-rows.ts';

/** Rounds that the default model is trained for. */
export const DEFAULT_ROUNDS = 10;

/** What of the default model may be asked for otherwise. */
export type DefaultModelOptions = {
  /** `DEFAULT_ROUNDS` where left out. */
  readonly rounds?: number;
  /** Heads of the peg, ascending hours; those of the published defaults where left out. */
  readonly heads?: readonly PegHorizon[];
};

export type TrainedModel = { readonly model: StabilityModel; readonly weights: Float64Array };

/**
 * Trains the default model as a network would: one node a coin or market, `DEFAULT_ROUNDS` rounds of the published
 * defaults, the mean of the clipped updates; without noise, so that figures say what the data are worth.
 *
 * @param risk one set a market, the reference market's first; none leaves the risk head out.
 * @throws BallastError `EXAMPLES_TOO_FEW`; the signal's reason between rounds.
 */
export async function trainDefaultModel(
  windows: readonly TrainingWindow[],
  risk: readonly RiskExamples[] = [],
  {
    rounds = DEFAULT_ROUNDS,
    heads = TRAINING_DEFAULTS.horizons,
    signal,
  }: DefaultModelOptions & { readonly signal?: AbortSignal } = {},
): Promise<TrainedModel> {
  // By range of rows, and in it by horizon.
  const pegs = windows.flatMap(({ series, rows, warmup }) => {
    const tables = heads.map((horizon) => computeFeatures(series, horizon, warmup));
    return afterWarmup(rows, series.startHour + warmup).map((range) =>
      tables.map((table) => buildExamples(table, range)),
    );
  });
  if (pegs.length === 0) {
    throw new BallastError('EXAMPLES_TOO_FEW', 'training: got no rows of a peg, expected some', {
      hint: 'use a longer history, or another split',
    });
  }
  const [reference] = risk;
  const model = createModel(
    modelSpec({
      peg: { kind: 'linear' },
      pegNumbers: heads.map((horizon, h) => ({
        horizon,
        numbers: fitPublicNumbers(joinRows(pegs.flatMap((sets) => sets.slice(h, h + 1)))),
      })),
      ...(reference === undefined ? {} : { riskNumbers: fitRiskNumbers(reference) }),
      recordClipNorms: TRAINING_DEFAULTS.headRecordNorms,
      updateClipNorms: TRAINING_DEFAULTS.headUpdateNorms,
      riskDeadBand: TRAINING_DEFAULTS.riskDeadBand,
    }),
  );
  // A node has a peg and, in turn, a market, so that both heads learn in every round.
  const nodes = Array.from({ length: Math.max(pegs.length, risk.length) }, (_, k) => {
    const peg = (pegs[k % pegs.length] ?? []).map(withMirror);
    const market = risk[k % Math.max(1, risk.length)];
    return openHeads(float64Engine, model, { peg, ...(market === undefined ? {} : { risk: market }) });
  });
  const { gridBits } = TRAINING_DEFAULTS;
  const training = { ...TRAINING_DEFAULTS, unit: 'none' } as const;
  let weights = genesisOf(model);
  for (let round = 0; round < rounds; round++) {
    signal?.throwIfAborted();
    const sum = new Float64Array(model.size);
    for (const gradients of nodes) {
      const update = trainLocally(gradients, weights, training, noRandomness, signal);
      const released = fromGrid(toGrid(clipHeads(model, update), gridBits), gridBits);
      for (let j = 0; j < sum.length; j++) sum[j]! += released[j]! / nodes.length;
      // Lets a signal and the terminal have their turn.
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    weights = weights.map((weight, j) => weight + sum[j]!);
  }
  for (const gradients of nodes) gradients.dispose();
  return { model, weights };
}

/** The peg heads of a trained model, at its own horizons. */
export function modelForecaster(name: string, { model, weights }: TrainedModel): Forecaster {
  return {
    name,
    horizons: horizonsOf(model),
    forecast: ({ series, warmup, rows }) => {
      const [first, last] = [rows.from - series.startHour, rows.to - series.startHour];
      return new Map(
        model.heads.peg.map((peg) => {
          const { horizon } = peg.model;
          const table = computeFeatures(series, horizon, warmup);
          const own = weightsOfHead(model, peg, weights);
          const quantiles = forecastQuantiles(peg.model, own, peg.numbers, {
            x: table.x.subarray(first * table.width, last * table.width),
            scale: table.scale.subarray(first, last),
            deviation: table.deviation.subarray(first, last),
          });
          return [horizon, { levels: [...QUANTILE_LEVELS], quantiles }];
        }),
      );
    },
  };
}

/** The default model, trained on whatever the evaluation lets it see. */
export function defaultForecaster(options: DefaultModelOptions = {}): Forecaster {
  const name = 'default model';
  return {
    name,
    horizons: options.heads ?? TRAINING_DEFAULTS.horizons,
    fit: async (windows, signal) =>
      modelForecaster(
        name,
        await trainDefaultModel(windows, [], { ...options, ...(signal === undefined ? {} : { signal }) }),
      ),
    forecast: () => new Map(),
  };
}

function noRandomness(): never {
  throw new BallastError('ENTROPY_UNUSED', 'training: got a draw, expected none without noise');
}
