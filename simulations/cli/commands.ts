import { randomBytes } from 'node:crypto';
import type { AddCommands } from '../../node/cli/commands.ts';
import { runNode } from '../../node/cli/run-node.ts';
import { UsageError } from '../../protocol/errors.ts';
import { type AttackOptions, attackEntry, attackNames, createAttack } from '../attacks/index.ts';
import { addSimulateCommand } from './simulate-command.ts';

/** Commands that lie on purpose. */
export const addSimulationCommands: AddCommands = (program, entry) => {
  addSimulateCommand(program, entry);
  program
    .command('byzantine-node', { hidden: true })
    .description('run one node that lies about its updates, in a devnet')
    .requiredOption('--config <file>', 'the node’s configuration')
    .requiredOption('--attack <name>', `what it does: ${attackNames.join(', ')}`)
    .option('--boost <x>', 'how much louder it is than it should be', Number)
    .option('--json', 'print every event as a line of JSON; end when standard input ends', false)
    .action(async ({ config, json, attack, boost }: ByzantineFlags) =>
      runNode({ config, json, revise: ownUpdateAttack(attack, boost === undefined ? {} : { boost }) }),
    );
  // A devnet starts its liars last: what they cannot do must be known before anything runs.
  program.commands
    .find((command) => command.name() === 'devnet')
    ?.hook('preAction', (command) => {
      const { attack, boost } = command.opts<DevnetAttackFlags>();
      ownUpdateAttack(attack, boost === undefined ? {} : { boost });
    });
};

type DevnetAttackFlags = { readonly attack: string; readonly boost?: number };

type ByzantineFlags = {
  readonly config: string;
  readonly json: boolean;
  readonly attack: string;
  readonly boost?: number;
};

/** @throws UsageError `ATTACK_UNKNOWN`, or `ATTACK_NEEDS` for one that takes more than the liar's own update. */
function ownUpdateAttack(name: string, options: AttackOptions): (own: Float64Array) => Float64Array {
  const { needs } = attackEntry(name);
  if (needs === 'honest') {
    throw new UsageError(
      'ATTACK_NEEDS',
      `--attack: got ${name}, expected one that needs no other node's update`,
      {
        hint: 'bodies are served only after the seal, so a node on a network cannot fit its update to the others',
      },
    );
  }
  if (needs === 'training') {
    throw new UsageError('ATTACK_NEEDS', `--attack: got ${name}, expected one made of an update alone`, {
      hint: 'it changes what a node trains on or claims; run it with ballast simulate',
    });
  }
  const attack = createAttack(name, options);
  return (own) => attack.craft({ own, random: (length) => Uint8Array.from(randomBytes(length)) });
}
