import { setImmediate } from 'node:timers/promises';
import type { ExampleSet } from '../../node/features/index.ts';
import { mainPegHead, pegLoss, weightsOfHead } from '../../node/models/index.ts';
import {
  float64Engine,
  type HeadExamples,
  type LocalTrainingOptions,
  openHeads,
  trainLocally,
} from '../../node/training/index.ts';
import { createAttack } from '../attacks/index.ts';
import { seededRandom } from '../world/random.ts';
import type { Contribution, Lane } from './lane.ts';
import type { FederatedTask, TaskOptions } from './task.ts';

/** Plain data, so that it can be sent to another thread. */
export type TrainingRequest = {
  /** From 1. */
  readonly round: number;
  readonly lanes: readonly TrainingLane[];
  readonly training: LocalTrainingOptions;
  /** Whether the loss before training is to be told. */
  readonly asksLoss: boolean;
};

/** What training must know of a lane: nodes 0 … honest − 1 are honest, those up to members − 1 lie. */
export type TrainingLane = Pick<Lane, 'weights' | 'honest' | 'members' | 'poisonedBy'>;

/** What becomes of a request, however many threads work on it. */
export interface TrainingPool {
  /**
   * Every node's contribution to every lane that it is in: by lane, then node. The same whoever makes it.
   *
   * @throws the signal's reason.
   */
  train(
    task: TaskOptions,
    request: TrainingRequest,
    collaborators?: TrainingCollaborators,
  ): Promise<Contribution[][]>;
}

export type TrainingCollaborators = {
  readonly signal?: AbortSignal;
  /** Told after each node. */
  readonly onTrained?: () => void;
};

/** How many nodes a request is for. */
export function nodesOf({ lanes }: TrainingRequest): number {
  return Math.max(...lanes.map(({ members }) => members));
}

/** Trains one node after the other in this thread, so that the examples of one alone are in memory. */
export function trainHere(task: FederatedTask): TrainingPool {
  return {
    train: async (_, request, { signal, onTrained } = {}) => {
      const all: Contribution[][] = request.lanes.map(() => []);
      for (let node = 0; node < nodesOf(request); node++) {
        signal?.throwIfAborted();
        const made = await trainNode(task, node, request);
        for (const [lane, contribution] of made) all[lane]?.push(contribution);
        onTrained?.();
        await setImmediate();
      }
      return all;
    },
  };
}

/**
 * Trains one node for every lane that it is in. It draws the same noise in every lane; lanes with the same weights share
 * what it makes of them.
 *
 * @returns lanes by their place, each with what the node brings to it.
 */
export async function trainNode(
  task: FederatedTask,
  node: number,
  { round, lanes, training, asksLoss }: TrainingRequest,
): Promise<(readonly [lane: number, contribution: Contribution])[]> {
  const examples = await task.examples(node, round);
  const seed = `${task.options.seed}/${round}/${node}`;
  const clean = trainerOf(task, { peg: [examples] }, training, seed);
  return lanes.flatMap(({ weights, honest, members, poisonedBy }, lane) => {
    if (node >= members) return [];
    const poison =
      node < honest || poisonedBy === undefined
        ? undefined
        : createAttack(poisonedBy.attack, poisonedBy.options).poison;
    const update =
      poison === undefined
        ? clean(weights)
        : trainerOf(task, poison({ peg: [examples] }), training, seed)(weights);
    const loss = asksLoss ? { loss: lossOf(task, examples, weights) } : {};
    return [[lane, { update, samples: examples.records, ...loss }] as const];
  });
}

function trainerOf(
  { model }: FederatedTask,
  examples: HeadExamples,
  training: LocalTrainingOptions,
  seed: string,
): (weights: Float64Array) => Float64Array {
  const gradients = openHeads(float64Engine, model, examples);
  const known: { readonly weights: Float64Array; readonly update: Float64Array }[] = [];
  return (weights) => {
    const same = known.find((each) => areEqual(each.weights, weights));
    if (same !== undefined) return same.update;
    const noise = seededRandom(`ballast/simulation/noise/${seed}`);
    const update = trainLocally(gradients, weights, training, noise.bytes);
    known.push({ weights, update });
    return update;
  };
}

function lossOf({ model }: FederatedTask, examples: ExampleSet, weights: Float64Array): number {
  const peg = mainPegHead(model);
  return pegLoss(peg.model, weightsOfHead(model, peg, weights), peg.numbers, examples);
}

function areEqual(a: Float64Array, b: Float64Array): boolean {
  return a === b || a.every((x, k) => x === b[k]);
}
