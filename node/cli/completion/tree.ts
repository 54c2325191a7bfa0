import type { Command } from 'commander';

/** What can be typed after a command, and what can be typed after that. */
export type CompletionNode = {
  /** Of the words that lead here: '' for the program, such as /privacy/export. */
  readonly route: string;
  readonly commands: readonly { readonly name: string; readonly summary: string }[];
  readonly options: readonly CompletionOption[];
};

export type CompletionOption = {
  /** Such as --folder. */
  readonly long: string;
  readonly summary: string;
  readonly takesValue: boolean;
  /** Values to choose from; none where any will do. */
  readonly choices: readonly string[];
};

/** The program and each of its commands, which must have been given their options. */
export function completionTree(command: Command, route = ''): readonly CompletionNode[] {
  const help = command.createHelp();
  const commands = help.visibleCommands(command);
  const options = [...help.visibleOptions(command), ...inherited(command)].flatMap(
    ({ long, description, required, optional, argChoices }): CompletionOption[] =>
      long === undefined || long === null
        ? []
        : [
            {
              long,
              summary: oneLine(description),
              takesValue: required || optional,
              choices: argChoices ?? [],
            },
          ],
  );
  const unique = [...new Map(options.map((option) => [option.long, option])).values()];
  return [
    {
      route,
      commands: commands.map((each) => ({ name: each.name(), summary: oneLine(each.description()) })),
      options: unique,
    },
    ...commands
      .filter((each) => each.name() !== 'help')
      .flatMap((each) => completionTree(each, `${route}/${each.name()}`)),
  ];
}

/** A subcommand takes its command's options too; the program's own stand before the command alone. */
function inherited(command: Command): readonly Command['options'][number][] {
  const { parent } = command;
  return parent === null || parent.parent === null ? [] : [...parent.options, ...inherited(parent)];
}

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();
