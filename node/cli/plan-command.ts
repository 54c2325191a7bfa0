import { devnetParameters } from '../devnet/options.ts';
import type { AddCommands } from './commands.ts';
import { wholeNumber, wholeNumberFrom } from './numbers.ts';
import { printResult } from './spending.ts';

/** The fewest updates among which `multi-krum` bears a liar. */
const KRUM_NODES = 5;

type Flags = {
  readonly name: string;
  readonly chain: string;
  readonly operators: number;
  readonly rounds: number;
  readonly seed: number;
  readonly bootstrap: readonly string[];
};

export const addPlanCommand: AddCommands = (program) => {
  program
    .command('plan')
    .description('print a plan for ballast deploy, to be looked through and changed before it is used')
    .option('--name <name>', 'name of the network', 'rehearsal')
    .option('--chain <id>', 'CAIP-2 id of the chain', 'eip155:31337')
    .option(
      '--operators <n>',
      'how many will register: fixes the aggregation rule',
      wholeNumberFrom(4, 40),
      4,
    )
    .option('--rounds <n>', 'rounds of the network', wholeNumberFrom(1, 10_000), 40)
    .option('--seed <n>', 'seed of the generated market', wholeNumber, 1)
    .option('--bootstrap <addresses...>', 'where nodes find each other, as ballast init prints it', [])
    .action((flags: Flags) => printResult(JSON.stringify(planOf(flags), null, 2), false));
};

function planOf({ name, chain, operators, rounds, seed, bootstrap }: Flags) {
  const everybody = { kind: 'generator', seed, venue: 0 };
  return {
    name,
    chain,
    bootstrap,
    parameters: devnetParameters({
      rounds,
      byzantine: 1,
      rule: operators < KRUM_NODES ? 'median' : 'multi-krum',
      privacy: 'record',
      gate: true,
      normCheck: true,
    }),
    fit: { publicFeed: everybody, publicMarket: everybody, rounds },
    registry: { minimumBond: '1000000000000000000', unbondingDelaySeconds: 604_800 },
    fee: {
      initial: '50000000000000000',
      limits: {
        min: '5000000000000000',
        max: '150000000000000000',
        stepUp: '2500000000000000',
        stepDown: '2500000000000000',
        budgetUp: '30000000000000000',
        budgetDown: '30000000000000000',
        cooldownSeconds: 3_600,
        windowSeconds: 604_800,
      },
    },
  };
}
