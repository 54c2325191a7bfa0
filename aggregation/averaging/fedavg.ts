import { sumOf, weightedSum } from '../kernels/weighted-sum.ts';
import { optionError } from '../options.ts';
import { type AggregationRule, defineRule, type RuleCondition } from '../rule.ts';
import { cappedWeights, requireWeightCap } from './weights.ts';

export type FedAvgOptions = {
  /** The most that one row may weigh, > 0; without it no weights are taken and every row weighs 1. */
  readonly weightCap?: number;
  /** Nothing but 0: a mean bears no liar. Here so that rules can be made alike. */
  readonly f?: number;
};

export const FEDAVG_CONDITION: RuleCondition = { text: 'n ≥ 1 and f = 0', minRows: () => 1 };

/**
 * Federated averaging: Σ w_i x_i / Σ w_i, both sums in the order of the rows, one division per coordinate.
 *
 * Weights are claims that nobody can check, so they are taken only under a cap: w_i = min(weight_i, weightCap).
 * The cap bounds what a lying count can add, to weightCap/(weightCap + Σ of the others); it should lie near an
 * honest count.
 *
 * Source: McMahan et al., Communication-Efficient Learning of Deep Networks from Decentralized Data, 2017,
 * algorithm 1, with the sample counts capped.
 *
 * @throws {UsageError} RULE_OPTION.
 */
export function fedAvg(options: FedAvgOptions = {}): AggregationRule {
  const { weightCap, f = 0 } = options;
  if (f !== 0) {
    throw optionError('fedavg', 'f', f, '0, since one liar can move a mean anywhere', 'take a robust rule');
  }
  requireWeightCap('fedavg', weightCap);
  return defineRule({
    name: 'fedavg',
    f: 0,
    condition: FEDAVG_CONDITION,
    weigh: (weights, n) => cappedWeights('fedavg', weights, n, weightCap),
    apply: (rows, { weights }) => {
      const vector = weightedSum(rows, weights, sumOf(weights));
      return { vector, selected: [...rows.keys()], leftOut: [], weights };
    },
  });
}
