/**
 * `npm run coverage:contracts`: which lines and branches of the core contracts forge's tests reach.
 *
 * Exit code 1 where a branch of the five core contracts, or of what they are made of, is not reached.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { foundryBinary } from '../contracts/client/foundry.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Files of contracts/src whose branches must all be reached. */
const WHOLE = [
  ...[
    'ParameterRegistry',
    'ParameterRules',
    'BoundedAutonomyController',
    'CommitteeVotes',
    'Quorum',
    'Module',
  ],
  ...[
    'CircuitBreaker',
    'BoundedCall',
    'breaker/Halts',
    'breaker/Settings',
    'breaker/Severity',
    'breaker/VoteRing',
  ],
  ...['ModelRegistry', 'ModelDisputes', 'DecisionLog', 'OverrideModule'],
  ...[
    'GovernanceBridge',
    'governance/BridgeDelay',
    'governance/LimitChanges',
    'governance/ParameterProposals',
  ],
].map((file) => `contracts/src/${file}.sol`);

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

function main(): boolean {
  const scratch = mkdtempSync(join(tmpdir(), 'ballast-coverage-'));
  try {
    const report = join(scratch, 'lcov.info');
    const env = {
      ...process.env,
      PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
      FOUNDRY_OUT: join(scratch, 'out'),
      FOUNDRY_CACHE_PATH: join(scratch, 'cache'),
      FOUNDRY_FUZZ_RUNS: '32',
      FOUNDRY_INVARIANT_RUNS: '2',
    };
    const args = ['coverage', '--report', 'lcov', '--report-file', report];
    const { status } = spawnSync(foundryBinary('forge'), args, {
      cwd: root,
      env,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    if (status !== 0) throw new Error(`forge coverage ended with ${status}: run npm test for what fails`);
    const files = reachOf(readFileSync(report, 'utf8'));
    console.log('| contract | lines | branches | missed |\n|---|---|---|---|');
    let ok = true;
    for (const path of WHOLE) {
      const reach = files.get(path);
      if (reach === undefined) throw new Error(`${path}: not in forge's report`);
      const { lines, linesReached, branches, branchesReached, missed } = reach;
      ok &&= branchesReached === branches;
      console.log(
        `| ${path} | ${linesReached}/${lines} | ${branchesReached}/${branches} | ${missed.join(', ')} |`,
      );
    }
    return ok;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

process.exitCode = main() ? 0 : 1;
