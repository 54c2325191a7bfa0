import { type Address, zeroAddress } from 'viem';
import { lowerCaseAddress } from './words.ts';

/** How a breaker observes; its contract's `Settings`. Times in seconds. */
export type BreakerSettings = {
  /** Least time between two observations. */
  readonly interval: number;
  /** Time without an observation after which earlier votes count no more. */
  readonly timeToLive: number;
  /** Number of last observations that are counted, 3 to 32. */
  readonly window: number;
  /** Failed observations among them that trip. */
  readonly failureVotes: number;
  /** A level is held while a metric is above this share of its threshold, 50 to 95. */
  readonly holdPercent: number;
  /** Least time of calm before the severity falls. */
  readonly dwell: number;
  readonly rateWindow: number;
  /** Decisions in a rate window; more trip. */
  readonly maxWrites: number;
  readonly tripsOnDispute: boolean;
};

/** Where a level of severity begins, inclusive; basis points, but for `collateralHealth` (0 to 100, at most this). */
export type SeverityLevel = {
  readonly pegDeviation: number;
  readonly collateralHealth: number;
  readonly liquidations: number;
  readonly volatility: number;
  /** Observations in the window that raise the severity to this level. */
  readonly votes: number;
};

export type SeverityLevels = readonly [SeverityLevel, SeverityLevel, SeverityLevel, SeverityLevel];

/** Three of the last five observations, five minutes apart, trip; an hour of calm lowers the severity. */
export const DEFAULT_BREAKER_SETTINGS: BreakerSettings = {
  interval: 300,
  timeToLive: 3600,
  window: 5,
  failureVotes: 3,
  holdPercent: 80,
  dwell: 3600,
  rateWindow: 86_400,
  maxWrites: 64,
  tripsOnDispute: true,
};

/** Elevated, high, severe, critical. */
export const DEFAULT_SEVERITY_LEVELS: SeverityLevels = [
  { pegDeviation: 25, collateralHealth: 80, liquidations: 200, volatility: 150, votes: 3 },
  { pegDeviation: 50, collateralHealth: 70, liquidations: 500, volatility: 200, votes: 3 },
  { pegDeviation: 100, collateralHealth: 60, liquidations: 1000, volatility: 250, votes: 3 },
  { pegDeviation: 200, collateralHealth: 50, liquidations: 1500, volatility: 300, votes: 3 },
];

/** Between asking for a resumption and carrying it out. */
export const DEFAULT_RESUME_DELAY_SECONDS = 172_800;

/** Urgency of a severity, 0 to 4: routine, watch, urgent, emergency, emergency. */
export const URGENCY_OF_SEVERITY: readonly number[] = [0, 1, 2, 3, 3];

export type BreakerOptions = {
  /** A timelock. */
  readonly governance: string;
  /** Of peg and volatility. */
  readonly oracle: string;
  /** The decision log. */
  readonly log: string;
  /** Implements `ICollateralHealth`; none unless given. */
  readonly health?: string;
  /** Implements `IModelDisputes`; none unless given. */
  readonly models?: string;
  /** Who may halt from the start; at most 16. */
  readonly guardians: readonly string[];
  /** 60 s to 30 days; {@link DEFAULT_RESUME_DELAY_SECONDS} unless given. Fixed for ever. */
  readonly resumeDelaySeconds?: number;
  readonly settings?: BreakerSettings;
  readonly levels?: SeverityLevels;
};

type Sources = {
  readonly oracle: Address;
  readonly health: Address;
  readonly log: Address;
  readonly models: Address;
};

/** What the constructor of `CircuitBreaker` takes. */
export function breakerArguments(
  options: BreakerOptions,
): readonly [Address, Sources, bigint, readonly Address[], BreakerSettings, SeverityLevels] {
  const sources = {
    oracle: lowerCaseAddress(options.oracle),
    health: lowerCaseAddress(options.health ?? zeroAddress),
    log: lowerCaseAddress(options.log),
    models: lowerCaseAddress(options.models ?? zeroAddress),
  };
  return [
    lowerCaseAddress(options.governance),
    sources,
    BigInt(options.resumeDelaySeconds ?? DEFAULT_RESUME_DELAY_SECONDS),
    options.guardians.map(lowerCaseAddress),
    options.settings ?? DEFAULT_BREAKER_SETTINGS,
    options.levels ?? DEFAULT_SEVERITY_LEVELS,
  ];
}
