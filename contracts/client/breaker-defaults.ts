/**
 * How a circuit breaker begins, in the terms of `breaker/Settings.sol` and `breaker/Severity.sol`; docs/breaker.md gives
 * the reasons.
 */
export const BREAKER_SETTINGS = {
  interval: 300,
  timeToLive: 3_600,
  window: 5,
  failureVotes: 3,
  holdPercent: 80,
  dwell: 3_600,
  rateWindow: 86_400,
  maxWrites: 64,
  tripsOnDispute: true,
} as const;

/** Where the levels 1 to 4 begin: basis points, percent, basis points, basis points, votes. */
export const BREAKER_LEVELS = [
  { pegDeviation: 25, collateralHealth: 80, liquidations: 200, volatility: 150, votes: 3 },
  { pegDeviation: 50, collateralHealth: 70, liquidations: 500, volatility: 200, votes: 3 },
  { pegDeviation: 100, collateralHealth: 60, liquidations: 1_000, volatility: 250, votes: 3 },
  { pegDeviation: 200, collateralHealth: 50, liquidations: 1_500, volatility: 300, votes: 3 },
] as const;

/** Seconds from governance's request to resume until it may be carried out. */
export const BREAKER_RESUME_DELAY = 172_800n;
