import { createAggregator } from '../../../aggregation/index.ts';
import { type LocalTrainingOptions, trainLocally, trainScaffold } from '../../../node/training/index.ts';
import { clipJointly, l2Norm } from '../../../privacy/index.ts';
import { type Examples, LABEL_SKEW_SIZE, labelSkewGradients, labelSkewLoss } from './task.ts';

export type LabelSkewRun = {
  /** The text of an aggregation; one with rows of twice the weights trains with SCAFFOLD. */
  readonly rule: string;
  readonly rounds: number;
  readonly localSteps: number;
  readonly learningRate: number;
  /** μ of FedProx; 0 where left out. */
  readonly proximal?: number;
};

export type LabelSkewResult = {
  readonly weights: Float64Array;
  /** The loss over all nodes' examples after each round. */
  readonly losses: readonly number[];
  /** Client drift of each round: the root mean square of ‖y_i − ȳ‖ over the nodes' local weights y_i. */
  readonly drifts: readonly number[];
};

/** Far above every gradient and update of the task: this run is about drift, not about privacy. */
const NO_BOUND = 1e6;

/** Federated training from zero weights, without noise, every node in every round. */
export function runLabelSkew(all: readonly Examples[], run: LabelSkewRun): LabelSkewResult {
  const aggregator = createAggregator(run.rule);
  const isScaffold = aggregator.rowSize(LABEL_SKEW_SIZE) !== LABEL_SKEW_SIZE;
  const nodes = all.map((examples) => ({
    gradients: labelSkewGradients(examples),
    options: localOptions(run, examples.label.length),
    own: new Float64Array(LABEL_SKEW_SIZE),
  }));
  let weights = new Float64Array(LABEL_SKEW_SIZE);
  let state = aggregator.initialState(LABEL_SKEW_SIZE);
  const losses: number[] = [];
  const drifts: number[] = [];
  for (let round = 0; round < run.rounds; round++) {
    const global = state.vectors.control;
    const rows = nodes.map((node) => {
      const { gradients, options, own } = node;
      if (!isScaffold || global === undefined) return trainLocally(gradients, weights, options, noNoise);
      const trained = trainScaffold(gradients, weights, { global, own }, options, noNoise);
      const [delta, change] = clipJointly([trained.weights, trained.control], NO_BOUND);
      node.own = own.map((c, j) => c + change![j]!);
      return Float64Array.of(...delta!, ...change!);
    });
    drifts.push(drift(rows.map((row) => row.subarray(0, LABEL_SKEW_SIZE))));
    const step = aggregator.aggregate(rows, state);
    state = step.state;
    weights = weights.map((w, j) => w + step.update[j]!);
    losses.push(labelSkewLoss(all, weights));
  }
  return { weights, losses, drifts };
}

/** The least loss: gradient descent on all examples together, until it stands still. */
export function leastLoss(all: readonly Examples[]): number {
  const { losses } = runLabelSkew(all, { rule: 'fedavg', rounds: 800, localSteps: 1, learningRate: 1 });
  return losses.at(-1) ?? Number.NaN;
}

function localOptions(
  { localSteps, learningRate, proximal = 0 }: LabelSkewRun,
  records: number,
): LocalTrainingOptions {
  return {
    unit: 'none',
    localSteps,
    learningRate,
    recordClipNorm: NO_BOUND,
    noiseMultiplier: 0,
    gridBits: 20,
    nominalRecords: records,
    proximal,
  };
}

function noNoise(): Uint8Array {
  return new Uint8Array();
}

function drift(updates: readonly Float64Array[]): number {
  const n = updates.length;
  const mean = updates[0]!.map((_, j) => updates.reduce((sum, update) => sum + update[j]!, 0) / n);
  const squares = updates.map((update) => l2Norm(update.map((value, j) => value - mean[j]!)) ** 2);
  return Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / n);
}
