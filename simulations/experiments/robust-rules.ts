import { parseArgs } from 'node:util';
import { openKernels } from '../../node/kernels/index.ts';
import { BallastError, UsageError } from '../../protocol/errors.ts';
import { SIMULATION_DEFAULTS, type SimulationResult, simulateCases } from '../federation/index.ts';
import { ruleTable, TABLE_ATTACKS, TABLE_RULES, tableCaption, tableCases } from './rule-table.ts';

// Every rule against every attack, on one machine and the same data, with the worst case of each rule. As Markdown:
//
//     npm run bench:robust-rules -- --rounds 5 --seeds 3
//
// `--loud` takes the norm check away, `--noise off` the noise; `--rule` (several times) chooses rows.

const print = (line: string) => process.stdout.write(`${line}\n`);

function count(name: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new UsageError('RULES_OPTION', `--${name}: got ${text}, expected a whole number from 1 on`);
}

async function robustRules(): Promise<void> {
  const { values } = parseArgs({
    options: {
      nodes: { type: 'string', default: '20' },
      byzantine: { type: 'string', default: '4' },
      rounds: { type: 'string', default: '5' },
      from: { type: 'string', default: '101' },
      seeds: { type: 'string', default: '1' },
      noise: { type: 'string', default: 'record' },
      heterogeneity: { type: 'string', default: '1' },
      loud: { type: 'boolean', default: false },
      rule: { type: 'string', multiple: true },
    },
  });
  const federation = {
    ...SIMULATION_DEFAULTS,
    nodes: count('nodes', values.nodes),
    byzantine: count('byzantine', values.byzantine),
    rounds: count('rounds', values.rounds),
    noise: values.noise as 'record' | 'off',
    heterogeneity: Number(values.heterogeneity),
    normCheck: !values.loud,
  };
  const rules = values.rule ?? TABLE_RULES;
  const from = count('from', values.from);
  const seeds = Array.from({ length: count('seeds', values.seeds) }, (_, i) => from + i);
  const kernels = openKernels({ threads: 1 });
  const runs: SimulationResult[][] = [];
  for (const seed of seeds) {
    const cases = tableCases(rules, TABLE_ATTACKS);
    runs.push(await simulateCases({ ...federation, seed }, cases, { kernels }));
  }
  print(`${tableCaption(federation, seeds)}\n`);
  print(ruleTable(rules, TABLE_ATTACKS, runs));
}

try {
  await robustRules();
} catch (error) {
  const isOption =
    error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
  if (!(error instanceof BallastError) && !isOption) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
