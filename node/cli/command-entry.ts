import type { Command } from 'commander';

/** Gives a command, whose name and summary it has already, its options and what it does. */
export type DefineCommand = (command: Command, entry: string) => void;

/** A command by what `ballast --help` says of it; its code is loaded when it is asked for. */
export type CommandEntry = {
  readonly name: string;
  readonly summary: string;
  /** The task under which the help lists it; hidden without one. */
  readonly task?: string;
  readonly load: () => Promise<DefineCommand>;
};

/** What another layer adds to a command of this list. */
export type CommandExtension = { readonly extends: string; readonly load: () => Promise<DefineCommand> };
