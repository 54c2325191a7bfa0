import type { BreakerOptions } from './breaker-settings.ts';
import type { HandFeed } from './hand-feed.ts';
import type { ParameterConfiguration } from './reference-parameters.ts';
import type { CoreOptions } from './reference-steps.ts';
import type { OracleSettings, PegSource } from './stability-oracle.ts';

/** Who decides, and how long it takes. Times in seconds, coin in wei. */
export type GovernanceOptions = {
  /** The first identities, at least four, each of one person or body. */
  readonly identities: readonly string[];
  readonly timelockDelay: number;
  readonly votingDelay: number;
  readonly votingPeriod: number;
  /** Held for a proposal until it has met its quorum. */
  readonly bond: bigint;
  /** Voice credits of an identity in a season; v votes cost v². */
  readonly credits: number;
  readonly season: number;
};

/** The numbers that a network has unless its plan says otherwise. */
export const DEFAULT_GOVERNANCE: Omit<GovernanceOptions, 'identities'> = {
  timelockDelay: 172_800,
  votingDelay: 86_400,
  votingPeriod: 604_800,
  bond: 1_000n * 10n ** 18n,
  credits: 100,
  season: 2_592_000,
};

export type SuiteOptions = {
  readonly registry: { readonly minimumBond: bigint; readonly unbondingDelay: number };
  readonly governance: GovernanceOptions;
  /** Seconds in which a published version may be disputed before decisions rest on it, and the wei that takes; none unless given. */
  readonly disputes?: { readonly window: number; readonly bond: bigint };
  readonly bridge: {
    /** Seconds that what widens limits waits after the timelock. */
    readonly delay: number;
    /** May narrow limits at once and cancel what is queued, until the Unix second; nobody unless given. */
    readonly council?: { readonly address: string; readonly until: number };
  };
  readonly breaker: Pick<BreakerOptions, 'guardians' | 'resumeDelaySeconds' | 'settings' | 'levels'>;
  /** Where the coin's price comes from. */
  readonly peg: PegSource | { readonly hand: HandFeed };
  readonly oracle?: OracleSettings;
  /** Those that are there from the start. The consumer `reference-core` is the one that comes with the suite. */
  readonly parameters: readonly ParameterConfiguration[];
  /** A small stablecoin core beside it; none unless given. */
  readonly reference?: CoreOptions;
};
