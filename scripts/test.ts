/**
 * `npm test`: the linter, the type checker and every test. With files, folders or `--grep`, only those tests.
 *
 * The last line is `N passed, N failed`, and the exit code agrees with it.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { CHECKS, runCheck } from './test-runner/check-suite.ts';
import { findTestFiles, groupTestFiles, selectTestFiles, type TestGroup } from './test-runner/discover.ts';
import { runMochaSuite } from './test-runner/mocha-suite.ts';
import { runPool } from './test-runner/pool.ts';
import { GroupProcess } from './test-runner/process.ts';
import { lastLine, type SuiteResult, slowest, suiteLines, total } from './test-runner/result.ts';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const LIMITS = { openHandlesMs: 10_000, stallMs: 300_000 };
const SLOWEST = 10;
const USAGE = 'usage: npm test -- [--grep <pattern>] [<file, folder or glob> …]';

async function main(): Promise<void> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { grep: { type: 'string', short: 'g' }, help: { type: 'boolean' } },
  });
  if (values.help === true) return console.log(USAGE);

  const started = performance.now();
  const scratch = mkdtempSync(join(tmpdir(), 'ballast-test-'));
  process.once('exit', () => rmSync(scratch, { recursive: true, force: true }));
  GroupProcess.stopAllOnSignal(2_000);

  const isPart = positionals.length > 0 || values.grep !== undefined;
  const files =
    positionals.length > 0 ? selectTestFiles(ROOT, process.cwd(), positionals) : findTestFiles(ROOT);
  const { parallel, patient, punctual, paired, alone } = groupTestFiles(files);
  const checks = isPart ? [] : CHECKS;
  const groups = [parallel, patient, punctual, paired, alone];
  const count = checks.length + groups.flat().length;
  const options = {
    root: ROOT,
    scratch,
    ...LIMITS,
    ...(values.grep === undefined ? {} : { grep: values.grep }),
  };

  const results: SuiteResult[] = [];
  const finish = (result: SuiteResult): void => {
    results.push(result);
    const [head, ...details] = suiteLines(result);
    console.log(`[${results.length}/${count}] ${head}`);
    for (const line of details) console.log(line);
  };
  const runSuites = (groups: readonly TestGroup[]) =>
    groups.map((group) => async () => finish(await runMochaSuite(group, options)));
  const runChecks = checks.map((check) => async () => finish(await runCheck(check, options)));
  await Promise.all([
    runPool(runSuites(punctual), 1),
    runPool(runSuites(patient), 1),
    runPool([...runChecks, ...runSuites(parallel)], Math.min(4, availableParallelism())),
  ]);
  await runPool(runSuites(paired), 2);
  for (const group of alone) {
    console.log(`       ${group.name}`);
    const onTest = ({ type, ...rest }: { type: string; title?: string }): void => {
      console.log(`       ${type}  ${rest.title ?? ''}`);
    };
    finish(await runMochaSuite(group, { ...options, onTest }));
  }

  console.log(`\nslowest ${SLOWEST} tests`);
  for (const line of slowest(results, SLOWEST)) console.log(line);
  if (isPart) console.log('\nonly a part was run: no linter, no type checker');
  if (results.every((result) => result.passed + result.failed === 0)) console.log('\nno test was run');
  console.log(`\n${((performance.now() - started) / 1000).toFixed(1)} s in all`);
  console.log(lastLine(results));
  process.exitCode = total(results).ok ? 0 : 1;
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  console.error(USAGE);
  process.exitCode = 1;
}
