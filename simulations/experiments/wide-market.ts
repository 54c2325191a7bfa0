import { createDataClock, loadSeries, type Slices } from '../../node/data/index.ts';
import { buildExamples, computeFeatures, type ExampleSet, withMirror } from '../../node/features/index.ts';
import {
  baselineLosses,
  createModel,
  evaluateModel,
  mainPegHead,
  type PegModel,
  QUANTILE_LEVELS,
  type SkillReport,
  type StabilityModel,
} from '../../node/models/index.ts';
import {
  defaultModelSpec,
  type HeadExamples,
  TRAINING_DEFAULTS,
  type TrainingDefaults,
} from '../../node/training/index.ts';

/** Of two steps at a rate and clip norm that a layer of hundreds of units bears; chosen on seed 1, reported on others. */
export const WIDE_TRAINING: TrainingDefaults = {
  ...TRAINING_DEFAULTS,
  localSteps: 2,
  learningRate: 0.1,
  updateClipNorm: 0.05,
};

/** The peg task under a model of a size at which compression matters. */
export type WideMarket = {
  readonly model: StabilityModel;
  /** By round (one, which stands for all) and node. */
  readonly training: readonly (readonly HeadExamples[])[];
  readonly judge: { readonly heldOut: (weights: Float64Array) => SkillReport };
};

/**
 * The peg head alone as one hidden layer of `hidden` tanh units, 16 · hidden + 3 weights: beyond what a network's
 * document may ask for, whose models are kept small for privacy.
 *
 * @param every what is trained on, see {@link thinned}.
 */
export async function prepareWideMarket(
  { publicFeed, slices }: Pick<Slices, 'publicFeed' | 'slices'>,
  { hidden, every }: { readonly hidden: number; readonly every: Thinning },
): Promise<WideMarket> {
  const feed = (await loadSeries(publicFeed)).series;
  const clock = createDataClock(feed, { rounds: 1 });
  const small = createModel(defaultModelSpec({ feed, fitting: clock.fitting }, { kind: 'mlp', hidden: 1 }));
  const model = widened(small, hidden, WIDE_TRAINING.updateClipNorm);
  const { model: peg, numbers } = mainPegHead(model);
  const test = buildExamples(computeFeatures(feed), clock.test);
  const losses = baselineLosses(numbers, test);
  const nodes = await Promise.all(
    slices.map(async ({ spec }) => {
      const table = computeFeatures((await loadSeries(spec)).series);
      return { peg: [thinned(withMirror(buildExamples(table, clock.training(1))), every)] };
    }),
  );
  return {
    model,
    training: [nodes],
    judge: { heldOut: (weights) => evaluateModel(peg, weights, numbers, test, losses) },
  };
}

function widened(small: StabilityModel, hidden: number, updateClipNorm: number): StabilityModel {
  const head = mainPegHead(small);
  const { horizon, inputs } = head.model;
  const layout = {
    tensors: [
      { name: 'hidden', shape: [inputs, hidden] },
      { name: 'output', shape: [hidden + 1, QUANTILE_LEVELS.length] },
    ],
  };
  const size = inputs * hidden + (hidden + 1) * QUANTILE_LEVELS.length;
  const model: PegModel = { spec: { kind: 'mlp', hidden }, horizon, inputs, layout, size };
  return { spec: small.spec, layout, size, heads: { peg: [{ ...head, model, size, updateClipNorm }] } };
}

/** Rows of every so many hours, of every so many days; of all days where left out. */
export type Thinning = { readonly hours: number; readonly days?: number };

/** Fewer rows, so that an experiment ends. Records that lose all of theirs go. */
export function thinned(examples: ExampleSet, { hours, days = 1 }: Thinning): ExampleSet {
  const { horizon, width } = examples;
  const kept: number[] = [];
  const recordStart = [0];
  for (let r = 0; r < examples.records; r++) {
    for (let i = examples.recordStart[r]!; i < examples.recordStart[r + 1]!; i++) {
      const hour = examples.hour[i]!;
      if (hour % hours === 0 && Math.floor(hour / 24) % days === 0) kept.push(i);
    }
    if (kept.length > (recordStart.at(-1) ?? 0)) recordStart.push(kept.length);
  }
  const column = (values: Float64Array) => Float64Array.from(kept, (i) => values[i]!);
  return {
    horizon,
    records: recordStart.length - 1,
    rows: kept.length,
    width,
    x: Float64Array.from(kept.flatMap((i) => [...examples.x.subarray(i * width, (i + 1) * width)])),
    y: column(examples.y),
    scale: column(examples.scale),
    deviation: column(examples.deviation),
    hour: column(examples.hour),
    flags: Uint8Array.from(kept, (i) => examples.flags[i]!),
    recordStart: Int32Array.from(recordStart),
  };
}
