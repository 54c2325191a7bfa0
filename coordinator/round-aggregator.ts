import { type Aggregator, type AggregatorStep, createAggregator } from '../aggregation/aggregator.ts';
import type { InputName } from '../aggregation/inputs.ts';
import type { Rows } from '../aggregation/rule.ts';
import { type AggregatorState, stateDigest } from '../aggregation/state.ts';
import { type Digest, digestOf } from '../protocol/digest.ts';
import { BallastError, UsageError } from '../protocol/errors.ts';
import type { NetworkParameters } from '../protocol/network.ts';

/** What a round gives its aggregation beside the rows and the state. */
export type RoundInputs = {
  /** The local steps of each row: the network's, the same for all. */
  readonly steps: readonly number[];
  /** See {@link aggregationSeed}. */
  readonly seed: Digest;
  /** Fires when the round is over: nobody waits for the answer any more. */
  readonly signal?: AbortSignal;
};

/**
 * A round's aggregation, which may answer later: an `Aggregator` fits as it is; a node passes one that computes in
 * another thread, so that votes and timers are answered meanwhile.
 */
export type RoundAggregator = Pick<
  Aggregator,
  'name' | 'minRows' | 'needs' | 'rowSize' | 'stateShape' | 'initialState'
> & {
  readonly aggregate: (
    rows: Rows,
    state: AggregatorState,
    inputs: RoundInputs,
  ) => AggregatorStep | Promise<AggregatorStep>;
};

/** Inputs of rules that a round has: losses are private, and none is released. */
const ROUND_INPUTS: readonly InputName[] = ['steps', 'seed'];

/**
 * The aggregation that the network's document names. A radius that is not written is the clip norm.
 *
 * @throws {UsageError} RULE_UNKNOWN, RULE_OPTION or RULE_ORDER for its text; RULE_NEEDS_LOSSES.
 */
export function aggregatorOf({ rule, update }: Pick<NetworkParameters, 'rule' | 'update'>): Aggregator {
  const aggregator = createAggregator(rule.name, { f: rule.f, radius: update.clipNorm });
  requireRoundInputs(aggregator);
  return aggregator;
}

/**
 * Whether `n` updates can be aggregated at all: their number satisfies the condition, and what the rule costs with
 * them is within its bounds, which a trial on n rows of zeros shows.
 *
 * @throws {AggregationError} RULE_CONDITION, RULE_COST.
 */
export function requireFor(aggregator: Aggregator, n: number): void {
  aggregator.check(n);
  const zeros = () => new Float64Array(aggregator.rowSize(1));
  const seed = digestOf('ballast/aggregation-trial/1', n);
  const rows = Array.from({ length: n }, zeros);
  aggregator.aggregate(rows, aggregator.initialState(1), { steps: rows.map(() => 1), seed });
}

/** @throws {UsageError} RULE_NEEDS_LOSSES for a rule that asks for what no round has. */
export function requireRoundInputs({ name, needs }: Pick<RoundAggregator, 'name' | 'needs'>): void {
  const missing = needs.filter((input) => !ROUND_INPUTS.includes(input));
  if (missing.length === 0) return;
  throw new UsageError(
    'RULE_NEEDS_LOSSES',
    `rule ${name}: needs ${missing.join(' and ')} of each node, which a round releases to nobody`,
    { metadata: { rule: name, missing }, hint: 'take fedavg, or the rule in a simulation of your own' },
  );
}

/** What an aggregation without state leaves behind: always the same, so that nothing of it is stored or sent. */
const EMPTY: AggregatorState = Object.freeze({ step: 0, vectors: Object.freeze({}) });

/** The digest of the state of an aggregation that has none. */
export const NO_STATE: Digest = stateDigest(EMPTY);

/** Whether the aggregation carries anything from version to version, for a model of `size` weights. */
export function hasState(aggregator: Pick<RoundAggregator, 'stateShape'>, size: number): boolean {
  return Object.keys(aggregator.stateShape(size)).length > 0;
}

/** The state before the first round, for a model of `size` weights. */
export function genesisState(aggregator: RoundAggregator, size: number): AggregatorState {
  return hasState(aggregator, size) ? aggregator.initialState(size) : EMPTY;
}

/**
 * A genesis carries the state that the aggregation begins with.
 *
 * @throws UsageError `RULE_NEEDS_LOSSES`; BallastError `GENESIS_STATE` for a genesis of another aggregation.
 */
export function requireGenesisState(
  { genesis, size }: { readonly genesis: { readonly stateDigest: Digest }; readonly size: number },
  aggregator: RoundAggregator,
): void {
  requireRoundInputs(aggregator);
  const expected = stateDigest(genesisState(aggregator, size));
  if (genesis.stateDigest === expected) return;
  throw new BallastError(
    'GENESIS_STATE',
    `genesis: got state ${genesis.stateDigest.slice(0, 12)}, expected ${expected.slice(0, 12)} of ${aggregator.name}`,
    { metadata: { given: genesis.stateDigest, expected, rule: aggregator.name } },
  );
}

/** What stays of a state between rounds: all of it, or nothing where the aggregation carries nothing. */
export function lastingState(
  aggregator: RoundAggregator,
  size: number,
  state: AggregatorState,
): AggregatorState {
  return hasState(aggregator, size) ? state : EMPTY;
}
