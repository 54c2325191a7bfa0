import type { RuleOptions } from '../options.ts';
import type { AggregatorState } from '../state.ts';

/** What the server makes of a round's aggregate before it adds it to the weights. */
export interface ServerStep {
  readonly name: string;
  /** Names of the vectors that it carries from round to round. */
  readonly vectors: readonly string[];
  /** The vectors before the first round, where they do not begin at 0: the value of each coordinate. */
  readonly initial?: Readonly<Record<string, number>>;
  /** Length of a row for a model of d weights; d where left out. */
  rowSize?(d: number): number;
  /**
   * @param aggregate the rule's vector, of `rowSize(d)`.
   * @param vectors those named, each of length d; not changed.
   * @param rows how many rows the round had.
   * @returns what is added to the weights, length d, and the vectors for the next round.
   */
  step(
    aggregate: Float64Array,
    vectors: AggregatorState['vectors'],
    rows: number,
  ): { readonly update: Float64Array; readonly vectors: AggregatorState['vectors'] };
}

/** What is known about a server step before it is made. */
export type ServerStepEntry = {
  /** One line for people. */
  readonly summary: string;
  readonly options: readonly (keyof RuleOptions)[];
  readonly create: (options: RuleOptions) => ServerStep;
};
