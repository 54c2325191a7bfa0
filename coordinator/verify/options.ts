import type { Digest } from '../../protocol/digest.ts';
import type { NetworkParameters } from '../../protocol/network.ts';
import type { KeyValueStore } from '../../protocol/store.ts';
import type { Certificate, CommitVerifier } from '../certificate.ts';
import type { Committee } from '../committee.ts';
import type { Head } from '../entry.ts';
import type { RoundAggregator } from '../round-aggregator.ts';
import type { Mismatch } from './findings.ts';

/**
 * What is taken on trust: nothing but genesis, so that every vote is verified; or the newest checkpoint, so that the
 * rounds up to it are held against the record digest that it signs, and everything after it is verified.
 */
export type Trust = 'genesis' | 'checkpoint';

export type VerifyOptions = {
  readonly network: Digest;
  readonly parameters: NetworkParameters;
  /** Number of weights. */
  readonly size: number;
  readonly genesis: Head;
  readonly genesisWeights: Float64Array;
  readonly trust: Trust;
  /** Goes on after the first mismatch. False unless given. */
  readonly all?: boolean;
};

export type VerifyCollaborators = {
  /** What a participant wrote; it is only read. */
  readonly store: KeyValueStore;
  readonly commitScheme: CommitVerifier;
  readonly aggregator: RoundAggregator;
  /** The committee of an epoch as the chain has it; undefined where only the log's own word is there. */
  readonly committeeOf?: (epoch: number) => Promise<Committee | undefined>;
  /** Told of each round whose certificate stands, with the head before it. */
  readonly onRound?: (certificate: Certificate, before: Head) => void;
};

/** How many rounds each kind of check covered. */
export type Coverage = {
  /** Rounds in the log. */
  readonly rounds: number;
  /** Rounds whose votes were verified one by one. */
  readonly votes: number;
  /** Rounds whose entry was rebuilt from the signed headers and reports. */
  readonly transcripts: number;
  /** Rounds whose candidate was computed anew from the bodies. */
  readonly bodies: number;
  /** The round of the checkpoint that was trusted; 0 for genesis. */
  readonly trusted: number;
};

export type Verification = {
  /** In the order of rounds; empty for a log that holds. */
  readonly mismatches: readonly Mismatch[];
  /** The last round that was reached. */
  readonly head: Head;
  readonly coverage: Coverage;
  /** Who decided, by ascending epoch. */
  readonly committees: readonly LoggedCommittee[];
};

/** A committee of the log. */
export type LoggedCommittee = {
  readonly committee: Committee;
  /** The first round in which the verification met it. */
  readonly round: number;
};
