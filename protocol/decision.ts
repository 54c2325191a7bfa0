import type { Digest } from './digest.ts';
import type { Outcome } from './round-entry.ts';

/** What a commit vote signs for the chain to verify. Counters are safe integers. */
export type RoundDecision = {
  readonly network: Digest;
  readonly epoch: number;
  readonly round: number;
  readonly view: number;
  readonly outcome: Outcome;
  readonly version: number;
  readonly modelDigest: Digest;
  readonly entryDigest: Digest;
};
