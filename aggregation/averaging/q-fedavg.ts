import { AggregationError } from '../errors.ts';
import { weightedSum } from '../kernels/weighted-sum.ts';
import { optionError, positiveOption } from '../options.ts';
import { type AggregationRule, defineRule } from '../rule.ts';
import { FEDAVG_CONDITION } from './fedavg.ts';

export type QFedAvgOptions = {
  /** How much more a node with a large loss weighs: 0, ½, 1, 1½ … 8; 1 where left out. 0 is FedAvg. */
  readonly q?: number;
  /** L, an estimate of the Lipschitz constant of the gradients, 1 ÷ the local learning rate; 1 where left out. */
  readonly lipschitz?: number;
  /** Nothing but 0: a mean bears no liar. Here so that rules can be made alike. */
  readonly f?: number;
};

const MAX_Q = 8;

/**
 * q-FedAvg: a node counts the more the larger its loss F_i was before training, so that the model does not serve most
 * nodes at the cost of a few. In the paper's terms Δw_i = −L·x_i, and the weights move by
 * Σ F_i^q·x_i ÷ Σ (F_i^q + q·F_i^(q−1)·L·‖x_i‖²).
 *
 * Both sums are taken with r_i = F_i ÷ max F in place of F_i^q, which divides both by (max F)^q and leaves no power
 * to overflow: w_i = r_i^q is √r_i times as often as 2q is odd, times r_i as often as ⌊q⌋ says, multiplied in that
 * order from 1. By ascending row N = Σ w_i·x_i per coordinate and H = Σ w_i·(1 + q·L·‖x_i‖² ÷ F_i), the squares of
 * ‖x_i‖² by ascending coordinate; the result is N ÷ H. A step is thus the shorter the larger the updates are against
 * the losses: with L too large it all but stands still.
 *
 * A loss is a claim, and one made of private data: whoever claims a large one owns the mean, and telling it costs
 * privacy. For networks whose nodes are trusted, or whose losses are public.
 *
 * Source: Li et al., Fair Resource Allocation in Federated Learning, 2020, algorithm 2.
 *
 * @throws {UsageError} RULE_OPTION.
 */
export function qFedAvg(options: QFedAvgOptions = {}): AggregationRule {
  const { q = 1, f = 0 } = options;
  if (f !== 0) {
    throw optionError('q-fedavg', 'f', f, '0, since one liar can move a mean anywhere', 'take a robust rule');
  }
  if (!(q >= 0 && q <= MAX_Q && Number.isInteger(2 * q))) {
    throw optionError(
      'q-fedavg',
      'q',
      q,
      `0, 0.5, 1 … ${MAX_Q}`,
      'in halves, so that the same bits come out everywhere',
    );
  }
  const lipschitz = positiveOption('q-fedavg', 'lipschitz', options.lipschitz, 1);
  return defineRule({
    name: 'q-fedavg',
    f: 0,
    condition: FEDAVG_CONDITION,
    takes: ['losses'],
    needs: ['losses'],
    apply: (rows, { losses = [] }) => {
      const weights = new Float64Array(rows.length);
      let largest = 0;
      for (const loss of losses) if (loss > largest) largest = loss;
      let total = 0;
      for (const [i, row] of rows.entries()) {
        const loss = losses[i]!;
        const weight = powerInHalves(loss / largest, q);
        weights[i] = weight;
        total += q === 0 ? weight : weight * (1 + (q * lipschitz * squaredNorm(row)) / loss);
      }
      // Divided by infinity any sum would pass as 0.
      if (!Number.isFinite(total)) throw notFinite(total);
      return { vector: weightedSum(rows, weights, total), selected: [...rows.keys()], leftOut: [], weights };
    },
  });
}

/** base^q for 2q = 0, 1, 2 …: √base where 2q is odd, then ⌊q⌋ multiplications by base. */
function powerInHalves(base: number, q: number): number {
  const whole = Math.floor(q);
  let power = q === whole ? 1 : Math.sqrt(base);
  for (let i = 0; i < whole; i++) power *= base;
  return power;
}

function squaredNorm(row: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < row.length; k++) sum += row[k]! * row[k]!;
  return sum;
}

function notFinite(total: number): AggregationError {
  return new AggregationError(
    'RESULT_NOT_FINITE',
    `q-fedavg: the sum of the weights is ${total}, expected a finite number`,
    {
      metadata: { rule: 'q-fedavg', total },
      hint: 'the updates are too large for the losses; clip them first, or set lipschitz lower',
    },
  );
}
