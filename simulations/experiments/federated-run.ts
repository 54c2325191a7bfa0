import type { AggregationRule, Aggregator } from '../../aggregation/index.ts';
import { createDataClock, loadMarket, loadSeries, type Slices } from '../../node/data/index.ts';
import type { PegHorizon, RecordBlock } from '../../node/features/index.ts';
import { createModel, genesisOf, horizonsOf, type StabilityModel } from '../../node/models/index.ts';
import {
  createPublicMarket,
  type HeldOutReport,
  type PublicMarket,
} from '../../node/runtime/public-market.ts';
import {
  clipHeads,
  defaultModelSpec,
  float64Engine,
  type HeadExamples,
  openHeads,
  openLocalData,
  type TrainingDefaults,
  trainLocally,
} from '../../node/training/index.ts';
import { fromGrid, l2Norm, toGrid } from '../../privacy/index.ts';
import type { Attack } from '../attacks/index.ts';
import { seededRandom } from '../world/random.ts';

/** A market cut up for an experiment: what each node may train on in each round, and what judges the result. */
export type PreparedMarket = {
  readonly model: StabilityModel;
  /** By round (from 0) and node; the peg rows mirrored. */
  readonly training: readonly (readonly HeadExamples[])[];
  readonly judge: PublicMarket;
};

/**
 * @param heads `peg` leaves the risk head out, as it was before there was one.
 * @param record what one record is; a UTC day of examples where left out.
 * @param horizons hours ahead that the peg is forecast, ascending; those of the defaults where left out.
 */
export async function prepareMarket(
  { publicFeed, publicMarket, slices }: Slices,
  rounds: number,
  heads: 'both' | 'peg' = 'both',
  record?: RecordBlock,
  horizons?: readonly PegHorizon[],
): Promise<PreparedMarket> {
  const feed = (await loadSeries(publicFeed)).series;
  const { market } = await loadMarket(publicMarket);
  const clock = createDataClock(feed, { rounds });
  const fitting = clock.fitting;
  const model = createModel(
    defaultModelSpec(heads === 'both' ? { feed, market, fitting } : { feed, fitting }, undefined, horizons),
  );
  const nodes = await Promise.all(
    slices.map(async ({ spec, market: own }) => {
      const examples = {
        source: spec,
        horizons: horizonsOf(model),
        market: { own, reference: publicMarket },
      };
      return openLocalData({ ...examples, ...(record === undefined ? {} : { record }) });
    }),
  );
  return {
    model,
    training: Array.from({ length: rounds }, (_, r) =>
      nodes.map(({ examples }) => examples(clock.training(r + 1))),
    ),
    judge: createPublicMarket(feed, clock, model, market),
  };
}

export type FederatedRun = {
  readonly training: TrainingDefaults;
  /** An aggregation rule; the plain mean of all updates where left out. */
  readonly rule?: AggregationRule;
  /** A whole aggregation with its state, in place of a rule. */
  readonly aggregator?: Aggregator;
  /** What the last node does in place of training honestly. */
  readonly attack?: Attack;
  /** Train this node alone, as if there were no federation. */
  readonly only?: number;
  readonly seed: string;
  /** Is told the weights after each round, from 0. */
  readonly onRound?: (round: number, weights: Float64Array) => void;
};

export type FederatedResult = {
  readonly weights: Float64Array;
  readonly genesis: HeldOutReport;
  readonly final: HeldOutReport;
  /** Rounds in which the last node's update was not selected. */
  readonly lastExcluded: number;
  /** Mean cosine between the updates of two honest nodes. */
  readonly alignment: number;
  /** Mean distance of an honest node's weights after its local steps, unclipped, from those before. */
  readonly drift: number;
};

/** Rounds of local training and aggregation in one process, without network: what the weights alone can tell. */
export function runFederation(market: PreparedMarket, run: FederatedRun): FederatedResult {
  const { heldOut } = market.judge;
  const result = federate(market, run);
  return { ...result, genesis: heldOut(genesisOf(market.model)), final: heldOut(result.weights) };
}

/** The same without a judge. */
export function federate(
  { model, training }: Pick<PreparedMarket, 'model' | 'training'>,
  run: FederatedRun,
): Omit<FederatedResult, 'genesis' | 'final'> {
  const random = seededRandom(run.seed);
  const { gridBits } = run.training;
  let weights = genesisOf(model);
  let state = run.aggregator?.initialState(model.size);
  let lastExcluded = 0;
  const cosines: number[] = [];
  const drifts: number[] = [];
  for (const [round, all] of training.entries()) {
    const sets = run.only === undefined ? all : all.slice(run.only, run.only + 1);
    const updates = sets.map((examples, node) => {
      const gradients = openHeads(float64Engine, model, examples);
      let update = trainLocally(gradients, weights, run.training, random.bytes);
      if (run.attack !== undefined && node === sets.length - 1) {
        update = run.attack.craft({ own: update, random: random.bytes });
      } else drifts.push(l2Norm(update));
      return fromGrid(toGrid(clipHeads(model, update), gridBits), gridBits);
    });
    const honest = run.attack === undefined ? updates : updates.slice(0, -1);
    cosines.push(...pairwiseCosines(honest));
    const aggregated = state === undefined ? undefined : run.aggregator?.aggregate(updates, state);
    const result = aggregated?.result ?? run.rule?.aggregate(updates);
    if (result !== undefined && !result.selected.includes(sets.length - 1)) lastExcluded++;
    const step = aggregated?.update ?? result?.vector ?? mean(updates, model.size);
    state = aggregated?.state;
    weights = weights.map((weight, j) => weight + step[j]!);
    run.onRound?.(round, weights);
  }
  return {
    weights,
    lastExcluded,
    alignment: average(cosines),
    drift: average(drifts),
  };
}

function mean(rows: readonly Float64Array[], size: number): Float64Array {
  const sum = new Float64Array(size);
  for (const row of rows) for (let j = 0; j < size; j++) sum[j]! += row[j]!;
  return sum.map((value) => value / rows.length);
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function pairwiseCosines(rows: readonly Float64Array[]): number[] {
  const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, j) => sum + value * b[j]!, 0);
  return rows.flatMap((a, i) => rows.slice(i + 1).map((b) => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))));
}
