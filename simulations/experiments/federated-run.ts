import type { AggregationRule } from '../../aggregation/index.ts';
import { createDataClock, loadSeries, type Slices } from '../../node/data/index.ts';
import { buildExamples, computeFeatures, type ExampleSet, withMirror } from '../../node/features/index.ts';
import {
  createPegModel,
  evaluateModel,
  fitPublicNumbers,
  genesisWeights,
  type PegModelSpec,
  type PublicNumbers,
  type SkillReport,
} from '../../node/models/index.ts';
import { float64Engine, type TrainingDefaults, trainLocally } from '../../node/training/index.ts';
import { clip, fromGrid, toGrid } from '../../privacy/index.ts';
import type { Attack } from '../attacks/index.ts';
import { seededRandom } from '../world/random.ts';

/** A market cut up for an experiment: what each node may train on in each round, and what judges the result. */
export type PreparedMarket = {
  readonly numbers: PublicNumbers;
  /** By round (from 0) and node; mirrored. */
  readonly training: readonly (readonly ExampleSet[])[];
  readonly test: ExampleSet;
};

export async function prepareMarket({ publicFeed, slices }: Slices, rounds: number): Promise<PreparedMarket> {
  const feed = (await loadSeries(publicFeed)).series;
  const clock = createDataClock(feed, { rounds });
  const publicTable = computeFeatures(feed);
  const tables = await Promise.all(
    slices.map(async ({ spec }) => computeFeatures((await loadSeries(spec)).series)),
  );
  return {
    numbers: fitPublicNumbers(buildExamples(publicTable, clock.fitting)),
    training: Array.from({ length: rounds }, (_, r) =>
      tables.map((table) => withMirror(buildExamples(table, clock.training(r + 1)))),
    ),
    test: buildExamples(publicTable, clock.test),
  };
}

export type FederatedRun = {
  readonly model: PegModelSpec;
  readonly training: TrainingDefaults;
  /** An aggregation rule; the plain mean of all updates where left out. */
  readonly rule?: AggregationRule;
  /** What the last node does in place of training honestly. */
  readonly attack?: Attack;
  readonly seed: string;
};

export type FederatedResult = {
  readonly weights: Float64Array;
  readonly genesis: SkillReport;
  readonly final: SkillReport;
  /** Rounds in which the last node's update was not selected. */
  readonly lastExcluded: number;
  /** Mean cosine between the updates of two honest nodes. */
  readonly alignment: number;
};

/** Rounds of local training and aggregation in one process, without network: what the weights alone can tell. */
export function runFederation(market: PreparedMarket, run: FederatedRun): FederatedResult {
  const model = createPegModel(run.model);
  const random = seededRandom(run.seed);
  const { updateClipNorm, gridBits } = run.training;
  const genesis = genesisWeights(model);
  let weights = genesis;
  let lastExcluded = 0;
  const cosines: number[] = [];
  for (const sets of market.training) {
    const updates = sets.map((examples, node) => {
      const gradients = float64Engine.open(model, examples);
      let update = trainLocally(gradients, weights, run.training, random.bytes);
      if (run.attack !== undefined && node === sets.length - 1) {
        update = run.attack.craft({ own: update, random: random.bytes });
      }
      return fromGrid(toGrid(clip(update, updateClipNorm), gridBits), gridBits);
    });
    const honest = run.attack === undefined ? updates : updates.slice(0, -1);
    cosines.push(...pairwiseCosines(honest));
    const result = run.rule?.aggregate(updates);
    if (result !== undefined && !result.selected.includes(sets.length - 1)) lastExcluded++;
    const step = result?.vector ?? mean(updates, model.size);
    weights = weights.map((weight, j) => weight + step[j]!);
  }
  return {
    weights,
    genesis: evaluateModel(model, genesis, market.numbers, market.test),
    final: evaluateModel(model, weights, market.numbers, market.test),
    lastExcluded,
    alignment: cosines.reduce((sum, cosine) => sum + cosine, 0) / cosines.length,
  };
}

function mean(rows: readonly Float64Array[], size: number): Float64Array {
  const sum = new Float64Array(size);
  for (const row of rows) for (let j = 0; j < size; j++) sum[j]! += row[j]!;
  return sum.map((value) => value / rows.length);
}

function pairwiseCosines(rows: readonly Float64Array[]): number[] {
  const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, j) => sum + value * b[j]!, 0);
  return rows.flatMap((a, i) => rows.slice(i + 1).map((b) => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))));
}
