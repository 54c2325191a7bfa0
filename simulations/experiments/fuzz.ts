import { parseArgs } from 'node:util';
import { startCoverage } from '../fuzz/coverage.ts';

// Changed messages and records, fed to everything that reads what strangers send, guided by the coverage of V8.
//
//     npm run fuzz -- --cases 1000000
//     npm run fuzz -- --target door --input 84a3…      feeds one input again, as hexadecimal digits
//     npm run fuzz -- --target world --run 17 --cases 500      throws the same messages at the same members again
//
// Exits with 1 on a finding, and prints how to feed it again.

const print = (line: string) => process.stdout.write(`${line}\n`);
const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    target: { type: 'string', multiple: true },
    input: { type: 'string' },
    run: { type: 'string', default: '0' },
  },
});

// The code under test is loaded after the counting has begun.
const coverage = await startCoverage();
const { runFuzz } = await import('../fuzz/run.ts');
process.exitCode = await runFuzz(
  {
    cases: Number(values.cases),
    seed: Number(values.seed),
    run: Number(values.run),
    targets: values.target,
    input: values.input,
  },
  { coverage, print },
);
await coverage.stop();
