import { type Aggregator, createAggregator } from '../../aggregation/index.ts';
import { UsageError } from '../../protocol/errors.ts';
import { type Attack, type AttackOptions, alieDeviation, createAttack } from '../attacks/index.ts';

/** The federation that is simulated: who takes part, on what data, and for how long. */
export type FederationOptions = {
  /** Nodes, honest and Byzantine together, 1 to {@link MAX_NODES}. */
  readonly nodes: number;
  /** How many of them lie: the last ones. */
  readonly byzantine: number;
  /** Rounds of training and aggregation, 1 to {@link MAX_ROUNDS}. */
  readonly rounds: number;
  /** Market, noise, lies and the order of rows follow from it: a whole number ≥ 0. */
  readonly seed: number;
  /** `record` trains under record privacy with the published defaults, `off` without noise. */
  readonly noise: 'record' | 'off';
  /** Share of its days that a node has to itself, 0 to 1: on the others all nodes have the public venue's rows. */
  readonly heterogeneity: number;
  /** μ ≥ 0 of FedProx's term in local training; 0 trains as published. */
  readonly proximal: number;
  /** Whether the network clips the liars' updates too, as it refuses louder ones. */
  readonly normCheck: boolean;
  /** Whether the honest nodes are also run alone, under the plain mean. */
  readonly baseline: boolean;
};

/** What stands against what: one way to aggregate, and one way to lie. */
export type CaseOptions = {
  /** The text of an aggregation, such as `nnm+trimmed-mean`. */
  readonly rule: string;
  /** The liars that the rule is made for; as many as there are where left out. */
  readonly f?: number;
  readonly attack: string;
  /** ALIE without z gets its closed form for these nodes and liars. */
  readonly attackOptions?: AttackOptions;
};

export type SimulationOptions = FederationOptions & CaseOptions;

export const SIMULATION_DEFAULTS = {
  nodes: 20,
  byzantine: 4,
  rounds: 10,
  seed: 1,
  noise: 'record',
  heterogeneity: 1,
  proximal: 0,
  normCheck: true,
  baseline: true,
  rule: 'multi-krum',
  attack: 'sign-flip',
} as const satisfies SimulationOptions;

export const MAX_NODES = 10_000;
export const MAX_ROUNDS = 10_000;

/** A case that can be run: everything that could be known to be impossible was refused. */
export type Case = {
  /** The case as it runs, everything implied written out. */
  readonly options: Required<CaseOptions>;
  readonly aggregator: Aggregator;
  /** None where nobody lies. */
  readonly attack: Attack | undefined;
};

/** @throws {UsageError} SIMULATION_OPTION. */
export function checkFederation(options: FederationOptions): void {
  requireWhole('nodes', options.nodes, 1, MAX_NODES);
  requireWhole('rounds', options.rounds, 1, MAX_ROUNDS);
  requireWhole('seed', options.seed, 0, Number.MAX_SAFE_INTEGER);
  requireWhole('byzantine', options.byzantine, 0, Number.MAX_SAFE_INTEGER);
  const { byzantine, nodes, heterogeneity, proximal, noise } = options;
  if (byzantine >= nodes) {
    throw optionError('byzantine', byzantine, `fewer than the ${nodes} nodes: someone must be honest`);
  }
  if (!(heterogeneity >= 0 && heterogeneity <= 1)) {
    throw optionError('heterogeneity', heterogeneity, 'a share from 0 to 1');
  }
  if (!(proximal >= 0 && Number.isFinite(proximal)))
    throw optionError('proximal', proximal, 'a number from 0 on');
  if (noise !== 'record' && noise !== 'off') throw optionError('noise', noise, 'record or off');
}

/**
 * Makes a case of its options.
 *
 * @param parameters length of the model's weight vector.
 * @param radius the largest L2 norm of an honest update, for parts that clip and are not told otherwise.
 * @throws {UsageError} RULE_UNKNOWN, RULE_OPTION, RULE_ORDER, ATTACK_UNKNOWN, ATTACK_OPTION, ATTACK_CONDITION;
 * SIMULATION_OPTION for an aggregation of rows that only another training makes; AggregationError RULE_CONDITION when the
 * nodes are too few.
 */
export function openCase(
  { nodes, byzantine }: Pick<FederationOptions, 'nodes' | 'byzantine'>,
  { rule, f = byzantine, attack: name, attackOptions = {} }: CaseOptions,
  { parameters, radius }: { readonly parameters: number; readonly radius: number },
): Case {
  requireWhole('f', f, 0, Number.MAX_SAFE_INTEGER);
  const aggregator = createAggregator(rule, { f, radius });
  if (aggregator.rowSize(parameters) !== parameters) {
    throw optionError('rule', rule, 'an aggregation of updates alone', 'control variates are not simulated');
  }
  aggregator.check(nodes);
  const isClosedForm = name === 'alie' && attackOptions.z === undefined && byzantine > 0;
  const resolved = isClosedForm ? { ...attackOptions, z: alieDeviation(nodes, byzantine) } : attackOptions;
  // Refused even where nobody lies: a name that is none is a mistake.
  const attack = createAttack(name, name === 'alie' && byzantine === 0 ? { z: 0, ...resolved } : resolved);
  if (byzantine > 0) rehearse(attack, nodes - byzantine, byzantine);
  return {
    options: { rule: aggregator.name, f: aggregator.f, attack: name, attackOptions: resolved },
    aggregator,
    attack: byzantine > 0 ? attack : undefined,
  };
}

/** Tells the lie once over nothing, to learn before anything runs that it needs more nodes. */
function rehearse(attack: Attack, honest: number, liars: number): void {
  const nothing = new Float64Array(1);
  attack.craft({
    own: nothing,
    honest: Array.from({ length: honest }, () => nothing),
    liars,
    aggregation: () => nothing,
    random: (length) => new Uint8Array(length),
  });
}

function requireWhole(option: string, value: number, least: number, most: number): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return;
  const range = most === Number.MAX_SAFE_INTEGER ? `from ${least} on` : `from ${least} to ${most}`;
  throw optionError(option, value, `a whole number ${range}`);
}

function optionError(option: string, given: unknown, expected: string, hint?: string): UsageError {
  return new UsageError('SIMULATION_OPTION', `${option}: got ${given}, expected ${expected}`, {
    metadata: { option, given },
    ...(hint === undefined ? {} : { hint }),
  });
}
