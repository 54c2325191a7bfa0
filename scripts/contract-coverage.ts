/**
 * `npm run coverage:contracts`: which lines and branches of the contracts forge's tests reach.
 *
 * Exit code 1 where a branch is not reached in a file of contracts/src, save those of `NOT_WHOLE`.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runForge } from '../contracts/test/run-forge.ts';

/** Files whose branches need not all be reached, and why. */
const NOT_WHOLE: Readonly<Record<string, string>> = {
  'contracts/src/reference/DevnetFeed.sol': 'the devnet alone deploys it; tests in TypeScript drive it',
};

type Reach = {
  lines: number;
  linesReached: number;
  branches: number;
  branchesReached: number;
  readonly missed: string[];
};

/** The counts of an lcov tracefile (geninfo(1)), by source file. */
function reachOf(tracefile: string): Map<string, Reach> {
  const files = new Map<string, Reach>();
  let current: Reach | undefined;
  for (const record of tracefile.split('\n')) {
    const [kind = '', rest = ''] = record.split(/:(.*)/s);
    const fields = rest.split(',');
    if (kind === 'SF') {
      current = { lines: 0, linesReached: 0, branches: 0, branchesReached: 0, missed: [] };
      files.set(rest, current);
    } else if (current === undefined) continue;
    else if (kind === 'DA') {
      current.lines++;
      if (fields[1] === '0') current.missed.push(`line ${fields[0]}`);
      else current.linesReached++;
    } else if (kind === 'BRDA') {
      current.branches++;
      if (fields[3] === '0' || fields[3] === '-')
        current.missed.push(`branch ${fields[2]} of line ${fields[0]}`);
      else current.branchesReached++;
    }
  }
  return files;
}

/** Tests of gas fail where contracts are built without the optimiser; `npm test` says what fails with it. */
async function measure(scratch: string): Promise<string> {
  const report = join(scratch, 'lcov.info');
  process.env.FOUNDRY_OUT = join(scratch, 'out');
  process.env.FOUNDRY_CACHE_PATH = join(scratch, 'cache');
  process.env.FOUNDRY_TEST_FAILURES_FILE = join(scratch, 'test-failures');
  process.env.FOUNDRY_FUZZ_RUNS = '32';
  process.env.FOUNDRY_INVARIANT_RUNS = '2';
  await runForge('coverage', '--allow-failure', '--report', 'lcov', '--report-file', report);
  return readFileSync(report, 'utf8');
}

async function main(): Promise<boolean> {
  const scratch = mkdtempSync(join(tmpdir(), 'ballast-coverage-'));
  try {
    console.log('| contract | lines | branches | missed |\n|---|---|---|---|');
    const files = [...reachOf(await measure(scratch))].filter(([path]) => path.startsWith('contracts/src/'));
    let ok = files.length > 0;
    for (const [path, { lines, linesReached, branches, branchesReached, missed }] of files) {
      ok &&= branchesReached === branches || Object.hasOwn(NOT_WHOLE, path);
      const name = path.slice('contracts/src/'.length, -'.sol'.length);
      const cells = [name, `${linesReached}/${lines}`, `${branchesReached}/${branches}`, missed.join(', ')];
      console.log(`| ${cells.join(' | ')} |`);
    }
    return ok;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

process.exitCode = (await main()) ? 0 : 1;
