import { AggregationError } from '../errors.ts';
import { optionError } from '../options.ts';
import { type AggregationRule, defineRule, type RuleCondition } from '../rule.ts';

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
  if (weightCap !== undefined && !(Number.isFinite(weightCap) && weightCap > 0)) {
    throw optionError('fedavg', 'weightCap', weightCap, 'a finite number > 0');
  }
  return defineRule({
    name: 'fedavg',
    f: 0,
    condition: FEDAVG_CONDITION,
    weigh: (weights, n) => cappedWeights(weights, n, weightCap),
    apply: (rows, weights) => {
      const vector = new Float64Array(rows[0]?.length ?? 0);
      let total = 0;
      for (const [i, row] of rows.entries()) {
        const weight = weights[i]!;
        total += weight;
        for (let k = 0; k < vector.length; k++) vector[k] = vector[k]! + weight * row[k]!;
      }
      for (let k = 0; k < vector.length; k++) vector[k] = vector[k]! / total;
      return { vector, selected: [...rows.keys()], leftOut: [], weights };
    },
  });
}

function cappedWeights(
  weights: readonly number[] | undefined,
  n: number,
  cap: number | undefined,
): Float64Array {
  if (weights === undefined) return new Float64Array(n).fill(1);
  if (cap === undefined) {
    throw new AggregationError('WEIGHTS_NOT_TAKEN', 'fedavg was made without weightCap; weights were given', {
      metadata: { rule: 'fedavg' },
      hint: 'set weightCap near an honest sample count, or leave the weights out',
    });
  }
  if (weights.length !== n) {
    throw new AggregationError(
      'WEIGHTS_INVALID',
      `${weights.length} weights for ${n} rows, expected one a row`,
      {
        metadata: { weights: weights.length, rows: n },
      },
    );
  }
  return Float64Array.from(weights, (weight, row) => {
    if (Number.isFinite(weight) && weight > 0) return Math.min(weight, cap);
    throw new AggregationError(
      'WEIGHTS_INVALID',
      `the weight of row ${row} is ${weight}, expected a finite number > 0`,
      { metadata: { row, weight } },
    );
  });
}
