import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { UsageError } from '../../protocol/errors.ts';
import { outcomeOf, type SeedResult } from '../soak/run-seed.ts';
import { runSeeds } from '../soak/run-seeds.ts';
import { failsWith, shrink } from '../soak/shrink.ts';
import { isPlan, PLAN_LIST, replayOptions, SIZE_LIST, tellSchedule, tellSeed } from '../soak/tell.ts';
import type { ScheduleChoice } from '../world/draw-schedule.ts';
import { readSchedule } from '../world/read-schedule.ts';

// Safety and liveness of the round for as many seeds as there is time for:
//
//     npm run soak -- --seeds 10000 --workers 2
//     npm run soak -- --seeds 500 --from 1 --nodes 7 --plan mixed --rounds 2
//     npm run soak -- --schedule shrunk-17.json
//
// Seeds go round the committee sizes and the plans unless --nodes and --plan say which. The first failures are shrunk to
// a short schedule, which is printed, written into the folder of --out, and replayed with --schedule. With any failure
// the exit code is 1.

const MAX_SHRUNK = 3;
const print = (line: string) => process.stdout.write(`${line}\n`);

function count(name: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new UsageError('SOAK_OPTION', `--${name}: got ${text}, expected a whole number from 1 on`);
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '1000' },
      from: { type: 'string', default: '1' },
      nodes: { type: 'string' },
      plan: { type: 'string' },
      rounds: { type: 'string' },
      workers: { type: 'string', default: '1' },
      schedule: { type: 'string' },
      out: { type: 'string' },
    },
  });
  const { plan } = values;
  if (plan !== undefined && !isPlan(plan))
    throw new UsageError('SOAK_OPTION', `--plan: got ${plan}, expected one of ${PLAN_LIST}`);
  const choice: Omit<ScheduleChoice, 'seed'> = {
    ...(values.nodes === undefined ? {} : { nodes: count('nodes', values.nodes) }),
    ...(plan === undefined ? {} : { plan }),
    ...(values.rounds === undefined ? {} : { rounds: count('rounds', values.rounds) }),
  };
  return {
    ...values,
    choice,
    seeds: count('seeds', values.seeds),
    from: count('from', values.from),
    workers: count('workers', values.workers),
  };
}

type Options = ReturnType<typeof readOptions>;

async function tellShrunk(
  { seed, schedule, violations }: SeedResult,
  out: string | undefined,
): Promise<void> {
  const code = violations[0]?.code;
  if (code === undefined) return;
  const shrunk = await shrink(schedule, failsWith(code));
  print(`  shrunk: ${tellSchedule(shrunk)}`);
  print(`  ${JSON.stringify(shrunk)}`);
  if (out === undefined) return;
  const file = `${out}/shrunk-${seed}.json`;
  await writeFile(file, `${JSON.stringify(shrunk, undefined, 2)}\n`);
  print(`  replay: npm run soak -- --schedule ${file}`);
}

async function soak(options: Options): Promise<number> {
  const { seeds, from, workers, choice, out } = options;
  const choices = Array.from({ length: seeds }, (_, i) => ({ ...choice, seed: from + i }));
  const started = performance.now();
  const sums = { done: 0, failures: 0, rounds: 0, laterViews: 0 };
  const failed: SeedResult[] = [];
  await runSeeds(choices, workers, (result) => {
    sums.done += 1;
    sums.rounds += result.rounds;
    sums.laterViews += result.laterViews;
    if (result.violations.length > 0) {
      sums.failures += 1;
      if (failed.length < MAX_SHRUNK) failed.push(result);
    }
    if (result.violations.length > 0 || seeds === 1) print(tellSeed(result, replayOptions(choice)));
    if (sums.done % 100 === 0) print(`${sums.done} seeds, ${sums.failures} failures`);
  });
  for (const result of failed) {
    print(`seed ${result.seed}, ${result.violations[0]?.code}:`);
    await tellShrunk(result, out);
  }
  const seconds = (performance.now() - started) / 1000;
  print(
    `${seeds} seeds of ${choice.nodes ?? SIZE_LIST} nodes: ${sums.failures} failures, ${sums.rounds} rounds, ` +
      `${sums.laterViews} of them in a later view; ${(seconds / 60).toFixed(1)} min, ${(seeds / seconds).toFixed(1)} seeds/s`,
  );
  return sums.failures;
}

async function replay(file: string): Promise<number> {
  const result = await outcomeOf(readSchedule(await readFile(file, 'utf8')));
  print(`${tellSchedule(result.schedule)}\n  ${result.outcomes}`);
  for (const { code, text } of result.violations) print(`  ${code}: ${text}`);
  return result.violations.length;
}

try {
  const options = readOptions();
  const failures = await (options.schedule === undefined ? soak(options) : replay(options.schedule));
  process.exitCode = failures > 0 ? 1 : 0;
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
