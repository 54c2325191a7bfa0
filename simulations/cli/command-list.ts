import type { CommandEntry, CommandExtension } from '../../node/cli/command-entry.ts';

/** Commands that lie on purpose, and the simulator. */
export const SIMULATION_COMMANDS: readonly (CommandEntry | CommandExtension)[] = [
  {
    name: 'simulate',
    summary: 'train a federation with liars in this process, without a network: what a rule is worth',
    task: 'Run:',
    load: async () => (await import('./simulate-command.ts')).defineSimulate,
  },
  {
    name: 'byzantine-node',
    summary: 'run one node that lies about its updates, in a devnet',
    load: async () => (await import('./byzantine-node-command.ts')).defineByzantineNode,
  },
  // A devnet starts its liars last: what they cannot do must be known before anything runs.
  { extends: 'devnet', load: async () => (await import('./own-update-attack.ts')).refuseImpossibleAttacks },
];
