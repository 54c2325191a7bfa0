import { setImmediate } from 'node:timers/promises';
import type { ExampleSet } from '../../node/features/index.ts';
import { pegLoss, weightsOfHead } from '../../node/models/index.ts';
import {
  float64Engine,
  type LocalTrainingOptions,
  openHeads,
  trainLocally,
} from '../../node/training/index.ts';
import { seededRandom } from '../world/random.ts';
import type { Contribution, Lane } from './lane.ts';
import type { FederatedTask } from './task.ts';

export type TrainingCollaborators = {
  readonly signal?: AbortSignal;
  /** Told after each node. */
  readonly onTrained?: (node: number) => void;
};

/**
 * Trains every node for every lane in which it is, one node after the other, so that the examples of one alone are in
 * memory. A node draws the same noise in every lane; lanes with the same weights share what it makes of them.
 *
 * @returns by lane, then node.
 * @throws the signal's reason.
 */
export async function trainLanes(
  task: FederatedTask,
  round: number,
  lanes: readonly Lane[],
  training: LocalTrainingOptions,
  { signal, onTrained }: TrainingCollaborators = {},
): Promise<Contribution[][]> {
  const contributions: Contribution[][] = lanes.map(() => []);
  const asksLoss = lanes.some(({ aggregator }) => aggregator.needs.includes('losses'));
  const most = Math.max(...lanes.map(({ members }) => members));
  for (let node = 0; node < most; node++) {
    signal?.throwIfAborted();
    const examples = task.examples(node, round);
    const seed = `${task.options.seed}/${round}/${node}`;
    const clean = trainerOf(task, examples, training, seed);
    for (const [l, lane] of lanes.entries()) {
      if (node >= lane.members) continue;
      const poison = node < lane.honest ? undefined : lane.attack?.poison;
      const made =
        poison === undefined
          ? clean(lane.weights)
          : trainerOf(task, poison({ peg: examples }).peg, training, seed)(lane.weights);
      const loss = asksLoss ? { loss: lossOf(task, examples, lane.weights) } : {};
      contributions[l]?.push({ update: made, samples: examples.records, ...loss });
    }
    onTrained?.(node);
    await setImmediate();
  }
  return contributions;
}

function trainerOf(
  { model }: FederatedTask,
  peg: ExampleSet,
  training: LocalTrainingOptions,
  seed: string,
): (weights: Float64Array) => Float64Array {
  const gradients = openHeads(float64Engine, model, { peg });
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
  const { peg } = model.heads;
  return pegLoss(peg.model, weightsOfHead(model, peg, weights), model.spec.heads.peg.numbers, examples);
}

function areEqual(a: Float64Array, b: Float64Array): boolean {
  return a === b || a.every((x, k) => x === b[k]);
}
