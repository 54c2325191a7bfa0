import { parseEther } from 'viem';
import {
  DEFAULT_BREAKER_SETTINGS,
  DEFAULT_ORACLE_SETTINGS,
  devAccount,
  referenceParameters,
  STABILITY_FEE,
  type SuiteOptions,
} from '../../contracts/client/index.ts';
import { wadFromBps } from '../../protocol/units.ts';

/** Who is who in a devnet, by number of the chain's own accounts. */
const PLACES = { deployer: 0, keeper: 1, guardian: 2, council: 3, identities: [4, 5, 6, 7] } as const;

/** The accounts that play a devnet's people; the deployer has no power once the network is active. */
export const devnetPeople = () => ({
  deployer: devAccount(PLACES.deployer),
  /** Writes the feeds, adds the core's collateral and owns a vault. */
  keeper: devAccount(PLACES.keeper),
  guardian: devAccount(PLACES.guardian),
  council: devAccount(PLACES.council),
  identities: PLACES.identities.map((place) => devAccount(place)),
});

/** The core's one collateral. */
export const COLLATERAL = 'ETH';
/** The bond that operators post. */
const BOND = parseEther('1');
const MANDATE_SECONDS = 86_400;

/** A decision every few seconds is no flood where a round takes as long. */
const OBSERVING = {
  ...DEFAULT_BREAKER_SETTINGS,
  interval: 10,
  timeToLive: 300,
  dwell: 60,
  rateWindow: 60,
} as const;

/** The fee that the devnet's coin starts with, and what governance lets models do to it. */
export const FEE = {
  initial: wadFromBps(500n),
  limits: {
    min: wadFromBps(50n),
    max: wadFromBps(1_500n),
    stepUp: wadFromBps(25n),
    stepDown: wadFromBps(25n),
    // A round of a devnet takes seconds: a week's budget goes with half an hour of it.
    budgetUp: wadFromBps(300n),
    budgetDown: wadFromBps(300n),
    cooldownSeconds: 3,
    windowSeconds: 1_800,
    risk: 'both',
    haltClass: 0,
    isWired: true,
  },
} as const;

/** Time for people to vote at a keyboard. */
export const DEFAULT_VOTING_SECONDS = 30;

/**
 * The contracts of a devnet: all of them, with waits of seconds where a network has days.
 *
 * @param now Unix seconds of the chain.
 * @param votingPeriod seconds; {@link DEFAULT_VOTING_SECONDS} unless given.
 */
export function devnetSuite(now: number, votingPeriod = DEFAULT_VOTING_SECONDS): SuiteOptions {
  const { keeper, guardian, council, identities } = devnetPeople();
  return {
    registry: { minimumBond: BOND, unbondingDelay: 3_600 },
    governance: {
      identities: identities.map(({ address }) => address),
      timelockDelay: 2,
      votingDelay: 1,
      votingPeriod,
      bond: parseEther('1'),
      credits: 100,
      season: 86_400,
    },
    bridge: { delay: 2, council: { address: council.address, until: now + MANDATE_SECONDS } },
    breaker: { guardians: [guardian.address], resumeDelaySeconds: 60, settings: OBSERVING },
    oracle: { ...DEFAULT_ORACLE_SETTINGS, interval: 15 },
    peg: { hand: { owner: keeper.address, answer: 100_000_000n } },
    parameters: referenceParameters('reference-core', [COLLATERAL]).map((configuration) =>
      configuration.parameter === STABILITY_FEE
        ? { ...configuration, value: FEE.initial, limits: FEE.limits }
        : configuration,
    ),
    reference: {
      governance: keeper.address,
      feedOwner: keeper.address,
      collaterals: [{ name: COLLATERAL, decimals: 18, price: 200_000_000_000n }],
    },
  };
}
