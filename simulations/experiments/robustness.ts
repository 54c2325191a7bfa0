import { parseArgs } from 'node:util';
import { UsageError } from '../../protocol/errors.ts';
import type { LearningResult } from '../learning/result.ts';
import {
  ROBUSTNESS_CELLS,
  ROBUSTNESS_NODES,
  ROBUSTNESS_ROUNDS,
  robustnessCell,
  runCells,
} from './robustness-cells.ts';
import { percent, robustnessTable, summarise } from './robustness-summary.ts';

// What a liar costs, and what each defence saves, through the whole round with the devnet's parameters. As Markdown:
//
//     node simulations/experiments/robustness.ts --seeds 10
//
// One cell again, round by round:
//
//     node simulations/experiments/robustness.ts --cell liar --from 104 --seeds 1

const print = (line: string) => process.stdout.write(`${line}\n`);

function count(name: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new UsageError('ROBUSTNESS_OPTION', `--${name}: got ${text}, expected a whole number from 1 on`);
}

function printRounds({ rounds, genesis, final, models, digest, report }: LearningResult): void {
  print(`genesis: held-out loss ${genesis.loss.toFixed(4)} bp`);
  for (const { round, outcome, reason, selected, dropped, epsilon, loss } of rounds) {
    const left = dropped.map(({ node, code }) => ` dropped ${node} (${code})`).join('');
    const spent = epsilon === null ? 'none' : epsilon.toFixed(3);
    print(
      `round ${round}: ${outcome}${reason === '' ? '' : ` (${reason})`}, selected ${selected.join(' ')}${left}, ` +
        `ε ${spent}, held-out loss ${loss.toFixed(4)} bp`,
    );
  }
  const refusals = [...report.refusals].map(([code, times]) => `${code} ${times}`).join(', ');
  print(`refused: ${refusals === '' ? 'nothing' : refusals}; errors: ${report.errors.length}`);
  print(
    `skill B0 ${percent(final.skill.B0)}, B2 ${percent(final.skill.B2)}; ` +
      `${new Set(models).size} model among ${models.length} nodes; run ${digest}`,
  );
}

async function robustness(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '10' },
      from: { type: 'string', default: '101' },
      cell: { type: 'string', multiple: true },
    },
  });
  const [from, seeds] = [count('from', values.from), count('seeds', values.seeds)];
  const cells = values.cell?.map(robustnessCell) ?? ROBUSTNESS_CELLS;
  const range = Array.from({ length: seeds }, (_, i) => from + i);
  const isTold = values.cell !== undefined && seeds === 1;
  const runs = await runCells(
    cells,
    () => range,
    (cell, seed, result) => {
      if (!isTold) return;
      print(`\n${cell.name}, seed ${seed}`);
      printRounds(result);
    },
  );
  if (isTold) return;
  print(
    `${ROBUSTNESS_NODES} nodes, the last of which turns its update around; ${ROBUSTNESS_ROUNDS} rounds; ` +
      `seeds ${from} to ${from + seeds - 1}; 5 % of messages lost\n`,
  );
  print(robustnessTable(cells.map(({ name }) => summarise(runs, name))));
  print(
    `\nOne cell of one seed, round by round: node simulations/experiments/robustness.ts --cell liar --from ${from} --seeds 1`,
  );
}

try {
  await robustness();
} catch (error) {
  const isOption =
    error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
  if (!(error instanceof UsageError) && !isOption) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
