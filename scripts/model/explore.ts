import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const MODEL = fileURLToPath(new URL('../../coordinator/round/model/agreement.pml', import.meta.url));
const NAME = 'agreement.pml';
const MAX_DEPTH = 1_000_000;
const TIMEOUT_MS = 300_000;

/** A mistake that the model can be told to make, and the fewest views in which it shows. */
export type Mistake = { readonly name: string; readonly views: number };

export const MISTAKES: readonly Mistake[] = [
  { name: 'LOCK_FORGOTTEN', views: 2 },
  { name: 'LOCK_UNCHECKED', views: 2 },
  { name: 'LOCK_LOWEST', views: 3 },
  { name: 'VOTE_FORGOTTEN', views: 2 },
  { name: 'VIEW_LEFT', views: 2 },
  { name: 'QUORUM_SMALL', views: 2 },
];

/** What the checker found. `isWhole` is true when no state was left unvisited for want of room. */
export type Exploration = {
  readonly errors: number;
  readonly states: number;
  readonly depth: number;
  readonly isWhole: boolean;
  /** The steps to the first error, as spin prints them; empty without one. */
  readonly counterExample: string;
};

/** The tools that the exploration needs and that are not here: Debian has them in `spin` and `gcc`. */
export async function missingTools(): Promise<string[]> {
  const tools: readonly (readonly [string, string])[] = [
    ['spin', '-V'],
    ['gcc', '--version'],
  ];
  const found = await Promise.all(
    tools.map(([tool, flag]) =>
      run(tool, [flag]).then(
        () => [],
        () => [tool],
      ),
    ),
  );
  return found.flat();
}

/** Explores every schedule of the agreement over `views` views, with a mistake in it where one is named. */
export async function exploreAgreement(views: number, mistake?: string): Promise<Exploration> {
  const folder = await mkdtemp(join(tmpdir(), 'ballast-model-'));
  const inFolder = { cwd: folder, timeout: TIMEOUT_MS, maxBuffer: 1 << 26 };
  const defines = [`-DVIEWS=${views}`, ...(mistake === undefined ? [] : [`-D${mistake}`])];
  try {
    await copyFile(MODEL, join(folder, NAME));
    await run('spin', ['-a', ...defines, NAME], inFolder);
    await run('gcc', ['-O1', '-w', '-DSAFETY', '-DVECTORSZ=4096', '-o', 'pan', 'pan.c'], inFolder);
    const { stdout } = await run(join(folder, 'pan'), [`-m${MAX_DEPTH}`], inFolder);
    const errors = numberIn(stdout, /errors: (\d+)/);
    const trail =
      errors === 0 ? '' : (await run('spin', ['-t', '-p', '-l', '-g', ...defines, NAME], inFolder)).stdout;
    return {
      errors,
      states: numberIn(stdout, /([\d.e+]+) states, stored/),
      depth: numberIn(stdout, /depth reached (\d+)/),
      isWhole: !/search depth too small|out of memory|Search not completed/.test(stdout),
      counterExample: trail,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function numberIn(text: string, pattern: RegExp): number {
  const found = pattern.exec(text)?.[1];
  if (found === undefined) throw new Error(`the checker printed no ${pattern.source}: ${text.slice(0, 400)}`);
  return Number(found);
}
