import { closestWord, UsageError } from '../../protocol/errors.ts';

/**
 * How the nodes that train in a round are chosen:
 *
 * - `uniform`: every subset of the size alike.
 * - `round-robin`: who was asked in the smallest share of its rounds first; one place in four for those never asked.
 * - `importance`: without replacement, in proportion to the score of a node's verified history.
 * - `resource-aware`: in turn among those whose updates were there in time at least half the times they were asked;
 *   uniformly among the others where those are too few.
 */
export const SELECTION_STRATEGIES = ['uniform', 'round-robin', 'importance', 'resource-aware'] as const;
export type SelectionStrategy = (typeof SELECTION_STRATEGIES)[number];

export type SelectionOptions = {
  readonly strategy: SelectionStrategy;
  /** The share of the active nodes that trains, in (0, 1]; read to a millionth. */
  readonly share: number;
  /** Never fewer than this, where so many are active. */
  readonly min: number;
};

/** @throws UsageError `SELECTION_STRATEGY`, naming the nearest one. */
export function parseStrategy(name: string): SelectionStrategy {
  const known = SELECTION_STRATEGIES.find((strategy) => strategy === name);
  if (known !== undefined) return known;
  const close = closestWord(name, SELECTION_STRATEGIES);
  throw new UsageError(
    'SELECTION_STRATEGY',
    `selection: got ${JSON.stringify(name.slice(0, 40))}, expected one of ${SELECTION_STRATEGIES.join(', ')}`,
    { metadata: { name }, ...(close === undefined ? {} : { hint: `did you mean "${close}"?` }) },
  );
}

/**
 * Whether a selection leaves the aggregation enough updates, and a network that asks for none is let pass.
 *
 * @param fewest updates that the aggregation takes.
 * @throws UsageError `SELECTION_MIN`.
 */
export function requireSelection(selection: Pick<SelectionOptions, 'min'> | undefined, fewest: number): void {
  if (selection === undefined || selection.min >= fewest) return;
  throw new UsageError(
    'SELECTION_MIN',
    `selection.min: got ${selection.min}, expected at least ${fewest}: the aggregation takes no fewer updates`,
    { metadata: { min: selection.min, fewest }, hint: 'select more nodes, or take a rule with a smaller f' },
  );
}

/** What an accountant may assume about who takes part in a round. */
export type SamplingStatement = {
  readonly strategy: SelectionStrategy;
  /** q of subsampling: 1, nothing is gained by it. */
  readonly rate: 1;
  /** What is counted against the budget: each round in which the node was selected and released an update. */
  readonly counts: 'rounds-joined';
  readonly reason: string;
};

/**
 * How a strategy is accounted for. A selection by a public beacon is known to everyone, the attacker too, before the
 * updates are seen: privacy amplification by subsampling needs a secret sample (Balle, Barthe and Gaboardi 2018), so
 * no strategy has any. A node pays in full for the rounds that it joins and nothing for the others.
 */
export function samplingOf(strategy: SelectionStrategy): SamplingStatement {
  return {
    strategy,
    rate: 1,
    counts: 'rounds-joined',
    reason: 'the beacon is public, so who takes part is no secret: q = 1 for each round joined',
  };
}
