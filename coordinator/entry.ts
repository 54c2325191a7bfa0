import type { RoundDecision } from '../protocol/decision.ts';
import { type Digest, digestOf } from '../protocol/digest.ts';
import type { Encodable } from '../protocol/encoding.ts';
import type { PrivacyStatement, RoundEntry } from '../protocol/messages.ts';

import { rejectionReason, restoreReason } from './rejection.ts';

import { EMPTY_STANDING } from './standing.ts';

export type { RoundDecision };

/** Where a log stands: enough to link the next entry and to train the next round. */
export type Head = {
  readonly round: number;
  readonly entry: Digest;
  readonly version: number;
  readonly modelDigest: Digest;
  /** Of the aggregation's state that belongs to the version. */
  readonly stateDigest: Digest;
  /** Of the table of every node's standing. */
  readonly standing: Digest;
  /** Height of the block whose randomness is the next round's beacon. */
  readonly nextBeaconHeight: number;
  /** Number of the last request to restore a version that a round has dealt with; absent before the first. */
  readonly restores?: number;
};

/** The log's root: an entry that nobody voted on, fixed by the network document. */
export function genesisHead(
  network: Digest,
  modelDigest: Digest,
  beaconHeight: number,
  stateDigest: Digest,
): Head {
  return {
    round: 0,
    entry: digestOf('ballast/genesis/2', { network, modelDigest, stateDigest }),
    version: 0,
    modelDigest,
    stateDigest,
    standing: EMPTY_STANDING,
    nextBeaconHeight: beaconHeight,
  };
}

/** Entries are never changed, and asked for their digest at every step. */
const digests = new WeakMap<RoundEntry, Digest>();

export function entryDigest(entry: RoundEntry): Digest {
  const known = digests.get(entry);
  if (known !== undefined) return known;
  const digest = digestOf('ballast/entry/3', entry as Encodable);
  digests.set(entry, digest);
  return digest;
}

export function headAfter(entry: RoundEntry): Head {
  return {
    round: entry.round,
    entry: entryDigest(entry),
    version: entry.version,
    modelDigest: entry.modelDigest,
    stateDigest: entry.stateDigest,
    standing: entry.standing,
    nextBeaconHeight: entry.nextBeaconHeight,
    ...(entry.restore === undefined ? {} : { restores: entry.restore.nonce }),
  };
}

/**
 * The same round with another outcome: only an accepted candidate becomes the next version, and its state the
 * version's. An aborted round has no candidate, so it has no other outcome.
 *
 * @param worse pairs of head and collateral that the reason of a rejection names.
 */
export function withOutcome(
  entry: RoundEntry,
  outcome: 'accepted' | 'rejected',
  worse: readonly string[] = [],
): RoundEntry {
  const accepted = outcome === 'accepted';
  return {
    ...entry,
    outcome,
    reason: reasonOf(entry, outcome, worse),
    version: accepted ? entry.baseVersion + 1 : entry.baseVersion,
    modelDigest: accepted ? entry.candidateDigest : entry.baseDigest,
    stateDigest: accepted ? entry.candidateState : entry.baseState,
  };
}

function reasonOf(
  { restore }: RoundEntry,
  outcome: 'accepted' | 'rejected',
  worse: readonly string[],
): string {
  if (restore?.version != null) return restoreReason(restore.version, outcome);
  return outcome === 'accepted' ? '' : rejectionReason(worse);
}

const decisions = new WeakMap<RoundEntry, RoundDecision>();

/** What is signed for an entry in a view: the same object while it is asked for with the same, and never changed. */
export function decisionOf(network: Digest, entry: RoundEntry, view: number): RoundDecision {
  const known = decisions.get(entry);
  if (known !== undefined && known.view === view && known.network === network) return known;
  const decision: RoundDecision = {
    network,
    epoch: entry.epoch,
    round: entry.round,
    view,
    outcome: entry.outcome,
    version: entry.version,
    modelDigest: entry.modelDigest,
    entryDigest: entryDigest(entry),
  };
  decisions.set(entry, decision);
  return decision;
}

/** The statement of a version: the largest ε among its contributors; no guarantee where one gives none. */
export function combinedPrivacy(
  statements: readonly PrivacyStatement[],
  agreed: Pick<PrivacyStatement, 'unit' | 'relation' | 'delta'>,
): PrivacyStatement {
  const epsilons = statements.map(({ epsilon }) => epsilon);
  const bounded = epsilons.filter((epsilon) => epsilon !== null);
  const largest = bounded.reduce((max, epsilon) => Math.max(max, epsilon), 0);
  return { ...agreed, epsilon: bounded.length < epsilons.length ? null : largest };
}
