import { z } from 'zod';
import {
  DEFAULT_GOVERNANCE,
  DEFAULT_RESUME_DELAY_SECONDS,
  type PriceFeedPair,
  STABILITY_FEE,
  type SuiteOptions,
  WAD_PER_YEAR,
} from '../../contracts/client/index.ts';
import { bigCount, count } from '../../protocol/schema.ts';

/** Too low a fee harms the peg, too high a fee harms borrowers. */
const FEE_KIND = { risk: 'both', haltClass: 0 } as const;
/** Seconds that what widens limits waits after the timelock. */
const DEFAULT_BRIDGE_DELAY = 172_800;

const address = z.string().regex(/^0x[0-9a-fA-F]{40}$/, 'expected an address (0x and 40 hexadecimal digits)');
const feed = z.strictObject({ aggregator: address, heartbeat: count, decimals: count });
const pair = z.strictObject({ primary: feed, secondary: feed.optional(), maxDeviation: count.optional() });

/** What a deployment plan says of the contracts. Wei and wad as decimal strings, times in seconds. */
export const suitePlan = {
  registry: z.strictObject({ minimumBond: bigCount, unbondingDelaySeconds: count }),
  governance: z.strictObject({
    /** The first identities of the electorate. */
    identities: z.array(address).min(4, 'expected at least 4 identities').max(50),
    timelockDelay: count.optional(),
    votingDelay: count.optional(),
    votingPeriod: count.min(1).optional(),
    bond: bigCount.optional(),
    credits: count.min(1).optional(),
    season: count.min(1).optional(),
    /** What widens limits waits so long after the timelock. */
    bridgeDelay: count.optional(),
    /** May narrow limits at once, until the Unix second. */
    council: z.strictObject({ address, until: count }).optional(),
  }),
  /** Seconds in which a version may be disputed before decisions rest on it, and what a dispute takes. */
  disputes: z.strictObject({ window: count, bond: bigCount }).optional(),
  breaker: z.strictObject({
    guardians: z.array(address).min(1, 'expected at least 1 guardian').max(16),
    resumeDelay: count.optional(),
  }),
  /** The coin's price: feeds of the chain, or one that an account writes by hand, for rehearsals. */
  peg: z.union([
    z.strictObject({
      coin: pair,
      target: pair.optional(),
      sequencer: z.strictObject({ aggregator: address, grace: count }).optional(),
    }),
    z.strictObject({ hand: z.strictObject({ owner: address, answer: bigCount }) }),
  ]),
  /** Wad a year. */
  fee: z.strictObject({
    initial: bigCount,
    limits: z.strictObject({
      min: bigCount,
      max: bigCount,
      stepUp: bigCount,
      stepDown: bigCount,
      budgetUp: bigCount,
      budgetDown: bigCount,
      cooldownSeconds: count,
      windowSeconds: count,
    }),
    /** The contract that is told of every change; none where left out: the registry holds it and protocols read it. */
    consumer: address.optional(),
  }),
} as const;

const schema = z.object(suitePlan);
type SuitePlan = z.infer<typeof schema>;

/** The contracts that a plan asks for. */
export function suiteOf({ registry, governance, disputes, breaker, peg, fee }: SuitePlan): SuiteOptions {
  const { bridgeDelay = DEFAULT_BRIDGE_DELAY, council, bond, identities, ...numbers } = governance;
  return {
    registry: {
      minimumBond: BigInt(registry.minimumBond),
      unbondingDelay: registry.unbondingDelaySeconds,
    },
    governance: {
      ...DEFAULT_GOVERNANCE,
      ...given(numbers),
      identities,
      ...(bond === undefined ? {} : { bond: BigInt(bond) }),
    },
    ...(disputes === undefined ? {} : { disputes: { window: disputes.window, bond: BigInt(disputes.bond) } }),
    bridge: { delay: bridgeDelay, ...(council === undefined ? {} : { council }) },
    breaker: {
      guardians: breaker.guardians,
      resumeDelaySeconds: breaker.resumeDelay ?? DEFAULT_RESUME_DELAY_SECONDS,
    },
    peg: pegOf(peg),
    parameters: [
      {
        parameter: STABILITY_FEE,
        unit: WAD_PER_YEAR,
        value: BigInt(fee.initial),
        limits: limitsOf(fee),
        ...(fee.consumer === undefined ? {} : { consumer: fee.consumer }),
      },
    ],
  };
}

function pegOf(peg: SuitePlan['peg']): SuiteOptions['peg'] {
  if ('hand' in peg) return { hand: { owner: peg.hand.owner, answer: BigInt(peg.hand.answer) } };
  const { coin, target, sequencer } = peg;
  return {
    coin: pairOf(coin),
    ...(target === undefined ? {} : { target: pairOf(target) }),
    ...(sequencer === undefined ? {} : { sequencer }),
  };
}

const pairOf = ({ primary, secondary, maxDeviation }: z.infer<typeof pair>): PriceFeedPair => ({
  primary,
  ...(secondary === undefined ? {} : { secondary }),
  ...(maxDeviation === undefined ? {} : { maxDeviation }),
});

function limitsOf({ limits, consumer }: SuitePlan['fee']) {
  const { cooldownSeconds, windowSeconds, min, max, stepUp, stepDown, budgetUp, budgetDown } = limits;
  return {
    min: BigInt(min),
    max: BigInt(max),
    stepUp: BigInt(stepUp),
    stepDown: BigInt(stepDown),
    budgetUp: BigInt(budgetUp),
    budgetDown: BigInt(budgetDown),
    cooldownSeconds,
    windowSeconds,
    ...FEE_KIND,
    isWired: consumer !== undefined,
  };
}

type Given<T> = { readonly [Key in keyof T]?: Exclude<T[Key], undefined> };

/** Without the fields that are left out. */
function given<T extends object>(fields: T): Given<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, field]) => field !== undefined)) as Given<T>;
}
