/** `npm run lint`: the linter and the type checker, without the tests. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CHECKS, runCheck } from './test-runner/check-suite.ts';
import { GroupProcess } from './test-runner/process.ts';
import { suiteLines, total } from './test-runner/result.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const scratch = mkdtempSync(join(tmpdir(), 'ballast-lint-'));
process.once('exit', () => rmSync(scratch, { recursive: true, force: true }));
GroupProcess.stopAllOnSignal(1_000);

const results = await Promise.all(CHECKS.map((check) => runCheck(check, { root, scratch })));
for (const result of results) for (const line of suiteLines(result)) console.log(line);
process.exitCode = total(results).ok ? 0 : 1;
