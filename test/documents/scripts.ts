import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterDashes, commandWords } from './key.ts';

/** The file that an npm script starts, as `scripts/launch.js` has it. */
export function launched(root: string, script: string): string | undefined {
  const launcher = readFileSync(join(root, 'scripts/launch.js'), 'utf8');
  return new RegExp(`^ {2}'?${script}'?: \\['([^']+)'`, 'm').exec(launcher)?.[1];
}

/** What `npm run …` or `node folder/file.ts …` starts. Optional parts are given, the first of alternatives. */
export function entryOfScript(
  root: string,
  text: string,
): { readonly file: string; readonly args: string[] } {
  const [program, ...words] = commandWords(text) ?? [];
  const isNpm = program === 'npm';
  const file = isNpm ? launched(root, words[1] ?? '') : words[0];
  if (file === undefined) throw new Error(`${text} starts no file`);
  const args = isNpm ? afterDashes(words) : words.slice(1);
  return {
    file: join(root, file),
    args: args.map((word) => word.replaceAll(/^\[+|\]+$/g, '').split('|')[0] ?? ''),
  };
}
