import { join } from 'node:path';
import { GroupProcess } from './process.ts';
import type { SuiteResult } from './result.ts';

/** A tool that passes or fails as a whole. */
export type Check = { readonly name: string; readonly args: readonly string[] };

/** The linter and formatter, the type checker, and the linter of Solidity, over the whole tree. */
export const CHECKS: readonly Check[] = [
  { name: 'lint', args: ['node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings'] },
  { name: 'types', args: ['node_modules/typescript/bin/tsc', '--project', '.'] },
  {
    name: 'types of the page',
    args: ['node_modules/typescript/bin/tsc', '--project', 'node/dashboard/page/browser'],
  },
  {
    name: 'solidity',
    args: [
      ...[
        'node_modules/solhint/solhint.js',
        '--config',
        '.solhint.json',
        '--noPoster',
        '--disc',
        '--max-warnings',
        '0',
      ],
      'contracts/src/**/*.sol',
    ],
  },
];

/** Runs `check` and counts it as one test; what it prints is kept when it fails. */
export async function runCheck(
  check: Check,
  options: { root: string; scratch: string },
): Promise<SuiteResult> {
  const started = performance.now();
  const tool = new GroupProcess(check.args, {
    root: options.root,
    outputPath: join(options.scratch, `${check.name}.output`),
  });
  const { code, signal } = await tool.ended;
  const ok = code === 0;
  return {
    name: check.name,
    passed: ok ? 1 : 0,
    failed: ok ? 0 : 1,
    skipped: 0,
    failures: ok ? [] : [`${check.args.slice(1).join(' ')}: ${signal ?? `exit code ${code}`}`],
    output: ok ? '' : tool.output,
    tests: [],
    ms: performance.now() - started,
  };
}
