import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { selectTestFiles } from '../../scripts/test-runner/discover.ts';
import { commandWords, keyOf } from './key.ts';
import type { ShownCommand } from './pages.ts';
import type { Trial } from './trial.ts';

/** Commands that are not run, and why. */
export type NotRun = { readonly reason: string; readonly shown: readonly string[] };

export type Catalogue = {
  readonly root: string;
  readonly trials: readonly Trial[];
  readonly notRun: readonly NotRun[];
  /** Blocks of shell that a test pastes. */
  readonly pasted: readonly string[];
  /** The test files that `npm test` runs. */
  readonly suite: ReadonlySet<string>;
};

/**
 * How a shown command is tried:
 *
 * - `run`, with its output looked at
 * - `pasted` within a block
 * - `suite`: it runs tests that `npm test` runs
 * - `named`: a sentence names a command that is run, or a devnet or script that is begun, with more words
 * - `begun`: a devnet or a script of the checkout, as far as its options go
 * - `listed` among those that are not run
 */
export type Reach = 'run' | 'pasted' | 'suite' | 'named' | 'begun' | 'listed';

/** @returns undefined for a command that nothing tries and no list names */
export function reachOf({ text, isMention }: ShownCommand, catalogue: Catalogue): Reach | undefined {
  const key = keyOf(text);
  if (key === undefined) return undefined;
  const tried = triedKeys(catalogue.trials);
  const listed = catalogue.notRun.flatMap(({ shown }) => shown.map((line) => keyOf(line)));
  if (tried.includes(key)) return 'run';
  if (listed.includes(key)) return 'listed';
  const pasted = catalogue.pasted.flatMap(pastedKeys);
  if (pasted.includes(plain(key))) return 'pasted';
  if (isOfSuite(text, catalogue)) return 'suite';
  if (isDevnet(text) || isScript(text)) return 'begun';
  const isLonger = (other: string) => other.startsWith(`${key} `);
  return isMention && [...tried, ...pasted].some(isLonger) ? 'named' : undefined;
}

export const triedKeys = (trials: readonly Trial[]): string[] =>
  trials.flatMap(({ shown, also = [] }) => [shown, ...also].map((line) => keyOf(line) ?? ''));

/** A block's commands: lines continued by a backslash joined, loop variables of the first turn put in. */
function pastedKeys(block: string): string[] {
  const lines = block.replaceAll(/\\\n/g, ' ').split('\n');
  return lines.flatMap((line) => {
    const key = keyOf(line);
    return key === undefined ? [] : [plain(key)];
  });
}

/** Without what differs between a loop and one turn of it. */
const plain = (key: string): string =>
  key.replaceAll('$i', '1').replaceAll(/\$first|12D3KooW\w*…/g, '<node>');

export const isDevnet = (text: string): boolean =>
  commandWords(text)?.slice(0, 2).join(' ') === 'ballast devnet';

/** `npm run …` and `node folder/file.ts`. */
export function isScript(text: string): boolean {
  const [program, first = ''] = commandWords(text) ?? [];
  return (program === 'npm' && first === 'run') || (program === 'node' && first.includes('/'));
}

function isOfSuite(text: string, { root, suite }: Catalogue): boolean {
  const [program, ...words] = commandWords(text) ?? [];
  const isTest = program === 'npm' && words[0] === 'test';
  if (!isTest && program !== 'mocha') return false;
  const files = words.slice(isTest ? 1 : 0).filter((word) => word !== '--');
  if (files.length === 0) return true;
  if (files[0] === '--grep')
    return [...suite].some((file) => readFileSync(join(root, file), 'utf8').includes(files[1] ?? '<'));
  if (files.some((file) => file.includes('<'))) return false;
  return selectTestFiles(root, root, files).every((file) => suite.has(file));
}
