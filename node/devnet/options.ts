import { parsePipeline, pipelineText, ruleEntry } from '../../aggregation/index.ts';
import {
  aggregatorOf,
  requireAuditOptions,
  requireFor,
  type SelectionStrategy,
} from '../../coordinator/index.ts';
import { noiseMultiplierFor, type PrivacyUnit } from '../../privacy/index.ts';
import { UsageError } from '../../protocol/errors.ts';
import type { NetworkParameters } from '../../protocol/network.ts';
import { WAD } from '../../protocol/units.ts';
import { requireOneCorrection } from '../runtime/round-trainer.ts';
import { TRAINING_DEFAULTS } from '../training/index.ts';

/** What `ballast devnet` is asked for. */
export type DevnetOptions = {
  readonly rounds: number;
  readonly nodes: number;
  readonly byzantine: number;
  readonly attack: string;
  readonly boost: number | undefined;
  /** The aggregation's text, such as `nnm+trimmed-mean+fedadam:lr=0.1`. */
  readonly rule: string;
  readonly privacy: 'record' | 'node' | 'off';
  readonly data: string | undefined;
  readonly seed: number;
  readonly exit: boolean;
  readonly dataDir: string;
  readonly gate: boolean;
  /** Public collaterals beside the main one, on which the gate judges too; none where left out. */
  readonly collaterals?: number | undefined;
  readonly normCheck: boolean;
  /** μ of FedProx; none where left out. */
  readonly prox?: number | undefined;
  /** q: the share of its records that a node draws for each local step; all of them where left out. */
  readonly samplingRate?: number | undefined;
  /** Days of the disjoint blocks that are one record; a UTC day of examples where left out. */
  readonly recordDays?: number | undefined;
  /** Who trains in a round, and which share of the nodes; all where left out. */
  readonly selection?: { readonly strategy: SelectionStrategy; readonly share: number };
  /** Proofs of training; none where left out. */
  readonly audit?: NetworkParameters['audit'];
  /** Rounds of an epoch, after which everybody who is registered makes the next committee; one for ever where left out. */
  readonly epochRounds?: number | undefined;
  /** Nodes that register while the network runs, and enter with the next epoch; none where left out. */
  readonly joining?: number | undefined;
  /** The first committee votes with BLS, as one of 41 members does; false unless given. */
  readonly bls?: boolean | undefined;
  /** How long governance votes on a proposal; 30 s where left out. */
  readonly votingSeconds?: number | undefined;
  /** What the nodes aggregate with; `auto` where left out. */
  readonly kernels?: 'auto' | 'simd' | 'plain';
};

/** What drawn committees are sized for; up to forty registered nodes nobody is drawn. */
const CORRUPT_SHARE = 0.15;
const FEE_GAIN = 2n * WAD;
const FEE_DEAD_BAND = WAD / 10_000n / 2n;

/** f of the aggregation: the liars asked for, or one, where its rule bears any. */
export function assumedLiars({ rule, byzantine }: Pick<DevnetOptions, 'rule' | 'byzantine'>): number {
  const { kind } = ruleEntry(parsePipeline(rule).rule.name);
  return kind === 'averaging' ? 0 : Math.max(1, byzantine);
}

/**
 * @throws UsageError `DEVNET_OPTION`, `RULE_UNKNOWN`, `RULE_OPTION`, `RULE_ORDER`, `RULE_NEEDS_LOSSES` for
 *   what no round has, `NETWORK_TRAINING` for FedProx beside SCAFFOLD; AggregationError `RULE_CONDITION` and `RULE_COST` for a rule that is impossible for n and f.
 */
export function checkDevnetOptions(options: DevnetOptions): void {
  const { nodes, byzantine, rounds, prox, samplingRate, recordDays } = options;
  const require = (holds: boolean, flag: string, given: unknown, expected: string) => {
    if (!holds)
      throw new UsageError('DEVNET_OPTION', `--${flag}: got ${given}, expected ${expected}`, {
        metadata: { flag },
      });
  };
  require(Number.isInteger(rounds) &&
    rounds >= 1 &&
    rounds <= 1000, 'rounds', rounds, 'a whole number from 1 to 1000');
  require(Number.isInteger(nodes) &&
    nodes >= 4 &&
    nodes <= 40, 'nodes', nodes, 'a whole number from 4 to 40');
  require(Number.isInteger(options.seed) && options.seed >= 0, 'seed', options.seed, 'a whole number from 0');
  require(Number.isInteger(byzantine) &&
    byzantine >= 0 &&
    byzantine <=
      Math.floor(
        (nodes - 1) / 3,
      ), 'byzantine', byzantine, `a whole number from 0 to ${Math.floor((nodes - 1) / 3)}, the most that ${nodes} nodes bear`);
  require(prox === undefined || (prox >= 0 && prox <= 1e6), 'prox', prox, 'a number from 0 to 1000000');
  require(samplingRate === undefined ||
    (samplingRate > 0 && samplingRate <= 1), 'sampling-rate', samplingRate, 'more than 0, and 1 at most');
  require(recordDays === undefined ||
    (Number.isInteger(recordDays) &&
      recordDays >= 5 &&
      recordDays <= 366), 'record', `block:${recordDays}`, 'day, or block:5 to block:366');
  const { epochRounds } = options;
  require(epochRounds === undefined ||
    (Number.isInteger(epochRounds) &&
      epochRounds >= 1 &&
      epochRounds <= 1000), 'epoch-rounds', epochRounds, 'a whole number from 1 to 1000');
  const { votingSeconds } = options;
  require(votingSeconds === undefined ||
    (Number.isInteger(votingSeconds) &&
      votingSeconds >= 2 &&
      votingSeconds <= 3600), 'voting-seconds', votingSeconds, 'a whole number from 2 to 3600');
  const { joining = 0 } = options;
  require(Number.isInteger(joining) &&
    joining >= 0 &&
    nodes + joining <= 40, 'joining', joining, `a whole number from 0 to ${40 - nodes}, 40 nodes in all`);
  require(joining === 0 ||
    epochRounds !== undefined, 'joining', joining, 'epochs to enter with (--epoch-rounds)');
  if (options.audit !== undefined) requireAuditOptions(options.audit);
  const parameters = devnetParameters(options);
  requireFor(aggregatorOf(parameters), nodes);
  requireOneCorrection(parameters);
}

/** What the devnet's nodes agree on. Its phases are short: everything is on one machine. */
export function devnetParameters(
  options: Pick<
    DevnetOptions,
    | 'rounds'
    | 'byzantine'
    | 'rule'
    | 'privacy'
    | 'gate'
    | 'normCheck'
    | 'prox'
    | 'samplingRate'
    | 'recordDays'
    | 'audit'
    | 'selection'
    | 'epochRounds'
  >,
): NetworkParameters {
  const { samplingRate, recordDays } = options;
  const unit: PrivacyUnit = options.privacy === 'off' ? 'none' : options.privacy;
  const defaults = TRAINING_DEFAULTS;
  const rule = { name: pipelineText(parsePipeline(options.rule)), f: assumedLiars(options) };
  const update = {
    clipNorm: defaults.updateClipNorm,
    gridBits: defaults.gridBits,
    normCheck: options.normCheck,
  };
  const noiseMultiplier = { none: 0, record: defaults.noiseMultiplier, node: nodeNoise(options.rounds) }[
    unit
  ];
  return {
    rule,
    update,
    privacy: {
      unit,
      relation: 'add-remove',
      noiseMultiplier,
      recordClipNorm: defaults.recordClipNorm,
      epsilonBudget: defaults.epsilonBudget,
      delta: defaults.delta,
      ...(recordDays === undefined ? {} : { record: { kind: 'block', days: recordDays } }),
    },
    training: {
      localSteps: defaults.localSteps,
      learningRate: defaults.learningRate,
      // As many days of history, in longer records.
      nominalRecords: Math.max(1, Math.round(defaults.nominalRecords / (recordDays ?? 1))),
      ...(options.prox === undefined ? {} : { proximal: options.prox }),
      ...(samplingRate === undefined ? {} : { samplingRate }),
    },
    gate: { enabled: options.gate, deadBand: 0.001 },
    timeouts: { collectMs: 5_000, fetchMs: 3_000, viewMs: 3_000, resendMs: 1_500 },
    fee: { gain: String(FEE_GAIN), deadBand: String(FEE_DEAD_BAND) },
    beaconLag: 3,
    retention: { rounds: 20 },
    ...(options.audit === undefined ? {} : { audit: options.audit }),
    ...(options.epochRounds === undefined
      ? {}
      : { committee: { epochRounds: options.epochRounds, corruptShare: CORRUPT_SHARE } }),
    ...(options.selection === undefined
      ? {}
      : { selection: { ...options.selection, min: Math.max(1, aggregatorOf({ rule, update }).minRows) } }),
  };
}

/** The noise with which whole updates stay within the budget for all rounds. */
function nodeNoise(rounds: number): number {
  const { epsilonBudget, delta } = TRAINING_DEFAULTS;
  return noiseMultiplierFor({ epsilon: epsilonBudget, delta, releases: rounds, relation: 'add-remove' });
}
