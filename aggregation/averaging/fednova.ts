import { optionError } from '../options.ts';
import { type AggregationRule, defineRule } from '../rule.ts';
import { FEDAVG_CONDITION } from './fedavg.ts';
import { cappedWeights, requireWeightCap } from './weights.ts';

export type FedNovaOptions = {
  /** The most that one row may weigh, > 0; without it no weights are taken and every row weighs 1. */
  readonly weightCap?: number;
  /** Nothing but 0: a mean bears no liar. Here so that rules can be made alike. */
  readonly f?: number;
};

/**
 * FedNova: nodes that made more local steps do not pull the model towards their own optimum. Each update is divided
 * by its steps τ_i, and the mean of these is scaled back to the mean number of steps:
 * τ_eff · Σ p_i x_i/τ_i with τ_eff = Σ p_i τ_i and p_i = w_i / Σ w_i. With equal steps this is FedAvg.
 *
 * Sums go by ascending row: W = Σ w_i, S = Σ w_i·τ_i, and per coordinate N = Σ w_i·(x_i ÷ τ_i); the result is
 * (N ÷ W)·(S ÷ W).
 *
 * Steps and weights are claims. A weight is capped, w_i = min(weight_i, weightCap). A row that claims few steps counts
 * τ_eff/τ_i times as much, one that claims many raises τ_eff for all: where nodes do not all make the same public
 * number of steps, bound the rows' norms, and what steps are believed, before this rule.
 *
 * Source: Wang et al., Tackling the Objective Inconsistency Problem in Heterogeneous Federated Optimization, 2020,
 * for plain gradient steps, where ‖a_i‖₁ = τ_i.
 *
 * @throws {UsageError} RULE_OPTION.
 */
export function fedNova(options: FedNovaOptions = {}): AggregationRule {
  const { weightCap, f = 0 } = options;
  if (f !== 0) {
    throw optionError('fednova', 'f', f, '0, since one liar can move a mean anywhere', 'take a robust rule');
  }
  requireWeightCap('fednova', weightCap);
  return defineRule({
    name: 'fednova',
    f: 0,
    condition: FEDAVG_CONDITION,
    takes: ['steps'],
    needs: ['steps'],
    weigh: (weights, n) => cappedWeights('fednova', weights, n, weightCap),
    apply: (rows, { weights, steps = [] }) => {
      const sum = new Float64Array(rows[0]?.length ?? 0);
      let total = 0;
      let weightedSteps = 0;
      for (const [i, row] of rows.entries()) {
        const weight = weights[i]!;
        const tau = steps[i]!;
        total += weight;
        weightedSteps += weight * tau;
        for (let k = 0; k < sum.length; k++) sum[k] = sum[k]! + weight * (row[k]! / tau);
      }
      const effective = weightedSteps / total;
      const vector = sum.map((x) => (x / total) * effective);
      return { vector, selected: [...rows.keys()], leftOut: [], weights };
    },
  });
}
