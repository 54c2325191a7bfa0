import { devAccount } from '../../contracts/client/index.ts';
import { UsageError } from '../../protocol/errors.ts';
import { devnetParameters } from '../devnet/options.ts';
import type { DefineCommand } from './command-entry.ts';
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
  readonly identity?: readonly string[];
  readonly guardian?: readonly string[];
};

/** The chain whose funded accounts everybody knows. */
const LOCAL_CHAIN = 'eip155:31337';

export const definePlan: DefineCommand = (command) => {
  command
    .option('--name <name>', 'name of the network', 'rehearsal')
    .option('--chain <id>', 'CAIP-2 id of the chain', LOCAL_CHAIN)
    .option(
      '--operators <n>',
      'how many will register: fixes the aggregation rule',
      wholeNumberFrom(4, 40),
      4,
    )
    .option('--rounds <n>', 'rounds of the network', wholeNumberFrom(1, 10_000), 40)
    .option('--seed <n>', 'seed of the generated market', wholeNumber, 1)
    .option(
      '--identity <addresses...>',
      'who may vote on proposals: four at least; on a local chain its own accounts',
    )
    .option('--guardian <addresses...>', 'who may halt at once; on a local chain one of its accounts')
    .option('--bootstrap <addresses...>', 'where nodes find each other, as ballast init prints it', [])
    .action((flags: Flags) => printResult(JSON.stringify(planOf(flags), null, 2), false));
};

function planOf({ name, chain, operators, rounds, seed, bootstrap, ...people }: Flags) {
  const identities = people.identity ?? localAccounts(chain, '--identity', [4, 5, 6, 7]);
  const guardians = people.guardian ?? localAccounts(chain, '--guardian', [2]);
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
    governance: { identities },
    breaker: { guardians },
    // A feed of the chain takes this place before there is money.
    peg: { hand: { owner: guardians[0], answer: '100000000' } },
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

/** @throws UsageError `PLAN_PEOPLE` where no account is known to be anybody's. */
function localAccounts(chain: string, flag: string, places: readonly number[]): string[] {
  if (chain === LOCAL_CHAIN) return places.map((place) => devAccount(place).address.toLowerCase());
  throw new UsageError('PLAN_PEOPLE', `${flag}: got nothing, expected ${places.length} addresses or more`, {
    hint: `only on ${LOCAL_CHAIN} there are accounts to take`,
  });
}
