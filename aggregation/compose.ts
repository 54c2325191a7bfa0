import { UsageError } from '../protocol/errors.ts';
import type { PreAggregated, PreAggregator } from './preaggregation/pre-aggregator.ts';
import {
  type AggregateOptions,
  type AggregationResult,
  type AggregationRule,
  defineRule,
  type LeftOut,
  type RuleCondition,
} from './rule.ts';

/**
 * A rule behind pre-aggregators, which are applied in the order given: `compose(clipping, nnm, trimmedMean)`.
 *
 * Its condition is that every part's holds on the rows that reach it. Who was selected and who left out is told of
 * the rows given: where a new row stands for several of them, each has its fate.
 *
 * @throws {UsageError} RULE_OPTION when the parts were made for different numbers of liars; RULE_ORDER where the rule
 * needs the steps or losses of rows that a part before it makes one of; RULE_CONDITION_NEVER where no number of rows
 * below 2⁵³ is enough.
 */
export function compose(...parts: readonly [...PreAggregator[], AggregationRule]): AggregationRule {
  const rule = parts.at(-1) as AggregationRule;
  const before = parts.slice(0, -1) as PreAggregator[];
  if (before.length === 0) return rule;
  for (const part of before) {
    requireSameF(part, rule);
    requireRowsApart(part, rule);
  }
  const name = [...before.map((part) => part.name), rule.name].join('+');
  return defineRule({
    name,
    f: rule.f,
    condition: composedCondition(before, rule),
    takes: rule.takes.filter((input) => input !== 'weights'),
    needs: rule.needs,
    apply: (rows, context) => {
      let current: PreAggregated = { rows, members: rows.map((_, i) => [i]) };
      for (const part of before) {
        const next = part.apply(current.rows, context);
        const { members } = current;
        current = { rows: next.rows, members: next.members.map((of) => of.flatMap((i) => members[i] ?? [])) };
      }
      const { weights: _, steps, losses, ...options } = context;
      const { members } = current;
      const given = {
        ...options,
        ...ofMembers('steps', steps, members),
        ...ofMembers('losses', losses, members),
      };
      return traced(rule.aggregate(current.rows, given), members, rows.length);
    },
  });
}

function requireSameF({ name, f }: PreAggregator, rule: AggregationRule): void {
  if (f === undefined || f === rule.f || rule.f === 0) return;
  throw new UsageError(
    'RULE_OPTION',
    `${name} was made for f = ${f}, ${rule.name} for f = ${rule.f}; expected the same`,
    {
      metadata: { preAggregator: name, given: f, expected: rule.f },
    },
  );
}

/** An input of each row given, in the order of the new rows: each stands for one where a rule takes such an input. */
function ofMembers(
  name: 'steps' | 'losses',
  values: readonly number[] | undefined,
  members: readonly (readonly number[])[],
): Pick<AggregateOptions, 'steps' | 'losses'> {
  return values === undefined ? {} : { [name]: members.flatMap((of) => of.map((row) => values[row]!)) };
}

/** Any number with which a part that makes one row of several makes fewer. */
const MANY = 1_000_000_007;

function requireRowsApart({ name, rowsAfter }: PreAggregator, rule: AggregationRule): void {
  const input = rule.needs.find((each) => each === 'steps' || each === 'losses');
  if (input === undefined || rowsAfter(MANY) === MANY) return;
  throw new UsageError(
    'RULE_ORDER',
    `${name} makes one row of several, ${rule.name} needs ${input} of each; expected a part that keeps rows apart`,
    { metadata: { preAggregator: name, rule: rule.name, input } },
  );
}

function composedCondition(before: readonly PreAggregator[], rule: AggregationRule): RuleCondition {
  const holds = (n: number): boolean => {
    let rows = n;
    for (const { f, condition, rowsAfter } of before) {
      if (rows < condition.minRows(f ?? rule.f)) return false;
      rows = rowsAfter(rows);
    }
    return rows >= rule.minRows;
  };
  const minRows = leastSatisfying(holds);
  if (minRows === undefined) {
    const names = [...before.map(({ name }) => name), rule.name].join('+');
    throw new UsageError(
      'RULE_CONDITION_NEVER',
      `${names} for f = ${rule.f}: got a condition that no number of rows satisfies, expected one that some does`,
      { metadata: { rule: names, f: rule.f }, hint: 'make f or the size of the buckets smaller' },
    );
  }
  const texts = [
    ...before.map(({ name, condition }) => `${name}: ${condition.text}`),
    `${rule.name}: ${rule.requirement}`,
  ];
  return { text: texts.join('; '), minRows: () => minRows };
}

/** The least n ≥ 1 that satisfies a condition that holds for all larger ones too; undefined from 2⁵³ on. */
function leastSatisfying(holds: (n: number) => boolean): number | undefined {
  let [low, high] = [0, 1];
  while (!holds(high)) {
    low = high;
    high *= 2;
    if (high > Number.MAX_SAFE_INTEGER) return undefined;
  }
  while (high - low > 1) {
    const middle = low + Math.floor((high - low) / 2);
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/** What became of the new rows, told of those that they stand for. */
function traced(
  result: AggregationResult,
  members: readonly (readonly number[])[],
  n: number,
): AggregationResult {
  const spread = (values: Float64Array | undefined): Float64Array | undefined => {
    if (values === undefined) return undefined;
    const all = new Float64Array(n);
    for (const [i, of] of members.entries()) for (const row of of) all[row] = values[i]!;
    return all;
  };
  const ascending = (rows: readonly number[]): number[] => [...rows].sort((a, b) => a - b);
  const leftOut: LeftOut[] = result.leftOut.flatMap(({ row, reason }) => {
    const of = members[row] ?? [];
    const shared = of.length > 1 ? `, in a bucket of ${of.length}` : '';
    return of.map((each) => ({ row: each, reason: `${reason}${shared}` }));
  });
  const scores = spread(result.scores);
  const trimmedShare = spread(result.trimmedShare);
  const weights = spread(result.weights);
  return {
    vector: result.vector,
    selected: ascending(result.selected.flatMap((i) => members[i] ?? [])),
    leftOut: leftOut.sort((a, b) => a.row - b.row),
    ...(scores === undefined ? {} : { scores }),
    ...(trimmedShare === undefined ? {} : { trimmedShare }),
    ...(weights === undefined ? {} : { weights }),
  };
}
