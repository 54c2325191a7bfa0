import { parseArgs } from 'node:util';
import { UsageError } from '../../../protocol/errors.ts';
import { AGREEMENT_MUTANTS } from './agreement-mutants.ts';
import type { Mutant } from './mutant.ts';
import { tryMutant, UNMUTATED } from './try-mutant.ts';

// Breaks the agreement in one way after another, and sees whether the soak finds it out; then that it finds nothing in
// the code as it is:
//
//     npm run soak:mutants -- --seeds 300 --workers 2
//     npm run soak:mutants -- --mutant removed-lock
//
// With a mutant that is not found out, or a failure without one, the exit code is 1.

const print = (line: string) => process.stdout.write(`${line}\n`);

function count(name: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new UsageError('SOAK_OPTION', `--${name}: got ${text}, expected a whole number from 1 on`);
}

function chosen(name: string | undefined): readonly Mutant[] {
  if (name === undefined) return [...AGREEMENT_MUTANTS, UNMUTATED];
  const mutant = AGREEMENT_MUTANTS.find((each) => each.name === name);
  if (mutant !== undefined) return [mutant];
  const names = AGREEMENT_MUTANTS.map((each) => each.name).join(', ');
  throw new UsageError('SOAK_OPTION', `--mutant: got ${name}, expected one of ${names}`);
}

/** @returns whether all is as it should be. */
async function tell(mutant: Mutant, seeds: number): Promise<boolean> {
  const { tried, broken } = await tryMutant(mutant, seeds);
  const isRight = (broken === undefined) === (mutant === UNMUTATED);
  const [first] = broken?.violations ?? [];
  const seen =
    first === undefined ? `nothing in ${tried} seeds` : `seed ${tried}: ${first.code}: ${first.text}`;
  print(`${isRight ? 'ok  ' : 'FAIL'} ${mutant.name} (${mutant.breaks}): ${seen}`);
  return isRight;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '300' },
      workers: { type: 'string', default: '2' },
      mutant: { type: 'string' },
    },
  });
  const seeds = count('seeds', values.seeds);
  const left = [...chosen(values.mutant)].reverse();
  let failures = 0;
  const lane = async () => {
    for (let mutant = left.pop(); mutant !== undefined; mutant = left.pop())
      if (!(await tell(mutant, seeds))) failures += 1;
  };
  await Promise.all(Array.from({ length: count('workers', values.workers) }, lane));
  return failures;
}

try {
  process.exitCode = (await main()) > 0 ? 1 : 0;
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
