import { ranking } from '../kernels/ranking.ts';
import { liarCount } from '../options.ts';
import { type AggregationRule, defineRule, type RuleCondition } from '../rule.ts';
import { krumScores } from './krum-scores.ts';
import { selection } from './selection.ts';

export type KrumOptions = {
  /** Liars among the rows. */
  readonly f: number;
};

export const KRUM_CONDITION: RuleCondition = { text: 'n ≥ 2f + 3', minRows: (f) => 2 * f + 3 };

/**
 * Krum: the one row whose n − f − 2 nearest others are nearest, by the sum of squared distances.
 *
 * Source: Blanchard et al., Machine Learning with Adversaries, 2017, section 4. Some libraries sum over
 * n − f − 1 neighbours and choose another row; this one follows the paper.
 *
 * @throws {UsageError} RULE_OPTION.
 */
export function krum(options: KrumOptions): AggregationRule {
  const f = liarCount('krum', options.f);
  return defineRule({
    name: 'krum',
    f,
    condition: KRUM_CONDITION,
    apply: (rows, { kernels }) => {
      const scores = krumScores(kernels.squaredDistances(rows), rows.length - f - 2);
      return selection(rows, scores, ranking(scores), 1);
    },
  });
}
