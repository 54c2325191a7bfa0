/**
 * `npm run mutants:contracts -- [--only <part of a path>] [--sample <n>] [--seed <n>] [--lanes <n>] [--list]
 * [--results <file>]`: changes the core contracts one operator at a time and expects a forge test to fail each time.
 * With a file of results, a run goes on where an earlier one ended, and tries anew what survived.
 *
 * Exit code 1 where a mutant survives that the reviewed list does not have, where the list has one that is killed, or
 * where fewer than 95 % are killed.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Mutant } from '../operators.ts';
import { isListed, reportOf, type Tried } from '../report.ts';
import { sampleOf } from '../sample.ts';
import { CONTRACT_AREAS, type ContractArea } from './areas.ts';
import { Lane, mutatedCode } from './lane.ts';
import { type Result, Results } from './results.ts';
import { astOf } from './solidity-ast.ts';
import { solidityMutantsOf } from './solidity-operators.ts';
import { CONTRACT_SURVIVORS } from './survivors.ts';

const ROOT = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    sample: { type: 'string' },
    seed: { type: 'string', default: '1' },
    lanes: { type: 'string', default: '2' },
    list: { type: 'boolean', default: false },
    results: { type: 'string' },
  },
});

/** The code of contracts as they are. */
const deployed = new Map<string, string | undefined>();

type Trial = { readonly area: ContractArea; readonly mutant: Mutant };

const all = CONTRACT_AREAS.flatMap((area) =>
  area.files
    .map((file) => `contracts/src/${file}.sol`)
    .filter((path) => path.includes(values.only))
    .flatMap((path) => {
      const mutants = solidityMutantsOf(path, readFileSync(join(ROOT, path), 'utf8'), astOf(ROOT, path));
      return mutants.map((mutant): Trial => ({ area, mutant }));
    }),
);
const picked = values.sample === undefined ? all : sampleOf(all, Number(values.sample), Number(values.seed));

if (values.list) for (const { mutant } of picked) console.log(say(mutant));
else process.exitCode = (await tryAll()) ? 0 : 1;

async function tryAll(): Promise<boolean> {
  const scratch = mkdtempSync(join(tmpdir(), 'ballast-mutants-'));
  const results = new Results(ROOT, values.results);
  const outcomes: (readonly [Mutant, Result])[] = [];
  try {
    for (const area of new Set(picked.map((trial) => trial.area))) {
      const due: Mutant[] = [];
      for (const { mutant } of picked.filter((trial) => trial.area === area)) {
        const known = results.of(area.contract, mutant);
        if (known === undefined) due.push(mutant);
        else outcomes.push([mutant, known]);
      }
      if (due.length === 0) continue;
      const first = await Lane.build(ROOT, area, join(scratch, area.contract, '0'));
      const queue = due.values();
      const work = async (lane: Lane): Promise<void> => {
        for (const mutant of queue) {
          const result = await resultOf(lane, area, mutant);
          results.add(area.contract, mutant, say(mutant), result);
          outcomes.push([mutant, result]);
        }
      };
      const others = Array.from({ length: Number(values.lanes) - 1 }, (_, i) =>
        first.copy(join(scratch, area.contract, String(i + 1))),
      );
      await Promise.all([first, ...others].map(work));
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  const tried = outcomes.flatMap(([mutant, outcome]): Tried[] =>
    outcome.type === 'invalid' || outcome.type === 'same' ? [] : [{ mutant, outcome }],
  );
  const isWhole = values.only === '' && values.sample === undefined;
  const { lines, ok } = reportOf(tried, CONTRACT_SURVIVORS, isWhole, { contracts: 0.95 });
  for (const line of lines) console.log(line);
  const count = (type: Result['type']) => outcomes.filter(([, result]) => result.type === type).length;
  const { alive, killable } = killableOf(tried);
  const share = (100 * (killable - alive)) / killable;
  console.log(`without those of the list: killed ${killable - alive}/${killable}, ${share.toFixed(1)} %`);
  console.log(`${count('invalid')} more do not compile, ${count('same')} are the same code once optimised`);
  return ok;
}

/** How many mutants the list does not have, and how many of those survived. */
function killableOf(tried: readonly Tried[]): { readonly alive: number; readonly killable: number } {
  const survivors = tried.filter(({ outcome }) => outcome.type === 'survived');
  const listed = survivors.filter(({ mutant }) => CONTRACT_SURVIVORS.some((each) => isListed(each, mutant)));
  return { alive: survivors.length - listed.length, killable: tried.length - listed.length };
}

async function resultOf(lane: Lane, area: ContractArea, mutant: Mutant): Promise<Result> {
  const code = mutatedCode(ROOT, area.contract, mutant);
  if (code === undefined) return { type: 'invalid' };
  const outcome = await lane.try(code);
  if (outcome.type !== 'survived') return outcome;
  // "Trivial Compiler Equivalence" (Papadakis et al., ICSE 2015).
  const asItIs = deployed.get(area.contract) ?? mutatedCode(ROOT, area.contract, undefined, true);
  deployed.set(area.contract, asItIs);
  return mutatedCode(ROOT, area.contract, mutant, true) === asItIs ? { type: 'same' } : outcome;
}

function say({ path, line, change, nth, code }: Mutant): string {
  return `${path}:${line}  ${change} #${nth}  ${code}`;
}
