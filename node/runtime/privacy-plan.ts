import { type SamplingStatement, samplingOf } from '../../coordinator/index.ts';
import { expectedNoiseToSignal, type PrivacyLedger, type ReleaseEvent } from '../../privacy/index.ts';
import type { NetworkParameters } from '../../protocol/network.ts';

/**
 * What a node's first training of a run is going to cost and how loud its noise will be, told before it begins. For the
 * operator alone: `records` and what follows from it are private, so the event never leaves the node.
 */
export type PrivacyPlan = {
  readonly event: 'privacy-plan';
  readonly round: number;
  readonly unit: NetworkParameters['privacy']['unit'];
  readonly relation: NetworkParameters['privacy']['relation'];
  /** d: weights of the model. */
  readonly dimension: number;
  /** Records that the node has for this round; null where nobody can count them. */
  readonly records: number | null;
  /** The public number that a sum is divided by, before the sampling rate. */
  readonly nominalRecords: number;
  readonly samplingRate: number;
  /** σ / C. */
  readonly noiseMultiplier: number;
  /** Local steps of a round, each a noisy sum under unit `record`. */
  readonly steps: number;
  /** Expected length of a sum's noise over the longest that its signal can be; null where that is not known. */
  readonly noiseToSignal: number | null;
  /** ε so far, after this round, and what it must not pass; null without a guarantee. */
  readonly epsilon: number | null;
  readonly epsilonAfter: number | null;
  readonly epsilonBudget: number | null;
  readonly delta: number;
  /** Rounds that the budget bears at this noise, this one among them; null where nothing bounds them. */
  readonly roundsLeft: number | null;
  /** How the choice of those who train is accounted for, where the network selects them. */
  readonly selection?: SamplingStatement;
  readonly hint?: string;
};

/**
 * @param options.records of the node's own; undefined where nobody can count them.
 * @param options.release what the round is going to release.
 * @throws BallastError as the ledger's `projection`.
 */
export function privacyPlan(
  { privacy, training, selection }: NetworkParameters,
  ledger: Pick<PrivacyLedger, 'projection' | 'policy'>,
  options: {
    readonly round: number;
    readonly dimension: number;
    readonly records: number | undefined;
    readonly release: ReleaseEvent;
  },
): PrivacyPlan {
  const { round, dimension, records, release } = options;
  const { unit, relation, noiseMultiplier, delta } = privacy;
  const { nominalRecords, samplingRate = 1, localSteps: steps } = training;
  const isCovered = unit !== 'none';
  const { epsilon, epsilonAfter, roundsLeft } = ledger.projection({ event: release });
  const noiseToSignal = ratioOf({ unit, noiseMultiplier, dimension, records, samplingRate });
  const hint = hintFor(unit, noiseToSignal);
  return {
    event: 'privacy-plan',
    round,
    unit,
    relation,
    dimension,
    records: records ?? null,
    nominalRecords,
    samplingRate,
    noiseMultiplier,
    steps,
    noiseToSignal,
    epsilon: isCovered ? epsilon : null,
    epsilonAfter: isCovered ? epsilonAfter : null,
    epsilonBudget: isCovered ? ledger.policy.epsilonBudget : null,
    delta,
    roundsLeft: Number.isFinite(roundsLeft) ? roundsLeft : null,
    ...(selection === undefined ? {} : { selection: samplingOf(selection.strategy) }),
    ...(hint === undefined ? {} : { hint }),
  };
}

/** Of the sum over the node's expected sample, or of its whole update under unit `node`. */
function ratioOf(of: {
  readonly unit: NetworkParameters['privacy']['unit'];
  readonly noiseMultiplier: number;
  readonly dimension: number;
  readonly records: number | undefined;
  readonly samplingRate: number;
}): number | null {
  const { unit, noiseMultiplier, dimension, records, samplingRate } = of;
  if (unit === 'none') return 0;
  if (unit === 'node') return expectedNoiseToSignal({ noiseMultiplier, dimension, count: 1, draws: 1 });
  // Without a record there is no signal at all, and noise alone is sent.
  if (records === undefined || records === 0) return null;
  return expectedNoiseToSignal({ noiseMultiplier, dimension, count: records, draws: 1 }) / samplingRate;
}

function hintFor(unit: NetworkParameters['privacy']['unit'], ratio: number | null): string | undefined {
  if (ratio === null || ratio <= 1) return undefined;
  const louder = `the noise of a step is expected to be ${ratio.toFixed(1)} times as long as its signal can be`;
  return unit === 'node'
    ? `${louder}: only a mean over many nodes can learn from it`
    : `${louder}: bring more records, or a network with less noise, fewer weights or smaller records`;
}
