import { globSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Command } from 'commander';
import type { CommandEntry, CommandExtension } from '../../node/cli/command-entry.ts';
import { NODE_COMMANDS } from '../../node/cli/command-list.ts';
import { SIMULATION_COMMANDS } from '../../simulations/cli/command-list.ts';
import { shellWords } from './shell-words.ts';

/** Every command of `ballast` with its options and arguments, as the command line has them. */
export async function ballastCommands(): Promise<Command> {
  const program = new Command('ballast').version('0').helpOption();
  for (const item of [...NODE_COMMANDS, ...SIMULATION_COMMANDS] as (CommandEntry | CommandExtension)[]) {
    const name = 'extends' in item ? item.extends : item.name;
    const command = program.commands.find((known) => known.name() === name) ?? program.command(name);
    (await item.load())(command, '');
  }
  return program;
}

/** Stands for something that the reader puts in. */
const isPlaceholder = (word: string) => /[…<[$]/.test(word);

/** What is wrong with the words behind `ballast`; undefined where nothing is. */
export function misuseOf(program: Command, words: readonly string[], isMention: boolean): string | undefined {
  let command = program;
  let given = 0;
  let isOpen = isMention;
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    if (word.startsWith('--') || /^-[a-zA-Z]$/.test(word)) {
      const [flag = ''] = word.split('=');
      if (['--help', '-h'].includes(flag)) return undefined;
      const option = command.options.find(({ long, short }) => long === flag || short === flag);
      if (option === undefined) return `${command.name()} has no ${flag}`;
      if (!(option.required || option.optional) || word.includes('=')) continue;
      if (words[i + 1] === undefined) return isMention ? undefined : `${flag} without a value`;
      i += 1;
      while (option.variadic && i + 1 < words.length && !(words[i + 1] ?? '').startsWith('-')) i += 1;
      continue;
    }
    if (isPlaceholder(word)) isOpen = true;
    const sub = command.commands.find((known) => known.name() === word);
    if (sub !== undefined && given === 0) {
      command = sub;
      continue;
    }
    if (command.commands.length > 0)
      return isPlaceholder(word) ? undefined : `${command.name()} has no ${word}`;
    given += 1;
  }
  const places = command.registeredArguments;
  const most = places.some(({ variadic }) => variadic) ? Number.POSITIVE_INFINITY : places.length;
  if (given > most && !isOpen)
    return `${command.name()} takes ${places.length} arguments, and ${given} are given`;
  const least = places.filter(({ required }) => required).length;
  return given < least && !isOpen
    ? `${command.name()} needs ${least} arguments, and ${given} are given`
    : undefined;
}

export type Checkout = {
  readonly root: string;
  readonly program: Command;
  readonly scripts: Readonly<Record<string, string>>;
  /** The file that an npm script starts. */
  readonly entryOf: (script: string) => string | undefined;
};

const NPM_ITSELF = ['ci', 'install', 'pack', 'sbom'];

/** What is wrong with a line of shell; undefined where nothing is, or where it is none of ours. */
export function faultOf(line: string, isMention: boolean, checkout: Checkout): string | undefined {
  const words = shellWords(line);
  const [program, ...rest] = words[0] === 'npx' ? words.slice(1) : words;
  if (program === 'ballast') return misuseOf(checkout.program, rest, isMention);
  if (program === 'npm') return faultOfNpm(rest, isMention, checkout);
  const [file = ''] = rest;
  if (program === 'node' && /^[\w./-]+\/[\w.-]+\.[jt]s$/.test(file))
    return file === 'bin/ballast.js'
      ? misuseOf(checkout.program, rest.slice(1), isMention)
      : faultOfFile(file, rest.slice(1), checkout);
  if (program === 'mocha' && !isPlaceholder(file)) return missing([file], checkout.root);
  return undefined;
}

function faultOfNpm(words: readonly string[], isMention: boolean, checkout: Checkout): string | undefined {
  const [verb = '', ...rest] = words;
  if (NPM_ITSELF.includes(verb)) return undefined;
  const script = verb === 'run' ? (rest[0] ?? '') : verb;
  if (isPlaceholder(script)) return undefined;
  if (!Object.hasOwn(checkout.scripts, script)) return `package.json has no script ${script}`;
  const dashes = rest.indexOf('--');
  const given = dashes === -1 ? [] : rest.slice(dashes + 1);
  if (script === 'start') return misuseOf(checkout.program, ['devnet', ...given], isMention);
  if (script === 'test') return given[0]?.startsWith('-') ? undefined : missing(given, checkout.root);
  const entry = checkout.entryOf(script);
  return entry === undefined ? undefined : faultOfFile(entry, given, checkout);
}

const isThere = (path: string) => statSync(path, { throwIfNoEntry: false }) !== undefined;

function missing(paths: readonly string[], root: string): string | undefined {
  const lost = paths.find((path) => !isThere(join(root, path)) && globSync(path, { cwd: root }).length === 0);
  return lost === undefined ? undefined : `no file ${lost}`;
}

/** A script of ours: it is there, and it or a file that it imports names each flag among its options. */
function faultOfFile(file: string, words: readonly string[], { root }: Checkout): string | undefined {
  const path = join(root, file);
  if (!isThere(path)) return `no file ${file}`;
  const source = readFileSync(path, 'utf8');
  const imported = [...source.matchAll(/from '(\.[^']+)'/g)].map(([, name = '']) =>
    join(dirname(path), name),
  );
  const texts = [source, ...imported.filter(isThere).map((name) => readFileSync(name, 'utf8'))];
  const flags = words.flatMap((word) => /^\[?--([\w-]+)/.exec(word)?.[1] ?? []);
  const unknown = flags.find(
    (flag) =>
      !texts.some((text) => new RegExp(`(?:'${flag}'|(?<![\\w-])${flag}|--${flag})(?::|\\b)`).test(text)),
  );
  return unknown === undefined ? undefined : `${file} has no --${unknown}`;
}
