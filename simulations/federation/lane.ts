import {
  type AggregateOptions,
  type Aggregator,
  type AggregatorState,
  type Kernels,
  parsePipeline,
} from '../../aggregation/index.ts';
import { genesisOf, type StabilityModel } from '../../node/models/index.ts';
import { clipHeads } from '../../node/training/index.ts';
import { fromGrid, l2Norm, toGrid } from '../../privacy/index.ts';
import { digestOf } from '../../protocol/digest.ts';
import type { Attack, AttackOptions } from '../attacks/index.ts';
import { meanOfHonest } from '../attacks/moments.ts';
import { type SeededRandom, seededRandom } from '../world/random.ts';

/** One federation in the making: its weights, and what its aggregation carries from round to round. */
export type Lane = {
  readonly aggregator: Aggregator;
  readonly attack: Attack | undefined;
  /** The attack by its name, where it changes what the liars train on. */
  readonly poisonedBy: { readonly attack: string; readonly options: AttackOptions } | undefined;
  /** Nodes 0 … honest − 1 are honest, those up to members − 1 lie. */
  readonly honest: number;
  readonly members: number;
  readonly weights: Float64Array;
  readonly state: AggregatorState;
};

/** What a node brings to a round: what its training made, before it lies or clips, and what it says of itself. */
export type Contribution = {
  readonly update: Float64Array;
  /** Days of data. */
  readonly samples: number;
  /** Mean loss of the received model on its data; absent where no aggregation asks. */
  readonly loss?: number;
};

/** What a round made of its contributions. */
export type LaneStep = {
  readonly lane: Lane;
  /** Nodes that the rule left out, ascending. */
  readonly leftOut: readonly number[];
  /** ‖rule's vector − mean of the honest updates as sent‖, in units of weights. */
  readonly deviation: number;
};

export type RoundCollaborators = {
  readonly model: StabilityModel;
  readonly kernels?: Kernels;
  readonly gridBits: number;
  readonly localSteps: number;
  readonly normCheck: boolean;
};

export function openLane(model: StabilityModel, start: Omit<Lane, 'weights' | 'state'>): Lane {
  return { ...start, weights: genesisOf(model), state: start.aggregator.initialState(model.size) };
}

/**
 * Lies, clips, orders and aggregates one round. Honest updates are clipped at the heads' norms and put on the grid;
 * those of liars only go onto the grid where there is no norm check. Rows stand in an order drawn from the seed, as a
 * beacon would draw it, so no node wins ties by its number.
 *
 * @param contributions one a member, in the order of the nodes.
 * @param seed of this round, unlike every other's.
 */
export function stepLane(
  lane: Lane,
  contributions: readonly Contribution[],
  seed: string,
  collaborators: RoundCollaborators,
): LaneStep {
  const { aggregator, attack, honest, members } = lane;
  const { model, gridBits, normCheck } = collaborators;
  const random = seededRandom(seed);
  const onGrid = (vector: Float64Array): Float64Array => fromGrid(toGrid(vector, gridBits), gridBits);
  const admit = (vector: Float64Array, node: number): Float64Array =>
    onGrid(node < honest || normCheck ? clipHeads(model, vector) : vector);
  const inputsOf = (nodes: readonly number[]): AggregateOptions => ({
    ...(takesClaims(aggregator)
      ? { weights: nodes.map((node) => claimOf(contributions[node]!, node < honest ? undefined : attack)) }
      : {}),
    steps: nodes.map(() => collaborators.localSteps),
    seed: digestOf('ballast/simulation/round', { seed }),
    ...(contributions.every(({ loss }) => loss !== undefined)
      ? { losses: nodes.map((node) => contributions[node]?.loss ?? 1) }
      : {}),
    ...(collaborators.kernels === undefined ? {} : { kernels: collaborators.kernels }),
  });

  const inOrder = Array.from({ length: members }, (_, node) => node);
  const aggregation = (rows: readonly Float64Array[]): Float64Array =>
    aggregator.aggregate(rows.map(admit), lane.state, inputsOf(inOrder)).result.vector;
  const updates = contributions.map(({ update }) => update);
  const lies = attack === undefined ? [] : tell(attack, updates, honest, aggregation, random.fork('lies'));
  const sent = [...updates.slice(0, honest), ...lies].map(admit);

  const order = shuffled(members, random.fork('order'));
  const { update, state, result } = aggregator.aggregate(
    order.map((node) => sent[node]!),
    lane.state,
    inputsOf(order),
  );
  const mean = meanOfHonest(sent.slice(0, honest));
  return {
    lane: { ...lane, weights: lane.weights.map((weight, k) => weight + update[k]!), state },
    leftOut: result.leftOut.map(({ row }) => order[row]!).sort((a, b) => a - b),
    deviation: l2Norm(result.vector.map((x, k) => x - mean[k]!)),
  };
}

/** What the liars say: all the same where it is made of the honest updates and not drawn. */
function tell(
  attack: Attack,
  updates: readonly Float64Array[],
  honest: number,
  aggregation: (rows: readonly Float64Array[]) => Float64Array,
  random: SeededRandom,
): Float64Array[] {
  const own = updates.slice(honest);
  const known = { honest: updates.slice(0, honest), liars: own.length, aggregation, random: random.bytes };
  if (attack.needs !== 'honest' || attack.random)
    return own.map((each) => attack.craft({ ...known, own: each }));
  const [first] = own;
  if (first === undefined) return [];
  const lie = attack.craft({ ...known, own: first });
  return own.map(() => lie);
}

/** Sample counts are believed under a cap only. */
function takesClaims({ name }: Aggregator): boolean {
  return parsePipeline(name).rule.options.weightCap !== undefined;
}

function claimOf({ samples }: Contribution, attack: Attack | undefined): number {
  return samples * (attack?.claim ?? 1);
}

/** 0 … n − 1 in a drawn order (Fisher and Yates). */
function shuffled(n: number, random: SeededRandom): number[] {
  const order = Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
