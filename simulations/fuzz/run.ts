import { fromHex, toHex } from '../../protocol/digest.ts';
import { UsageError } from '../../protocol/errors.ts';
import type { Coverage } from './coverage.ts';
import { decoderTargets } from './decoders.ts';
import { doorTarget } from './door.ts';
import { type Finding, fuzz, replay } from './fuzz.ts';
import { honestRun } from './honest-run.ts';
import { streamTargets } from './streams.ts';
import type { FuzzTarget } from './target.ts';
import { CASES_OF_A_RUN, fuzzWorlds } from './world-fuzz.ts';

/** Messages are bound to their network, so what is replayed must meet the same one. */
const RUN_SEED = 'fuzz';

export async function fuzzTargets(): Promise<FuzzTarget[]> {
  const run = await honestRun(RUN_SEED);
  return [doorTarget(run), ...decoderTargets(run), ...(await streamTargets(run))];
}

/** One case in so many is thrown at whole members in virtual time. */
const WORLD_SHARE = 5;
const WORLD = 'world';

export type FuzzCommand = {
  readonly cases: number;
  readonly seed: number;
  /** Names of targets, `world` among them; all where left out. */
  readonly targets?: readonly string[] | undefined;
  /** The first run of the world. */
  readonly run?: number;
  /** One input as hexadecimal digits, in place of all others. */
  readonly input?: string | undefined;
};

type Collaborators = { readonly coverage: Coverage; readonly print: (line: string) => void };

/** The command: fuzzes, or feeds one input again. @returns the exit code. @throws UsageError `FUZZ_OPTION`. */
export async function runFuzz(command: FuzzCommand, collaborators: Collaborators): Promise<number> {
  const { cases, seed, run = 0, targets: names, input } = command;
  if (![cases, seed, run].every((value) => Number.isSafeInteger(value) && value >= 0))
    throw new UsageError(
      'FUZZ_OPTION',
      `fuzz: got ${cases} cases, seed ${seed}, run ${run}, expected counts`,
    );
  const all = await fuzzTargets();
  const known = [WORLD, ...all.map(({ name }) => name)];
  const stranger = names?.find((name) => !known.includes(name));
  if (stranger !== undefined)
    throw new UsageError('FUZZ_OPTION', `fuzz: got target ${stranger}, expected one of ${known.join(', ')}`);
  const isMeant = (name: string) => names?.includes(name) ?? true;
  const targets = all.filter(({ name }) => isMeant(name));
  if (input !== undefined) return replayInput(targets, input, collaborators);
  const worldCases = !isMeant(WORLD) ? 0 : targets.length === 0 ? cases : Math.floor(cases / WORLD_SHARE);
  let findings = 0;
  if (targets.length > 0) findings += await fuzzInputs(targets, cases - worldCases, seed, collaborators);
  if (worldCases > 0) findings += await throwAtWorlds(worldCases, seed, run, collaborators);
  collaborators.print(findings === 0 ? 'no findings' : `${findings} FINDINGS`);
  return findings === 0 ? 0 : 1;
}

async function replayInput(
  targets: readonly FuzzTarget[],
  input: string,
  { print }: Pick<Collaborators, 'print'>,
): Promise<number> {
  const findings: Finding[] = [];
  for (const target of targets) findings.push(...[(await replay(target, fromHex(input))) ?? []].flat());
  for (const finding of findings) print(describe(finding));
  if (findings.length === 0) print('taken or refused as it should be');
  return findings.length === 0 ? 0 : 1;
}

async function fuzzInputs(
  targets: readonly FuzzTarget[],
  cases: number,
  seed: number,
  { coverage, print }: Collaborators,
): Promise<number> {
  const seconds = cpuClock();
  const report = await fuzz(targets, { cases, seed }, coverage);
  print(
    `${report.cases} inputs to ${targets.length} targets, seed ${seed}: ${coverage.blocks} blocks reached, ` +
      `${report.kept} inputs kept, ${seconds()} s of CPU`,
  );
  print(`  largest allocation of one input: ${megabytes(report.largestAllocation)}`);
  print(`  taken: ${[...report.taken].map(([name, times]) => `${name} ${times}`).join(', ')}`);
  print(`  refused: ${listed(report.refusals)}`);
  for (const finding of report.findings) print(describe(finding));
  return report.findings.length;
}

async function throwAtWorlds(
  cases: number,
  seed: number,
  from: number,
  { print }: Collaborators,
): Promise<number> {
  const seconds = cpuClock();
  const report = await fuzzWorlds({ cases, seed, from });
  print(
    `${report.cases} messages at members in ${report.runs} runs, seed ${seed}: the heap grew by ` +
      `${megabytes(report.growth)}, ${seconds()} s of CPU`,
  );
  print(`  refused: ${listed(report.refusals)}`);
  for (const { run, reason } of report.findings)
    print(
      `FINDING in run ${run}: ${reason}\n  replay: npm run fuzz -- --target world --seed ${seed} --run ${run} --cases ${CASES_OF_A_RUN}`,
    );
  return report.findings.length;
}

function cpuClock(): () => string {
  const begun = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(begun);
    return ((user + system) / 1e6).toFixed(0);
  };
}

const megabytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;

const listed = (times: ReadonlyMap<string, number>): string =>
  [...times]
    .sort(([, a], [, b]) => b - a)
    .map(([code, count]) => `${code} ${count}`)
    .join(', ');

function describe({ target, input, reason }: Finding): string {
  return `FINDING in ${target}: ${reason}\n  replay: npm run fuzz -- --target ${target} --input ${toHex(input)}`;
}
