/** What one suite (a mocha process, the linter, the type checker) came to. */
export type SuiteResult = {
  readonly name: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** One line for each thing that went wrong. */
  readonly failures: readonly string[];
  /** What the process printed. */
  readonly output: string;
  readonly tests: readonly { readonly title: string; readonly ms: number }[];
  readonly ms: number;
};

/** The sum that the last line states. Nothing run is a failure: a typing mistake must not look like success. */
export function total(results: readonly SuiteResult[]): {
  passed: number;
  failed: number;
  skipped: number;
  ok: boolean;
} {
  let [passed, failed, skipped] = [0, 0, 0];
  for (const result of results) {
    passed += result.passed;
    failed += result.failed;
    skipped += result.skipped;
  }
  return { passed, failed, skipped, ok: failed === 0 && passed > 0 };
}

/** `N passed, N failed`, with `, N skipped` where there are any. */
export function lastLine(results: readonly SuiteResult[]): string {
  const { passed, failed, skipped } = total(results);
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

/** The slowest tests of all suites, slowest first, as `1234 ms  title`. */
export function slowest(results: readonly SuiteResult[], count: number): string[] {
  return results
    .flatMap((result) => result.tests)
    .sort((a, b) => b.ms - a.ms)
    .slice(0, count)
    .map(({ title, ms }) => `${String(ms).padStart(7)} ms  ${title}`);
}

/** `ok    aggregation  312 passed, 0 failed  4.2 s`, then what went wrong and what was printed. */
export function suiteLines(result: SuiteResult): string[] {
  const verdict = result.failed === 0 ? 'ok  ' : 'FAIL';
  const head = `${verdict}  ${result.name}  ${lastLine([result])}  ${(result.ms / 1000).toFixed(1)} s`;
  const output = result.output.trimEnd();
  return [
    head,
    ...result.failures.map((line) => `      failed: ${line}`),
    ...(output === '' ? [] : output.split('\n').map((line) => `      ${line}`)),
  ];
}
