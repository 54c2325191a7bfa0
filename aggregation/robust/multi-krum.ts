import { ranking } from '../kernels/ranking.ts';
import { liarCount, optionError } from '../options.ts';
import { type AggregationRule, defineRule, type RuleCondition } from '../rule.ts';
import { KRUM_CONDITION, type KrumOptions } from './krum.ts';
import { krumScores } from './krum-scores.ts';
import { selection } from './selection.ts';

export type MultiKrumOptions = KrumOptions & {
  /** How many rows are averaged, 1 … n − f; n − f where left out. */
  readonly m?: number;
};

/** With m given, m ≤ n − f is asked too: more than n − f rows cannot all be honest. */
function multiKrumCondition(m?: number): RuleCondition {
  if (m === undefined) return KRUM_CONDITION;
  return {
    text: `${KRUM_CONDITION.text} and n ≥ m + f with m = ${m}`,
    minRows: (f) => Math.max(KRUM_CONDITION.minRows(f), m + f),
  };
}

/**
 * Multi-Krum: the mean of the m rows with the lowest Krum scores, scored once.
 *
 * Source: Blanchard et al., Machine Learning with Adversaries, 2017, section 4 and appendix; m = n − f unless
 * given.
 *
 * @throws {UsageError} RULE_OPTION.
 */
export function multiKrum(options: MultiKrumOptions): AggregationRule {
  const f = liarCount('multi-krum', options.f);
  const { m } = options;
  if (m !== undefined && !(Number.isSafeInteger(m) && m >= 1)) {
    throw optionError('multi-krum', 'm', m, 'a whole number ≥ 1', 'm is how many rows are averaged');
  }
  return defineRule({
    name: 'multi-krum',
    f,
    condition: multiKrumCondition(m),
    apply: (rows, { kernels }) => {
      const scores = krumScores(kernels.squaredDistances(rows), rows.length - f - 2);
      return selection(rows, scores, ranking(scores), m ?? rows.length - f);
    },
  });
}
