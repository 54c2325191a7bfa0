import type { Backoff } from './backoff.ts';

/** Times of a node that watches itself. */
export type NodeTuning = {
  readonly storeBackoff: Backoff;
  readonly portBackoff: Backoff;
  readonly chainPollMs: number;
  readonly stalledAfterMs: number;
  readonly peersPollMs: number;
  /** Connections come one by one, and go and come again: too few of them for less than this are no fault. */
  readonly peersGraceMs: number;
};

/** The times of a node outside tests. */
export const TUNING: NodeTuning = {
  storeBackoff: { firstMs: 500, mostMs: 30_000 },
  portBackoff: { firstMs: 1_000, mostMs: 30_000 },
  chainPollMs: 400,
  stalledAfterMs: 60_000,
  peersPollMs: 2_000,
  peersGraceMs: 6_000,
};
