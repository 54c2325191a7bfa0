import type { PairScore } from '../../coordinator/gate.ts';
import { createDataClock, type DataClock, loadMarket, loadSeries, slicesFor } from '../../node/data/index.ts';
import type { RecordBlock } from '../../node/features/index.ts';
import { createModel, horizonsOf, type PegModelSpec, type StabilityModel } from '../../node/models/index.ts';
import { createPublicMarket, type PublicMarket } from '../../node/runtime/public-market.ts';
import type { TrainLocally } from '../../node/runtime/round-trainer.ts';
import {
  defaultModelSpec,
  float64Engine,
  openHeads,
  openLocalData,
  type RecordGradients,
  trainLocally,
} from '../../node/training/index.ts';
import type { RandomBytes } from '../../protocol/random.ts';
import { weightsDigest } from '../../protocol/vectors.ts';

export type LearningMarketOptions = {
  /** The generator's market; ignored for recorded data, save for who gets what. */
  readonly seed: number;
  readonly nodes: number;
  readonly rounds: number;
  /** Folder of the recorded markets; the generator where left out. */
  readonly dataDir?: string;
  /** What one record is; a UTC day of examples where left out. */
  readonly record?: RecordBlock;
  /** The peg head; linear where left out. */
  readonly model?: PegModelSpec;
};

/**
 * One market as the nodes of a simulation see it: the public feed for all, a private slice each. Loaded once, it
 * serves any number of runs; what is kept between them depends on nothing that a run chooses.
 */
export type LearningMarket = {
  readonly options: LearningMarketOptions;
  readonly model: StabilityModel;
  readonly clock: DataClock;
  readonly publicMarket: PublicMarket;
  /** In-process training of node `index` on its slice, over the float64 engine. */
  readonly trainerOf: (index: number, random: RandomBytes) => TrainLocally;
};

/** @throws UsageError `DATA_NODES`, `DATA_FILE_UNREADABLE`, `DATA_CLOCK_TOO_SHORT`; BallastError `MODEL_SPEC`. */
export async function prepareLearningMarket(options: LearningMarketOptions): Promise<LearningMarket> {
  const { seed, nodes, rounds, dataDir, record } = options;
  const { publicFeed, publicMarket, slices } = await slicesFor(dataDir, seed, nodes);
  const feed = (await loadSeries(publicFeed)).series;
  const reference = (await loadMarket(publicMarket)).market;
  const clock = createDataClock(feed, { rounds });
  const model = createModel(
    defaultModelSpec({ feed, market: reference, fitting: clock.fitting }, options.model),
  );
  const data = await Promise.all(
    slices.map(({ spec, market }) =>
      openLocalData({
        source: spec,
        horizons: horizonsOf(model),
        market: { own: market, reference: publicMarket },
        ...(record === undefined ? {} : { record }),
      }),
    ),
  );
  const opened = new Map<string, RecordGradients>();
  const gradientsOf = (index: number, range: { readonly from: number; readonly to: number }) => {
    const key = `${index}/${range.from}/${range.to}`;
    const own = data[index];
    if (own === undefined) throw new RangeError(`node: got ${index}, expected 0 to ${nodes - 1}`);
    const gradients = opened.get(key) ?? openHeads(float64Engine, model, own.examples(range));
    opened.set(key, gradients);
    return gradients;
  };
  return {
    options,
    model,
    clock,
    publicMarket: rememberScores(createPublicMarket(feed, clock, model, reference)),
    trainerOf: (index, random) => async (weights, range, training, correction) =>
      trainLocally(gradientsOf(index, range), weights, training, random, undefined, correction),
  };
}

/** Every member scores the same two models on the same rows; the first does it for all. */
function rememberScores(market: PublicMarket): PublicMarket {
  const scores = new Map<string, readonly PairScore[]>();
  return {
    ...market,
    gateScores: (round, weights) => {
      const key = `${round}/${weightsDigest(weights)}`;
      const known = scores.get(key) ?? market.gateScores(round, weights);
      scores.set(key, known);
      return known;
    },
  };
}
