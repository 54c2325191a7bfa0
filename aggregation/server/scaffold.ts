import { AggregationError } from '../errors.ts';
import { countOption, positiveOption } from '../options.ts';
import type { ServerStep } from './server-step.ts';

export type ScaffoldOptions = {
  /** Global learning rate, > 0. */
  readonly lr?: number;
  /** N, all clients, of which some took part; a whole number ≥ 1. The rows of the round where left out. */
  readonly clients?: number;
};

const SCAFFOLD_DEFAULTS = Object.freeze({ lr: 1 });

/**
 * SCAFFOLD's server: rows are [Δy_i; Δc_i], so that both halves go through the same robust rule. The weights move by
 * lr·(first half of the aggregate), and the control variate c, which begins at 0, by (rows ÷ N)·(second half). c is
 * state of the version; every client corrects its steps by c − c_i in the next round.
 *
 * The rows counted are those of the round, also where the rule left some of them out.
 *
 * Source: Karimireddy et al., SCAFFOLD: Stochastic Controlled Averaging for Federated Learning, 2020, algorithm 1.
 *
 * @throws {UsageError} RULE_OPTION. `step` throws {AggregationError} RULE_CONDITION for more rows than clients.
 */
export function scaffold(options: ScaffoldOptions = {}): ServerStep {
  const lr = positiveOption('scaffold', 'lr', options.lr, SCAFFOLD_DEFAULTS.lr);
  const clients =
    options.clients === undefined ? undefined : countOption('scaffold', 'clients', options.clients, 1);
  return {
    name: 'scaffold',
    vectors: ['control'],
    rowSize: (d) => 2 * d,
    step: (aggregate, { control }, rows) => {
      const all = clients ?? rows;
      if (rows > all) throw tooManyRows(rows, all);
      const share = rows / all;
      const d = aggregate.length / 2;
      return {
        update: aggregate.slice(0, d).map((delta) => lr * delta),
        vectors: { control: control!.map((c, k) => c + share * aggregate[d + k]!) },
      };
    },
  };
}

function tooManyRows(rows: number, clients: number): AggregationError {
  return new AggregationError(
    'RULE_CONDITION',
    `scaffold was made for clients = ${clients}; given n = ${rows} rows, expected at most ${clients}`,
    { metadata: { rule: 'scaffold', n: rows, clients }, hint: 'clients counts all nodes of the network' },
  );
}
