/**
 * `npm run mutants -- [--only <part of a path>] [--sample <n>] [--seed <n>] [--processes <n>] [--list]`: changes the
 * aggregation rules and the privacy code one operator at a time and expects a test to fail each time.
 *
 * Exit code 1 where a mutant survives that the reviewed list does not have, where the list has one that is killed, or
 * where fewer are killed than `LEAST_KILLED` of a folder.
 */
import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Area } from './area.ts';
import { type Outcome, runTrials } from './pool.ts';
import { PRIVACY_SURVIVORS } from './privacy-survivors.ts';
import { reportOf, type Tried } from './report.ts';
import { sampleOf } from './sample.ts';
import { SURVIVORS } from './survivors.ts';
import { allMutants, trialOf } from './targets.ts';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const PROCESSES = Math.min(2, availableParallelism());
const LEAST_STUCK_MS = 8_000;

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    sample: { type: 'string' },
    seed: { type: 'string', default: '1' },
    processes: { type: 'string', default: String(PROCESSES) },
    list: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
  },
});

const all = allMutants(ROOT, values.only);
const picked = values.sample === undefined ? all : sampleOf(all, Number(values.sample), Number(values.seed));
const mutants = picked.map(({ mutant }) => mutant);
if (values.list) {
  for (const { path, line, code, change, nth } of mutants) {
    console.log(`${path}:${line}  ${change} #${nth}  ${code}`);
  }
} else {
  process.exitCode = (await tryAll()) ? 0 : 1;
}

async function tryAll(): Promise<boolean> {
  const started = performance.now();
  let baselineMs = 0;
  for (const area of new Set(picked.map((each) => each.area))) {
    const begun = performance.now();
    const unchanged = await unchangedOutcome(area);
    if (unchanged.type !== 'survived') {
      console.log(`the tests fail without any change: ${unchanged.by}`);
      return false;
    }
    baselineMs = Math.max(baselineMs, performance.now() - begun);
  }
  console.log(
    `${mutants.length} mutants; without a change the tests of one take ${(baselineMs / 1000).toFixed(1)} s at most`,
  );

  const tried: Tried[] = [];
  await runTrials(
    picked.map(({ area, mutant }, i) => trialOf(ROOT, i + 1, area, mutant)),
    { processes: Number(values.processes), stuckMs: Math.max(LEAST_STUCK_MS, baselineMs) },
    ({ id }, outcome) => {
      const mutant = mutants[id - 1];
      if (mutant === undefined) return;
      tried.push({ mutant, outcome });
      if (values.verbose)
        console.log(`${mutant.path}:${mutant.line} ${mutant.change} ${JSON.stringify(outcome)}`);
      else if (outcome.type === 'survived')
        console.log(
          `  survived  ${mutant.path}:${mutant.line}  ${mutant.change} #${mutant.nth}  ${mutant.code}`,
        );
    },
  );
  const isWhole = values.sample === undefined;
  const { lines, ok } = reportOf(tried, [...SURVIVORS, ...PRIVACY_SURVIVORS], isWhole);
  for (const line of lines) console.log(line);
  console.log(`${((performance.now() - started) / 1000).toFixed(0)} s with ${values.processes} processes`);
  return ok;
}

async function unchangedOutcome(area: Area): Promise<Outcome> {
  let result: Outcome = { type: 'killed', by: 'nothing was run' };
  await runTrials([trialOf(ROOT, 0, area)], { processes: 1, stuckMs: 60_000 }, (_, outcome) => {
    result = outcome;
  });
  return result;
}
