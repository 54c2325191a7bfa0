import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { ballast } from '../../node/test/e2e/in-process.ts';
import { SIMULATION_COMMANDS } from '../../simulations/cli/command-list.ts';
import { commandWords, keyOf } from './key.ts';
import { outdatedLines, shownOutputs } from './outputs.ts';
import { readPages } from './pages.ts';
import { assignments, redirection, shellWords } from './shell-words.ts';
import type { Place, Trial } from './trial.ts';

const outputs = shownOutputs(readPages(fileURLToPath(new URL('../../', import.meta.url))));

/** The words of a shown command with what stands for its placeholders, `ballast` or another program first. */
export function wordsOf({ shown, fill = {}, more = [] }: Trial, { standIns }: Place): string[] {
  const words = commandWords(shown);
  if (words === undefined) throw new Error(`${shown} is no command`);
  // A command's own name is none of the words to fill in.
  const own = (word: string, i: number) => (i < 2 && !word.startsWith('<') ? {} : fill);
  return [...words, ...more].flatMap((word, i) => filled(word, own(word, i), standIns));
}

function filled(word: string, fill: Readonly<Record<string, string>>, standIns: Place['standIns']): string[] {
  let text = fill[word] ?? word;
  for (const [placeholder, value] of standIns) {
    // A variable of several words.
    if (text === placeholder && placeholder.startsWith('$')) return shellWords(value);
    text = text.replaceAll(placeholder, value);
  }
  return [text];
}

/**
 * Runs a shown command as if it had been typed in the place's folder: `ballast` in this process, `curl` as it is.
 *
 * @returns standard output
 * @throws AssertionError where it fails, complains or says something else
 */
export async function runShown(trial: Trial, place: Place): Promise<string> {
  const [program = '', ...args] = wordsOf(trial, place);
  const { code, out, err } =
    program === 'ballast'
      ? await inFolder(place.folder, assignments(trial.shown), () => ballast(args, {}, SIMULATION_COMMANDS))
      : await started(program, args, place.folder);
  expect(code, `${trial.shown}: ${err}`).to.equal(trial.code ?? 0);
  expect(out, trial.shown).to.match(trial.says);
  const below = outputs.get(keyOf(trial.shown) ?? '') ?? [];
  const stale = outdatedLines(below, `${out}\n${err}`.replaceAll(place.folder, '')).filter(
    (line) => trial.varies?.test(line) !== true,
  );
  expect(stale, `${trial.shown}: lines of a page, which it no longer prints`).to.deep.equal([]);
  const file = redirection(trial.shown);
  if (file !== undefined) await writeFile(resolve(place.folder, basename(file)), out);
  return out;
}

export async function runAll(trials: readonly Trial[], place: Place): Promise<void> {
  for (const trial of trials) await runShown(trial, place);
}

async function inFolder<T>(
  folder: string,
  variables: Readonly<Record<string, string>>,
  work: () => Promise<T>,
): Promise<T> {
  const before = process.cwd();
  process.chdir(folder);
  Object.assign(process.env, variables);
  try {
    return await work();
  } finally {
    for (const name of Object.keys(variables)) delete process.env[name];
    process.chdir(before);
  }
}

async function started(program: string, args: readonly string[], cwd: string) {
  const file = program === 'node' ? process.execPath : program;
  return new Promise<{ code: unknown; out: string; err: string }>((done) => {
    execFile(file, [...args], { cwd }, (error, out, err) => done({ code: error?.code ?? 0, out, err }));
  });
}
