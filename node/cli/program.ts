import { Command } from 'commander';
import type { CommandEntry, CommandExtension } from './command-entry.ts';
import { NODE_COMMANDS } from './command-list.ts';
import { explainError } from './errors.ts';
import { takePassphrases } from './passphrases.ts';
import { packageOf } from './version.ts';

/** The command that tells of all others. */
const WHOLE = 'completion';

/**
 * The `ballast` command. Only the code of the command that was asked for is loaded: all of it takes a second.
 *
 * @param entry the file it was started by, with which it starts processes of its own.
 * @param more commands of another layer, and what it adds to those of this one.
 * @returns the exit code.
 */
export async function runCommandLine(
  argv: readonly string[],
  entry: string,
  more: readonly (CommandEntry | CommandExtension)[] = [],
): Promise<number> {
  takePassphrases();
  const asked = askedFor(argv);
  const known = [...NODE_COMMANDS, ...more].some((item) => 'name' in item && item.name === asked)
    ? asked
    : undefined;
  const program = new Command('ballast')
    .description('A federated-learning network of stability nodes')
    .version(packageOf().version, '-V, --version', 'print the version')
    .showSuggestionAfterError(true)
    .configureOutput({
      outputError: (text, write) => write(`${explainUsage(text, known)}\n`),
    })
    .exitOverride();
  try {
    for (const item of [...NODE_COMMANDS, ...more]) {
      const name = 'extends' in item ? item.extends : item.name;
      const command = 'extends' in item ? commandOf(program, name) : listed(program, item);
      if (name === asked || asked === WHOLE) (await item.load())(command, entry);
    }
    await program.parseAsync([...argv], { from: 'user' });
    return takeExitCode();
  } catch (error) {
    const { lines, exitCode } = explainError(error);
    for (const line of lines) process.stderr.write(`${line}\n`);
    return exitCode;
  }
}

/** One line, with commander's suggestion on it, or where to read on. */
function explainUsage(text: string, asked: string | undefined): string {
  const line = text
    .trim()
    .replace(/^error: /, 'ballast: ')
    .replaceAll(/\s*\n\s*/g, ' ');
  return /\(Did you mean/.test(line)
    ? line
    : `${line} (ballast ${asked === undefined ? '' : `${asked} `}--help says more)`;
}

/** What the command has set, for this run alone: a process may run several. */
function takeExitCode(): number {
  const code = Number(process.exitCode ?? 0);
  process.exitCode = undefined;
  return code;
}

/** The first word that is no flag, or what `help` is asked about. */
function askedFor(argv: readonly string[]): string | undefined {
  const [first, second] = argv.filter((word) => !word.startsWith('-'));
  return first === 'help' ? second : first;
}

function listed(program: Command, { name, summary, task }: CommandEntry): Command {
  const command = program.command(name, { hidden: task === undefined }).description(summary);
  return task === undefined ? command : command.helpGroup(task);
}

function commandOf(program: Command, name: string): Command {
  const found = program.commands.find((command) => command.name() === name);
  if (found === undefined) throw new Error(`no command ${name} to extend`);
  return found;
}
