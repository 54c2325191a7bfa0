import { createAggregator, type Kernels, parsePipeline, pipelineText } from '../../aggregation/index.ts';
import { createPegModel, genesisOf } from '../../node/models/index.ts';
import { TRAINING_DEFAULTS, trainingRelease } from '../../node/training/index.ts';
import { epsilonOf } from '../../privacy/index.ts';
import { UsageError } from '../../protocol/errors.ts';
import { weightsDigest } from '../../protocol/vectors.ts';
import { type Lane, type LaneStep, openLane, stepLane } from './lane.ts';
import {
  type Case,
  type CaseOptions,
  checkFederation,
  type FederationOptions,
  openCase,
  type SimulationOptions,
} from './options.ts';
import {
  detectionOf,
  figuresOf,
  gainKept,
  type HeldOutFigures,
  type SimulatedRound,
  type SimulationResult,
} from './result.ts';
import { type FederatedTask, prepareTask } from './task.ts';
import { type TrainingPool, trainHere } from './training.ts';

/** How far a simulation is: `done` of `of` nodes have trained in the round. The first round makes their data too. */
export type SimulationProgress = { readonly round: number; readonly done: number; readonly of: number };

export type SimulationCollaborators = {
  /** Trains the nodes; this thread, one after the other, where left out. The result is the same. */
  readonly pool?: TrainingPool;
  /** A task prepared before, of the same nodes, rounds, seed and heterogeneity; its nodes train in this thread. */
  readonly task?: FederatedTask;
  /** What does the aggregation's arithmetic, always to the same bits. */
  readonly kernels?: Kernels;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: SimulationProgress) => void;
  /** Told of each case before anything runs: it was found to be possible. */
  readonly onOpened?: (options: SimulationResult['options']) => void;
  /** Told after each round, of each case. */
  readonly onRound?: (round: SimulatedRound, options: SimulationResult['options']) => void;
};

/**
 * Federated training without a network: in each round every node trains from the last version on its own venue of a
 * generated market, the liars make theirs of all they see, and the aggregation makes the next version.
 *
 * Memory: the examples of as many nodes as train at once, the tables of {@link KEPT_TABLE_BYTES}, and 0.1 MB a node.
 *
 * @throws {UsageError} as {@link checkFederation} and {@link openCase}, before anything runs; AggregationError
 * RULE_CONDITION when the nodes are too few for the rule; SIMULATION_TASK for a task of another federation; BallastError GRID_OVERFLOW for a lie too loud for the grid
 * without norm check; the signal's reason.
 */
export async function simulate(
  options: SimulationOptions,
  collaborators: SimulationCollaborators = {},
): Promise<SimulationResult> {
  const [result] = await simulateCases(options, [options], collaborators);
  return result as SimulationResult;
}

/**
 * Several cases on the same nodes, data and noise, in one pass: each is what {@link simulate} makes of it alone.
 * @throws as {@link simulate}.
 */
export async function simulateCases(
  federation: FederationOptions,
  caseOptions: readonly CaseOptions[],
  { task: given, pool, kernels, signal, onProgress, onOpened, onRound }: SimulationCollaborators = {},
): Promise<SimulationResult[]> {
  checkFederation(federation);
  const { nodes, byzantine, rounds } = federation;
  const honest = nodes - byzantine;
  const bounds = modelBounds();
  const cases = caseOptions.map((each) => openCase(federation, each, bounds));
  const resolved = cases.map(({ options }) => ({ ...federationOf(federation), ...options }));
  for (const each of resolved) onOpened?.(each);
  if (given !== undefined) requireTask(given, federation);
  const task = given ?? (await prepareTask(federation));
  const trainers = given === undefined && pool !== undefined ? pool : trainHere(task);
  const { model, heldOut } = task;
  const training = {
    ...TRAINING_DEFAULTS,
    unit: federation.noise === 'record' ? 'record' : 'none',
    proximal: federation.proximal,
  } as const;
  const collaborators = {
    model,
    gridBits: training.gridBits,
    localSteps: training.localSteps,
    normCheck: federation.normCheck,
    ...(kernels === undefined ? {} : { kernels }),
  };

  const { texts, baselineOf } = baselines(federation.baseline ? cases : []);
  let lanes: Lane[] = [
    ...cases.map(({ aggregator, attack, options: { attack: name, attackOptions: options } }) => {
      const poisonedBy = attack?.poison === undefined ? undefined : { attack: name, options };
      return openLane(model, { aggregator, attack, poisonedBy, honest, members: nodes });
    }),
    ...texts.map((text) =>
      openLane(model, { ...HONEST, aggregator: createAggregator(text), honest, members: honest }),
    ),
  ];
  const told: SimulatedRound[][] = cases.map(() => []);
  for (let round = 1; round <= rounds; round++) {
    const request = {
      round,
      lanes: lanes.map(({ weights, honest, members, poisonedBy }) => ({
        weights,
        honest,
        members,
        poisonedBy,
      })),
      training,
      asksLoss: lanes.some(({ aggregator }) => aggregator.needs.includes('losses')),
    };
    let done = 0;
    const contributions = await trainers.train(task.options, request, {
      ...(signal === undefined ? {} : { signal }),
      onTrained: () => onProgress?.({ round, done: ++done, of: nodes }),
    });
    const seed = `ballast/simulation/round/${federation.seed}/${round}`;
    const steps: LaneStep[] = lanes.map((lane, l) =>
      stepLane(lane, contributions[l] ?? [], seed, collaborators),
    );
    lanes = steps.map(({ lane }) => lane);
    const losses = lanes.map(({ weights }) => heldOut(weights).loss);
    for (const [which, { leftOut, deviation }] of steps.slice(0, cases.length).entries()) {
      const baseline = baselineOf(which);
      const baselineLoss = baseline === undefined ? null : (losses[baseline] ?? null);
      const one = { round, loss: losses[which] ?? Number.NaN, baselineLoss, deviation, leftOut };
      told[which]?.push(one);
      const options = resolved[which];
      if (options !== undefined) onRound?.(one, options);
    }
  }

  const start = figuresOf(heldOut(genesisOf(model)));
  const epsilon = federation.noise === 'record' ? epsilonAfter(rounds) : null;
  const figuresOfLane = (lane: number): HeldOutFigures =>
    figuresOf(heldOut(lanes[lane]?.weights ?? genesisOf(model)));
  return resolved.map((options, which): SimulationResult => {
    const own = told[which] ?? [];
    const end = figuresOfLane(which);
    const at = baselineOf(which);
    const baseline = at === undefined ? null : figuresOfLane(at);
    return {
      options,
      parameters: model.size,
      rounds: own,
      summary: {
        start,
        end,
        baseline,
        gainKept: gainKept(start, end, baseline),
        detection: detectionOf(own, federation),
        epsilon,
        delta: TRAINING_DEFAULTS.delta,
        modelDigest: weightsDigest(lanes[which]?.weights ?? genesisOf(model)),
      },
    };
  });
}

const HONEST = { attack: undefined, poisonedBy: undefined } as const;

function requireTask({ options }: FederatedTask, federation: FederationOptions): void {
  for (const name of ['nodes', 'rounds', 'seed', 'heterogeneity'] as const) {
    if (options[name] === federation[name]) continue;
    throw new UsageError(
      'SIMULATION_TASK',
      `task: got one prepared for ${name} = ${options[name]}, expected ${federation[name]}`,
      { metadata: { name, given: options[name], expected: federation[name] } },
    );
  }
}

/** One baseline for each server step that a case has: the plain mean, then that step. */
function baselines(cases: readonly Case[]): {
  readonly texts: readonly string[];
  /** The lane of a case's baseline, undefined where there is none. */
  readonly baselineOf: (which: number) => number | undefined;
} {
  const wanted = cases.map(({ options }) => {
    const { server } = parsePipeline(options.rule);
    return pipelineText({ before: [], rule: { name: 'fedavg', options: {} }, server });
  });
  const texts = [...new Set(wanted)];
  return {
    texts,
    baselineOf: (which) => {
      const text = wanted[which];
      return text === undefined ? undefined : cases.length + texts.indexOf(text);
    },
  };
}

/** Of the peg head alone, known before any data is. */
function modelBounds(): { readonly parameters: number; readonly radius: number } {
  return {
    parameters: createPegModel({ kind: 'linear' }).size,
    radius: TRAINING_DEFAULTS.headUpdateNorms.peg,
  };
}

function federationOf(options: FederationOptions): FederationOptions {
  const { nodes, byzantine, rounds, seed, noise, heterogeneity, proximal, normCheck, baseline } = options;
  return { nodes, byzantine, rounds, seed, noise, heterogeneity, proximal, normCheck, baseline };
}

function epsilonAfter(rounds: number): number {
  const release = trainingRelease(TRAINING_DEFAULTS);
  return epsilonOf(
    Array.from({ length: rounds }, () => release),
    TRAINING_DEFAULTS.delta,
  );
}
