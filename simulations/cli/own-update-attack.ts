import { randomBytes } from 'node:crypto';
import type { DefineCommand } from '../../node/cli/command-entry.ts';
import { UsageError } from '../../protocol/errors.ts';
import { type AttackOptions, attackEntry, createAttack } from '../attacks/index.ts';

/** Before a devnet begins, refuses what its liars cannot do. */
export const refuseImpossibleAttacks: DefineCommand = (devnet) => {
  devnet.hook('preAction', (command) => {
    const { attack, boost } = command.opts<{ readonly attack: string; readonly boost?: number }>();
    ownUpdateAttack(attack, boost === undefined ? {} : { boost });
  });
};

/** @throws UsageError `ATTACK_UNKNOWN`, or `ATTACK_NEEDS` for one that takes more than the liar's own update. */
export function ownUpdateAttack(name: string, options: AttackOptions): (own: Float64Array) => Float64Array {
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
