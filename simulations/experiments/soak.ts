import { parseArgs } from 'node:util';
import { UsageError } from '../../protocol/errors.ts';
import { describeResult, runBlackout, runScenario } from '../world/scenario.ts';

// The safety and liveness scenario for as many seeds as there is time for:
//
//     node simulations/experiments/soak.ts --seeds 1000 --nodes 7 --from 1 --rounds 2
//
// Each failure is printed with the command that replays it; with any, the exit code is 1.

function count(name: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new UsageError('SOAK_OPTION', `--${name}: got ${text}, expected a whole number from 1 on`);
}

async function soak(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '1000' },
      nodes: { type: 'string', default: '7' },
      from: { type: 'string', default: '1' },
      rounds: { type: 'string', default: '2' },
    },
  });
  const [seeds, nodes] = [count('seeds', values.seeds), count('nodes', values.nodes)];
  const [from, rounds] = [count('from', values.from), count('rounds', values.rounds)];
  const print = (line: string) => process.stdout.write(`${line}\n`);
  const started = performance.now();
  let failures = 0;
  for (let seed = from; seed < from + seeds; seed++) {
    for (const run of [runScenario, runBlackout]) {
      const result = await run({ seed, nodes, rounds });
      if (result.violations.length > 0) failures += 1;
      if (result.violations.length > 0 || seeds === 1) print(describeResult(result));
    }
    if ((seed - from + 1) % 100 === 0) print(`${seed - from + 1} seeds, ${failures} failures`);
  }
  const minutes = ((performance.now() - started) / 60_000).toFixed(1);
  print(`${seeds} seeds of ${nodes} nodes and ${rounds} rounds: ${failures} failures, ${minutes} min`);
  return failures;
}

try {
  process.exitCode = (await soak()) > 0 ? 1 : 0;
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
