import type { DefineCommand } from '../../node/cli/command-entry.ts';
import { runNode } from '../../node/cli/run-node.ts';
import { attackNames } from '../attacks/index.ts';
import { ownUpdateAttack } from './own-update-attack.ts';

export const defineByzantineNode: DefineCommand = (command) => {
  command
    .requiredOption('--config <file>', 'the node’s configuration')
    .requiredOption('--attack <name>', `what it does: ${attackNames.join(', ')}`)
    .option('--boost <x>', 'how much louder it is than it should be', Number)
    .option('--json', 'print every event as a line of JSON; end when standard input ends', false)
    .action(async ({ config, json, attack, boost }: Flags) =>
      runNode({ config, json, revise: ownUpdateAttack(attack, boost === undefined ? {} : { boost }) }),
    );
};

type Flags = {
  readonly config: string;
  readonly json: boolean;
  readonly attack: string;
  readonly boost?: number;
};
