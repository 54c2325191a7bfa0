import type { RuleOptions } from '../options.ts';
import type { Rows, RuleCondition, RuleContext } from '../rule.ts';

/** What a rule sees in place of the rows. */
export type PreAggregated = {
  /** New vectors; given rows are passed on where nothing changes, and never written to. */
  readonly rows: Rows;
  /** For each new row the given rows that it stands for, ascending: every given row stands in exactly one. */
  readonly members: readonly (readonly number[])[];
};

/** A step before a rule that makes honest rows more alike, or bounds what one row can weigh. */
export interface PreAggregator {
  readonly name: string;
  /** Liars among the rows that it is made for; undefined where that makes no difference. */
  readonly f: number | undefined;
  /** What it asks of n and f by itself. */
  readonly condition: RuleCondition;
  /** How many rows it makes of n. */
  rowsAfter(n: number): number;
  /** Rows are checked and the condition holds. + − × ÷ √ in a stated order, as in a rule. */
  apply(rows: Rows, context: RuleContext): PreAggregated;
}

/** What is known about a pre-aggregator before it is made. */
export type PreAggregatorEntry = {
  /** One line for people. */
  readonly summary: string;
  readonly options: readonly (keyof RuleOptions)[];
  /** Which laws of a rule still hold behind it. */
  readonly laws: {
    readonly order: boolean;
    readonly translation: boolean;
    readonly scale: boolean;
    readonly hull: boolean;
  };
  readonly create: (options: RuleOptions) => PreAggregator;
};

/** Every row stands for itself. */
export function oneToOne(rows: Rows): PreAggregated {
  return { rows, members: rows.map((_, i) => [i]) };
}
