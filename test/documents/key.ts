import { shellWords } from './shell-words.ts';

/** What starts a line of shell in a block. Prints and code begin otherwise. */
const PROGRAMS =
  /^(?:ballast|npm|npx|node|mocha|anvil|curl|openssl|docker|helm|kubectl|systemctl|systemd-analyze|useradd)$/;

/**
 * The words of a command in the one form that all its spellings share, such as `ballast devnet --rounds 2` for
 * `npm start -- --rounds 2`; undefined where the line is no command.
 */
export function commandWords(line: string): readonly string[] | undefined {
  const words = shellWords(line);
  if (!PROGRAMS.test(words[0] ?? '')) return undefined;
  const [program = '', ...rest] = words[0] === 'npx' ? words.slice(1) : words;
  const [first = ''] = rest;
  if (program === 'node' && first === 'bin/ballast.js') return ['ballast', ...rest.slice(1)];
  if (program === 'node' && !/\.[cm]?[jt]s$/.test(first)) return undefined;
  if (program === 'npm' && first === 'start') return ['ballast', 'devnet', ...afterDashes(rest)];
  return [program, ...rest];
}

/** The same in one text. */
export const keyOf = (line: string): string | undefined => commandWords(line)?.join(' ');

export const afterDashes = (words: readonly string[]): readonly string[] =>
  words.includes('--') ? words.slice(words.indexOf('--') + 1) : [];
