import { AggregationError } from './errors.ts';
import { checkInputs, type InputName, type Inputs } from './inputs.ts';
import { type Kernels, plainKernels } from './kernels/kernels.ts';
import { checkRows } from './kernels/rows.ts';

/** The updates of a round, one row a node (or group), in the order that breaks ties; all of one length d. */
export type Rows = readonly Float64Array[];

/** A row without influence on the result, or with next to none, and why. */
export type LeftOut = { readonly row: number; readonly reason: string };

export interface AggregationResult {
  /** The aggregate, length d, finite; it never holds a negative zero, so that equal models have equal bytes. */
  readonly vector: Float64Array;
  /** Ascending indices of the rows that the vector was computed from. Coordinate-wise rules: all of them. */
  readonly selected: readonly number[];
  /** By ascending row. Selecting rules: every row not selected. Coordinate-wise rules: see {@link trimmedShare}. */
  readonly leftOut: readonly LeftOut[];
  /** Selecting rules: each row's score, lower is better. */
  readonly scores?: Float64Array;
  /**
   * Coordinate-wise rules: for each row, the share of coordinates in which its value lies strictly outside what
   * is left when the f largest and f smallest are dropped. A row above {@link TRIMMED_SHARE_LIMIT} is named in
   * `leftOut`.
   */
  readonly trimmedShare?: Float64Array;
  /** Weighted rules: the weight each row had, after the cap. */
  readonly weights?: Float64Array;
}

/** What a rule may be given beside its rows. Only rules that say so take any of it but the kernels. */
export type AggregateOptions = Inputs & {
  /** One positive weight a row, in the order of the rows. */
  readonly weights?: readonly number[];
  /** What does the arithmetic, always to the same bits; {@link plainKernels} where left out. */
  readonly kernels?: Kernels;
};

/** What a rule's arithmetic is handed: inputs that were checked. Those that a rule needs are there. */
export type RuleContext = Inputs & {
  /** The weight of each row, 1 where none were given. */
  readonly weights: Float64Array;
  readonly kernels: Kernels;
};

/**
 * A way to turn the updates of a round into one vector.
 *
 * The same rows in the same order give the same bits on every machine: float64 in a stated order with
 * + − × ÷ √ only. Ties go to the earlier row, so the caller must order rows by something nobody can choose.
 */
export interface AggregationRule {
  readonly name: string;
  /** How many of the rows may be lies. */
  readonly f: number;
  /** The condition on n and f, for people, such as `n ≥ 2f + 3`. */
  readonly requirement: string;
  /** The fewest rows that satisfy the condition. */
  readonly minRows: number;
  /** What it takes beside rows, and what of that it cannot do without. */
  readonly takes: readonly (InputName | 'weights')[];
  readonly needs: readonly InputName[];
  /** @throws {AggregationError} RULE_CONDITION when `n` rows are too few. */
  check(n: number): void;
  /**
   * @throws {AggregationError} ROWS_EMPTY, ROW_RAGGED, ROW_NOT_FINITE, RULE_CONDITION, WEIGHTS_NOT_TAKEN,
   * WEIGHTS_INVALID, INPUT_NOT_TAKEN, INPUT_MISSING, INPUT_INVALID, or RESULT_NOT_FINITE when the sum leaves the
   * range of float64.
   */
  aggregate(rows: Rows, options?: AggregateOptions): AggregationResult;
}

/** What a rule asks of n, the number of rows, and f, the number of liars among them. */
export type RuleCondition = {
  readonly text: string;
  readonly minRows: (f: number) => number;
};

export type RuleSpec = {
  readonly name: string;
  readonly f: number;
  readonly condition: RuleCondition;
  /** How weights are checked and capped; left out where the rule takes none. */
  readonly weigh?: (weights: readonly number[] | undefined, n: number) => Float64Array;
  /** Inputs that the rule takes beside weights, and those of them that it cannot do without. */
  readonly takes?: readonly InputName[];
  readonly needs?: readonly InputName[];
  /** Rows and inputs are checked, the condition holds. May write to nothing but its own result. */
  readonly apply: (rows: Rows, context: RuleContext) => AggregationResult;
};

/** Makes a rule of its arithmetic; every check that all rules share is here, so that none can forget one. */
export function defineRule(spec: RuleSpec): AggregationRule {
  const { name, f, condition } = spec;
  const minRows = condition.minRows(f);

  const check = (n: number): void => {
    if (n >= minRows) return;
    const bearable = largestF(condition, n);
    throw new AggregationError(
      'RULE_CONDITION',
      `${name} needs ${condition.text}, that is ${minRows} rows for f = ${f}; given n = ${n}`,
      {
        metadata: { rule: name, n, f, minRows },
        hint:
          bearable === undefined
            ? `wait for ${minRows - n} more`
            : `wait for ${minRows - n} more; ${n} rows bear f = ${bearable} at most`,
      },
    );
  };

  const aggregate = (rows: Rows, options: AggregateOptions = {}): AggregationResult => {
    checkRows(rows);
    check(rows.length);
    if (options.weights !== undefined && spec.weigh === undefined) {
      throw new AggregationError('WEIGHTS_NOT_TAKEN', `${name} counts every row once; weights were given`, {
        metadata: { rule: name },
        hint: 'sample counts are claims, and a robust rule that believed them would not be robust',
      });
    }
    checkInputs(spec, options, rows);
    const weights = spec.weigh?.(options.weights, rows.length) ?? new Float64Array(rows.length).fill(1);
    const result = spec.apply(rows, { ...options, weights, kernels: options.kernels ?? plainKernels });
    sealVector(name, result.vector);
    return result;
  };

  const takes = [...(spec.weigh === undefined ? [] : ['weights' as const]), ...(spec.takes ?? [])];
  const needs = spec.needs ?? [];
  return Object.freeze({ name, f, requirement: condition.text, minRows, takes, needs, check, aggregate });
}

/** The largest f whose condition `n` rows satisfy, or undefined where not even f = 0 holds. */
export function largestF(condition: RuleCondition, n: number): number | undefined {
  let best: number | undefined;
  for (let f = 0; f <= n && condition.minRows(f) <= n; f++) best = f;
  return best;
}

/**
 * Makes −0 of a vector 0, in place.
 * @throws {AggregationError} RESULT_NOT_FINITE.
 */
export function sealVector(rule: string, vector: Float64Array): void {
  for (let k = 0; k < vector.length; k++) {
    const value = vector[k]!;
    if (!Number.isFinite(value)) {
      throw new AggregationError(
        'RESULT_NOT_FINITE',
        `${rule}: coordinate ${k} of the result is ${value}, expected a finite number`,
        {
          metadata: { rule, coordinate: k },
          hint: 'the rows are finite but their sum is not; clip them first',
        },
      );
    }
    vector[k] = value + 0; // −0 becomes 0
  }
}
