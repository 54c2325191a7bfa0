import { Argument, type Command } from 'commander';
import type { DefineCommand } from './command-entry.ts';
import { bashCompletion } from './completion/bash.ts';
import { fishCompletion } from './completion/fish.ts';
import { type CompletionNode, completionTree } from './completion/tree.ts';
import { zshCompletion } from './completion/zsh.ts';

const SHELLS: Readonly<Record<string, (nodes: readonly CompletionNode[]) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

export const defineCompletion: DefineCommand = (command) => {
  command
    .addArgument(new Argument('<shell>', 'whose completion to print').choices(Object.keys(SHELLS)))
    .addHelpText(
      'after',
      `
bash  echo 'source <(ballast completion bash)' >> ~/.bashrc
zsh   echo 'source <(ballast completion zsh)' >> ~/.zshrc      after compinit
fish  ballast completion fish > ~/.config/fish/completions/ballast.fish`,
    )
    .action((shell: string, _flags: object, self: Command) => {
      const program = self.parent;
      if (program !== null) process.stdout.write(SHELLS[shell]?.(completionTree(program)) ?? '');
    });
};
