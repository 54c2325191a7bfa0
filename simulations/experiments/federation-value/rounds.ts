import { createAggregator } from '../../../aggregation/index.ts';
import type { StabilityModel } from '../../../node/models/index.ts';
import {
  type LocalTrainingOptions,
  type RecordGradients,
  trainLocally,
} from '../../../node/training/index.ts';
import type { Attack } from '../../attacks/index.ts';
import { openLane, stepLane } from '../../federation/lane.ts';
import { seededRandom } from '../../world/random.ts';

/** How a federation learns. All of it is public and the same for every node. */
export type Plan = {
  readonly rounds: number;
  readonly training: LocalTrainingOptions;
  /** The aggregation's text, such as `multi-krum+fedavgm`. */
  readonly aggregation: string;
  /** Liars that the rule is made for. */
  readonly f: number;
};

/** The nodes at the end of the list: they train honestly and then lie. */
export type Liars = { readonly count: number; readonly attack: Attack };

export type FederateOptions = {
  /** Of the noise and of the order of rows. */
  readonly seed: string;
  readonly liars?: Liars;
  /** Told the weights after each round, from 1. */
  readonly onRound?: (round: number, weights: Float64Array) => void;
};

/**
 * Rounds of the node's own training and the network's own aggregation: whatever is clipped, put on the grid, noised and
 * aggregated in a round is so here, by the same code. What a network does beside that (gossip, votes, the gate) is left
 * out. One node alone, or all data in one hand, is a federation of one.
 *
 * @param nodes gradients of each node's records; liars last.
 * @returns the weights after the last round.
 */
export function federate(
  model: StabilityModel,
  nodes: readonly RecordGradients[],
  { rounds, training, aggregation, f }: Plan,
  { seed, liars, onRound }: FederateOptions,
): Float64Array {
  let lane = openLane(model, {
    aggregator: createAggregator(aggregation, { f }),
    attack: liars?.attack,
    poisonedBy: undefined,
    honest: nodes.length - (liars?.count ?? 0),
    members: nodes.length,
  });
  for (let round = 1; round <= rounds; round++) {
    const contributions = nodes.map((gradients, node) => {
      const random = seededRandom(`${seed}/noise/${round}/${node}`);
      return { update: trainLocally(gradients, lane.weights, training, random.bytes), samples: 1 };
    });
    ({ lane } = stepLane(lane, contributions, `${seed}/round/${round}`, {
      model,
      gridBits: training.gridBits,
      localSteps: training.localSteps,
      normCheck: true,
    }));
    onRound?.(round, lane.weights);
  }
  return lane.weights;
}
