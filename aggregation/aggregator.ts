import { compose } from './compose.ts';
import { AggregationError } from './errors.ts';
import type { InputName } from './inputs.ts';
import { plainKernels } from './kernels/kernels.ts';
import type { RuleOptions } from './options.ts';
import { type Pipeline, parsePipeline, pipelineText, type Term } from './pipeline.ts';
import {
  createPreAggregator,
  createRule,
  createServerStep,
  preAggregatorEntry,
  ruleEntry,
} from './registry.ts';
import { coordinateMedian } from './robust/coordinate-wise.ts';
import { type AggregateOptions, type AggregationResult, type Rows, sealVector } from './rule.ts';
import type { AggregatorState, StateShape } from './state.ts';

/** What a round's aggregate makes of the model. */
export type AggregatorStep = {
  /** What is added to the weights: length d. */
  readonly update: Float64Array;
  /** The state that belongs to the new version. */
  readonly state: AggregatorState;
  /** What the rule says of its rows. */
  readonly result: AggregationResult;
};

/**
 * A round's whole aggregation: pre-aggregators, a rule and a server step, and the state that it carries from version
 * to version. The same rows and state give the same bits on every machine.
 */
export interface Aggregator {
  /** The text that makes it again, everything implied written out. */
  readonly name: string;
  readonly f: number;
  readonly requirement: string;
  readonly minRows: number;
  /** What `aggregate` must be given beside rows: references are its own affair. */
  readonly needs: readonly InputName[];
  /** @throws {AggregationError} RULE_CONDITION when `n` rows are too few. */
  check(n: number): void;
  /** Length of a row for a model of `d` weights. */
  rowSize(d: number): number;
  /** The vectors of its state for a model of `d` weights; none where it carries nothing. */
  stateShape(d: number): StateShape;
  /** Before the first round. */
  initialState(d: number): AggregatorState;
  /**
   * @param rows each of `rowSize(d)`, in the order that breaks ties.
   * @throws {AggregationError} as a rule does; STATE_INVALID for a state of another shape.
   */
  aggregate(rows: Rows, state: AggregatorState, options?: AggregateOptions): AggregatorStep;
}

/** Options of the whole aggregation, for the parts that take them and do not say otherwise. */
export type AggregatorOptions = Pick<RuleOptions, 'f' | 'radius'>;

/** The rule's own vector of the last accepted round, for rules that begin from it. */
const LAST = 'last';

/**
 * Makes an aggregation of its text; see {@link parsePipeline}.
 *
 * Liars: rules that bear none are made with f = 0, whatever is asked for. A `root` reference that is not given is the
 * coordinate-wise median of the rows that reach the rule.
 *
 * @throws {UsageError} RULE_UNKNOWN, RULE_OPTION or RULE_ORDER.
 */
export function createAggregator(text: string, options: AggregatorOptions = {}): Aggregator {
  const pipeline = parsePipeline(text);
  const { kind, reference } = ruleEntry(pipeline.rule.name);
  const rule = composed(pipeline, kind === 'averaging' ? { ...options, f: 0 } : options);
  const server = pipeline.server && createServerStep(pipeline.server.name, pipeline.server.options);
  const rowSize = (d: number): number => server?.rowSize?.(d) ?? d;
  const stateShape = (d: number): StateShape => ({
    ...(reference === 'last' ? { [LAST]: rowSize(d) } : {}),
    ...Object.fromEntries((server?.vectors ?? []).map((name) => [name, d])),
  });

  const referenceOf = (
    rows: Rows,
    state: AggregatorState,
    given: AggregateOptions,
  ): Float64Array | undefined => {
    if (given.reference !== undefined) return given.reference;
    if (reference === 'last') return state.vectors[LAST];
    return reference === 'root' ? coordinateMedian(rows, given.kernels ?? plainKernels) : undefined;
  };

  return Object.freeze({
    name: pipelineText(pipeline),
    f: rule.f,
    requirement: rule.requirement,
    minRows: rule.minRows,
    needs: rule.needs.filter((input) => input !== 'reference'),
    check: (n: number) => rule.check(n),
    rowSize,
    stateShape,
    initialState: (d: number): AggregatorState => ({
      step: 0,
      vectors: Object.fromEntries(
        Object.entries(stateShape(d)).map(([name, length]) => [
          name,
          new Float64Array(length).fill(server?.initial?.[name] ?? 0),
        ]),
      ),
    }),
    aggregate: (rows: Rows, state: AggregatorState, given: AggregateOptions = {}): AggregatorStep => {
      const width = rows[0]?.length ?? 0;
      const base = referenceOf(rows, state, given);
      if (reference === 'last' && base?.length !== width) throw stateError(LAST, base?.length, `${width}`);
      const result = rule.aggregate(rows, taken(given, base, rule.takes));
      const last = reference === 'last' ? { [LAST]: result.vector } : {};
      const step = state.step + 1;
      if (server === undefined) return { update: result.vector, state: { step, vectors: last }, result };
      const carried = requireVectors(state, server.vectors, rowSize, width);
      const { update, vectors } = server.step(result.vector, carried, rows.length);
      for (const vector of [update, ...Object.values(vectors)]) sealVector(server.name, vector);
      return { update, state: { step, vectors: { ...last, ...vectors } }, result };
    },
  });
}

/** Those inputs that the rule takes; a round has more to give than most rules want. */
function taken(
  given: AggregateOptions,
  reference: Float64Array | undefined,
  takes: readonly (InputName | 'weights')[],
): AggregateOptions {
  const offered: AggregateOptions = { ...given, ...(reference === undefined ? {} : { reference }) };
  const wanted = Object.entries(offered).filter(
    ([name, value]) => value !== undefined && (name === 'kernels' || takes.some((each) => each === name)),
  );
  return Object.fromEntries(wanted);
}

function composed({ before, rule }: Pipeline, defaults: AggregatorOptions) {
  const { options } = ruleEntry(rule.name);
  const parts = before.map((term) =>
    createPreAggregator(term.name, withDefaults(term, defaults, preAggregatorEntry(term.name).options)),
  );
  return compose(...parts, createRule(rule.name, withDefaults(rule, defaults, options)));
}

function withDefaults(
  { options }: Term,
  defaults: AggregatorOptions,
  takes: readonly (keyof RuleOptions)[],
): RuleOptions {
  const wanted = Object.entries(defaults).filter(
    ([name, value]) => value !== undefined && takes.some((each) => each === name),
  );
  return { ...Object.fromEntries(wanted), ...options };
}

/** The server step's vectors, each of the d weights that rows of `width` are for. */
function requireVectors(
  { vectors }: AggregatorState,
  names: readonly string[],
  rowSize: (d: number) => number,
  width: number,
): AggregatorState['vectors'] {
  const read = names.map((name) => {
    const vector = vectors[name];
    if (vector === undefined || rowSize(vector.length) !== width) {
      throw stateError(name, vector?.length, `a vector for rows of ${width}`);
    }
    return [name, vector] as const;
  });
  return Object.fromEntries(read);
}

function stateError(name: string, given: number | undefined, expected: string): AggregationError {
  const got = given === undefined ? 'none' : `${given} coordinates`;
  return new AggregationError(
    'STATE_INVALID',
    `aggregator state: vector ${name}: got ${got}, expected ${expected}`,
    {
      metadata: { name },
    },
  );
}
