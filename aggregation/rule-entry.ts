import type { RuleOptions } from './options.ts';
import type { AggregationRule, RuleCondition } from './rule.ts';

/**
 * How a rule uses its rows: `averaging` believes all of them, `selecting` takes whole rows and leaves out others,
 * `coordinate-wise` decides coordinate by coordinate, `weighting` gives each row a weight of its own.
 */
export type RuleKind = 'averaging' | 'selecting' | 'coordinate-wise' | 'weighting';

/** Which of the laws that rules are tested for hold, and how nearly. */
export type RuleLaws = {
  /** To the bit wherever the reals need no rounding, or to rounding: 1e-9 of the size of the rows. */
  readonly precision: 'bits' | 'rounding';
  /** The rows in another order give the same vector, ties apart. */
  readonly order: boolean;
  /** The same offset on every row, and on the reference, is that offset on the result. */
  readonly translation: boolean;
  /** A positive factor on every row, and on the reference, is that factor on the result. */
  readonly scale: boolean;
  /** Each coordinate lies between the least and the greatest of the rows. */
  readonly hull: boolean;
  /**
   * What at most f liars can do: `hull`, the result stays within the honest rows coordinate by coordinate whatever
   * they send; `far`, so it does when they are far from all honest rows; `bounded`, they move it by no more than the
   * rule's documentation states; `none`, anything.
   */
  readonly liars: 'hull' | 'far' | 'bounded' | 'none';
};

/** What is known about a rule before it is made. */
export type RuleEntry = {
  readonly kind: RuleKind;
  /** One line for people. */
  readonly summary: string;
  /** With every option at its default. */
  readonly condition: RuleCondition;
  readonly options: readonly (keyof RuleOptions)[];
  readonly laws: RuleLaws;
  /**
   * Where a round takes the rule's `reference` from: `last` is the last accepted aggregate, 0 before there is one;
   * `root` is a vector made from trusted data, and in a round without such data the coordinate-wise median of its
   * rows.
   */
  readonly reference?: 'last' | 'root';
  readonly create: (options: RuleOptions) => AggregationRule;
};
