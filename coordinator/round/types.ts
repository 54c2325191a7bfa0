import type { Digest } from '../../protocol/digest.ts';
import type { NodeId } from '../../protocol/ids.ts';
import type { MessageType } from '../../protocol/message-types.ts';
import type { Lock, Payload, PrivacyStatement, RoundEntry, SealedHeader } from '../../protocol/messages.ts';
import type { NetworkParameters } from '../../protocol/network.ts';
import type { Certificate } from '../certificate.ts';
import type { Committee } from '../committee.ts';
import type { Epoch } from '../committee-record.ts';
import type { Head } from '../entry.ts';
import type { Offence } from '../evidence/kinds.ts';
import type { Verdict } from '../gate.ts';
import type { ItemSet } from '../growing-map.ts';
import type { LoggedRound } from '../logged-round.ts';
import type { AnyReceived, Received } from '../received.ts';
import type { RestoreRequest } from '../restore.ts';
import type { Roll } from '../roll.ts';
import type { Roster } from '../roster.ts';
import type { StandingTable } from '../standing/index.ts';

/** The states of a round (DESIGN, section 7); a certificate starts the next round. */
export type Phase = 'announced' | 'collecting' | 'sealed' | 'aggregated' | 'evaluated';

/** What a node knows and never changes during a round; committee and roster are those of the round's epoch. */
export type RoundContext = {
  readonly self: NodeId;
  readonly network: Digest;
  readonly committee: Committee;
  /** The committee and the contributors. */
  readonly roster: Roster;
  readonly parameters: NetworkParameters;
  /** The fewest updates with which the aggregation rule's condition holds. */
  readonly minUpdates: number;
};

/**
 * Whether a header's body is held, or why not; with a name of its numbers, where equal ones are a sign of a copy: see
 * `contentDigest`.
 */
export type BodyStatus = 'held' | { readonly content: Digest } | { readonly code: string };

export type Aggregated = {
  readonly candidateDigest: Digest;
  /** Of the aggregation's state that goes with the candidate. */
  readonly candidateState: Digest;
  readonly selected: readonly NodeId[];
  /** Of a restored version; what its contributors' statements make together where there is none. */
  readonly privacy?: PrivacyStatement;
};
export type { Verdict };

/** A verdict on a candidate and, where it is rejected, pairs of head and collateral that were worse. */
export type Judged = { readonly verdict: Verdict; readonly worse: readonly string[] };

/** What an entry follows from: the signed reports, and what they say when taken together. */
export type Basis = {
  readonly headers: readonly Received<'update-header'>[];
  readonly sealReports: readonly Received<'seal-report'>[];
  readonly bodyReports: readonly Received<'body-report'>[];
  readonly sealed: readonly SealedHeader[];
  readonly accepted: readonly SealedHeader[];
  /** Sealed updates that enough members do not hold, and why. */
  readonly dropped: readonly { readonly node: NodeId; readonly code: string }[];
  readonly finalized: number;
  readonly nextBeaconHeight: number;
  /** Everybody's standing before the round. */
  readonly standing: StandingTable;
  /** Whom the entry names for which proof, ascending by node id. */
  readonly offences: RoundEntry['offences'];
};

/** A proposal of the current view as far as this node has checked it. */
export type Proposed = {
  readonly entry: RoundEntry;
  /** Undefined for an entry that a quorum prepared in an earlier view: it binds without another look. */
  readonly basis: Basis | undefined;
  /** Members who would accept the candidate may vote to reject it. */
  readonly mayReject: boolean;
  /** What a rejection names after the first view: the pairs that its evidence shows to be worse. */
  readonly worse: readonly string[] | undefined;
};

/**
 * A round as one node sees it. It holds digests and messages, never bodies, and is never changed in place.
 */
export type RoundState = {
  readonly head: Head;
  readonly round: number;
  readonly phase: Phase;
  readonly view: number;
  readonly beacon: Digest | undefined;
  /** Another beacon, after the chain was reorganised, which counts from the next view on. */
  readonly nextBeacon: Digest | undefined;
  /** The request of governance that this round deals with in place of an aggregation, and the one of `nextBeacon`. */
  readonly restore: RestoreRequest | undefined;
  readonly nextRestore: RestoreRequest | undefined;
  /** Members in the beacon's order; empty before the beacon is known. */
  readonly order: readonly NodeId[];
  readonly finalized: number;
  /** Everybody's standing after the head; undefined until it is here, where this node did not fold it itself. */
  readonly standing: StandingTable | undefined;
  /** Proven offences that no entry has named yet, by the digest of their proof. */
  readonly offences: ReadonlyMap<Digest, Offence>;
  readonly headers: ReadonlyMap<NodeId, Received<'update-header'>>;
  readonly sealReports: ReadonlyMap<NodeId, Received<'seal-report'>>;
  readonly bodyReports: ReadonlyMap<NodeId, Received<'body-report'>>;
  /** By the header's own digest: whose body this node holds, checked against that header. */
  readonly held: ItemSet<Digest>;
  /** By the header's own digest: a name of the numbers of a body that is held. */
  readonly contents: ReadonlyMap<Digest, Digest>;
  /** By the header's own digest: why its body is not held. Another header may name the same body. */
  readonly refused: ReadonlyMap<Digest, string>;
  /** Bodies asked for, and on what occasion. */
  readonly asked: ItemSet<string>;
  readonly fetchTimedOut: boolean;
  readonly sealReported: boolean;
  /** Own update bodies may leave the node: enough members have reported what they had seen. */
  readonly serving: boolean;
  /** Members that have asked a contributor for its body: F+1 of them show that the round is sealed. */
  readonly requesters: ItemSet<NodeId>;
  /** The headers whose bodies have been asked for. */
  readonly sought: readonly Received<'update-header'>[];
  readonly bodiesReported: boolean;
  /** By the digest of base and accepted updates; undefined while it is computed; what failed is tried again in the next view. */
  readonly aggregated: ReadonlyMap<Digest, Aggregated | 'failed' | undefined>;
  /** By the candidate's digest; undefined while it is judged. */
  readonly verdicts: ReadonlyMap<Digest, Judged | undefined>;
  readonly proposal: Proposed | undefined;
  /** The proposal whose evidence is being fetched. */
  readonly awaited: Received<'proposal'> | undefined;
  readonly proposed: boolean;
  /** The reports on which this node, leading, builds its proposal. */
  readonly draft: Basis | undefined;
  /** What proposals of this round rested on, checked or made by this node: one of them is kept with the entry. */
  readonly bases: readonly Basis[];
  /** Own prepare of the current or the last view that had one. */
  readonly prepared: Received<'prepare'> | undefined;
  readonly prepares: ReadonlyMap<NodeId, Received<'prepare'>>;
  readonly committed: boolean;
  readonly commits: ReadonlyMap<NodeId, Received<'commit'>>;
  /** Commit votes whose chain signature has been checked. */
  readonly validCommits: ReadonlySet<Digest>;
  readonly checkingCommits: boolean;
  readonly viewChanges: ReadonlyMap<NodeId, Received<'view-change'>>;
  /** The time of this view runs. */
  readonly timed: boolean;
  /** A quorum prepared in a view of this round that ended without a decision, and not all of them to accept. */
  readonly split: boolean;
  readonly lock: Lock | null;
  /** Whose certificate of this round has been looked at: checking one is work, and an honest member has one. */
  readonly certifiers: ItemSet<NodeId>;
  /**
   * By its root: the roll of every entry that this node has prepared. Durable before the prepare is sent, so that a
   * quorum of prepares never outlives the roll of what it is for.
   */
  readonly rolls: ReadonlyMap<Digest, Roll>;
  /** A valid certificate that ends this round as soon as what its entry names is here: the roll, the next epoch. */
  readonly ending:
    | {
        readonly certificate: Certificate;
        readonly roll: Roll | undefined;
        readonly epoch: Epoch | undefined;
      }
    | undefined;
  /** Who takes part in this round; undefined where that is as at the start. */
  readonly epoch: Epoch | undefined;
  /** In the last round of an epoch: under which beacon the next was drawn, and who takes part in it, once known. */
  readonly draw: { readonly beacon: Digest; readonly epoch: Epoch | undefined } | undefined;
  /** Messages of the next round, kept until this one ends. */
  readonly early: readonly AnyReceived[];
};

export type RoundEvent =
  | { readonly type: 'started' }
  | {
      readonly type: 'beacon';
      readonly round: number;
      readonly randomness: Digest;
      /** The last request to restore a version, as of the beacon's block. */
      readonly restore?: RestoreRequest | undefined;
    }
  | { readonly type: 'finalized'; readonly height: number }
  | { readonly type: 'message'; readonly message: AnyReceived }
  | { readonly type: 'timer'; readonly timer: TimerName; readonly round: number; readonly view: number }
  | {
      readonly type: 'body';
      readonly round: number;
      readonly header: Received<'update-header'>;
      readonly status: BodyStatus;
    }
  | {
      readonly type: 'aggregated';
      readonly round: number;
      readonly key: Digest;
      readonly result: Aggregated | 'failed';
    }
  | {
      readonly type: 'evaluated';
      readonly round: number;
      readonly candidateDigest: Digest;
      readonly judged: Judged;
    }
  | {
      readonly type: 'commits-checked';
      readonly round: number;
      readonly valid: readonly Digest[];
      readonly invalid: readonly Digest[];
    }
  | { readonly type: 'certificate-checked'; readonly certificate: Certificate }
  | { readonly type: 'roll'; readonly certificate: Certificate; readonly roll: Roll }
  /** Who takes part in the epoch that the entry of a certificate names. */
  | { readonly type: 'epoch'; readonly certificate: Certificate; readonly epoch: Epoch }
  /** Who takes part in the next epoch, drawn under a beacon. */
  | { readonly type: 'epoch-drawn'; readonly round: number; readonly beacon: Digest; readonly epoch: Epoch }
  | {
      /** Linked and certified rounds from a peer's log, from one that this node has or misses on. */
      readonly type: 'caught-up';
      readonly rounds: readonly LoggedRound[];
      readonly isNewest: boolean;
      /** Who takes part in the round after the last of them, where that is another epoch than this node's. */
      readonly epoch?: Epoch | undefined;
    }
  /** Messages that a proposal rests on and this node had not heard; none where they were not served. */
  | {
      readonly type: 'evidence';
      readonly round: number;
      readonly view: number;
      readonly messages: readonly AnyReceived[];
    }
  /** A member asks a contributor for its body before that serves it. */
  | { readonly type: 'body-requested'; readonly round: number; readonly from: NodeId }
  | { readonly type: 'reorganised' }
  | { readonly type: 'offence'; readonly offence: Offence }
  | { readonly type: 'standing'; readonly round: number; readonly table: StandingTable };

export type TimerName = 'collect' | 'fetch' | 'view' | 'serve';

/** What a step asks the outside to do, in order. Votes and locks are durable before anything after them. */
export type RoundEffect =
  | { readonly type: 'await-beacon'; readonly round: number; readonly height: number }
  | { readonly type: 'train'; readonly round: number; readonly base: Head }
  | { readonly type: 'store-lock'; readonly round: number; readonly lock: Lock }
  | { readonly type: 'store-roll'; readonly round: number; readonly roll: Roll }
  | Broadcast
  | { readonly type: 'serve-bodies'; readonly round: number }
  /** Members may fetch the messages that this node's proposal names. */
  | { readonly type: 'serve-evidence'; readonly round: number; readonly messages: readonly Received[] }
  | {
      readonly type: 'fetch-evidence';
      readonly round: number;
      readonly view: number;
      readonly from: NodeId;
      readonly digests: readonly Digest[];
    }
  | {
      readonly type: 'fetch-body';
      readonly round: number;
      readonly header: Received<'update-header'>;
      readonly from: readonly NodeId[];
    }
  | {
      readonly type: 'aggregate';
      readonly round: number;
      readonly key: Digest;
      readonly base: Head;
      readonly beacon: Digest;
      /** Of the accepted updates. */
      readonly headers: readonly Received<'update-header'>[];
      /** By which they are weighed. */
      readonly standing: StandingTable;
    }
  | {
      /** Find a version and hold it, as `key`: the candidate of a round that restores it. */
      readonly type: 'restore';
      readonly round: number;
      readonly key: Digest;
      readonly base: Head;
      readonly version: number;
    }
  | {
      readonly type: 'evaluate';
      readonly round: number;
      readonly base: Head;
      readonly candidateDigest: Digest;
    }
  | {
      readonly type: 'check-commits';
      readonly round: number;
      readonly entry: RoundEntry;
      readonly view: number;
      readonly commits: readonly Received<'commit'>[];
    }
  | { readonly type: 'check-certificate'; readonly certificate: Certificate }
  | {
      readonly type: 'start-timer';
      readonly timer: TimerName;
      readonly round: number;
      readonly view: number;
      readonly ms: number;
    }
  /** A proof that the leader's entry names and that this node has not seen. */
  | {
      readonly type: 'fetch-proof';
      readonly round: number;
      readonly digest: Digest;
      readonly from: NodeId;
    }
  /** The table of everybody's standing, which this node could not fold itself. */
  | { readonly type: 'fetch-standing'; readonly round: number; readonly digest: Digest }
  /** The roll that a certificate's entry names, which this node could not make itself. */
  | { readonly type: 'fetch-roll'; readonly certificate: Certificate }
  /** The record of the epoch that a certificate's entry names, which this node could not draw itself. */
  | { readonly type: 'fetch-epoch'; readonly certificate: Certificate; readonly digest: Digest }
  | {
      readonly type: 'draw-epoch';
      readonly round: number;
      readonly beacon: Digest;
      /** The block that gave the beacon. */
      readonly height: number;
      readonly current: Epoch;
      readonly standing: StandingTable;
    }
  | {
      readonly type: 'adopt';
      readonly rounds: readonly LoggedRound[];
      readonly isNewest: boolean;
      /** After the last of them; undefined where this node did without a roll. */
      readonly standing: StandingTable | undefined;
      /** Who takes part from then on, where that changes. */
      readonly epoch: Epoch | undefined;
    }
  | {
      readonly type: 'decided';
      readonly certificate: Certificate;
      readonly roll: Roll | undefined;
      /** Who takes part from the next round on, where that changes. */
      readonly epoch: Epoch | undefined;
      readonly leader: NodeId | undefined;
      /** After the round, where this node could fold it. */
      readonly standing: StandingTable | undefined;
      /** What the entry follows from, where this node has seen it. */
      readonly basis: Basis | undefined;
    }
  | {
      readonly type: 'refused';
      readonly message: AnyReceived;
      readonly code: string;
      readonly reason: string;
    };

/** A message that the node signs, stores and sends. A commit's chain signature is added by the signer. */
export type Broadcast = {
  [Type in MessageType]: {
    readonly type: 'broadcast';
    readonly message: Type;
    readonly round: number;
    readonly view: number;
    readonly payload: Type extends 'commit' ? { readonly entry: RoundEntry } : Payload<Type>;
  };
}[MessageType];
