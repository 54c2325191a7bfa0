import type { Digest } from '../protocol/digest.ts';
import type { NodeSigner } from '../protocol/ed25519.ts';
import type { NodeId } from '../protocol/ids.ts';
import type { Topic } from '../protocol/message-types.ts';
import type { PrivacyStatement } from '../protocol/messages.ts';
import type { NetworkParameters } from '../protocol/network.ts';
import type { KeyValueStore } from '../protocol/store.ts';
import type { Candidate, Version } from './candidate.ts';
import type { Certificate, CommitScheme } from './certificate.ts';
import type { Committee } from './committee.ts';
import type { Head } from './entry.ts';
import type { Epochs } from './epochs.ts';
import type { Offence } from './evidence/kinds.ts';
import type { Judgement, Verdict } from './gate.ts';
import type { Registrant } from './next-epoch.ts';
import type { RestoreRequest } from './restore.ts';
import type { Roll, RollRow } from './roll.ts';
import type { RoundAggregator } from './round-aggregator.ts';
import type { StandingTable } from './standing/index.ts';
import type { AuditedStep } from './training-proof/trajectory.ts';
import type { Suspicion } from './update-screen.ts';

/** What a participant of a network goes by. */
export type ParticipantOptions = {
  readonly network: Digest;
  readonly parameters: NetworkParameters;
  readonly layout: Digest;
  /** Number of weights. */
  readonly size: number;
  readonly committee: Committee;
  /** Nodes whose updates count, the committee's with them; the committee alone where left out. */
  readonly roster?: readonly NodeId[];
  readonly genesis: Head;
  readonly genesisWeights: Float64Array;
  /** Keeps the bodies, models and transcripts of all rounds, not of the last few alone. False unless given. */
  readonly archive?: boolean;
  /**
   * The store was put back from a copy: nothing is signed before enough members have said what they hold of this
   * node. False unless given.
   */
  readonly restored?: boolean;
};

/** The same as a running participant has them: of the round in progress. */
export type EpochOptions = ParticipantOptions & { readonly epochs: Epochs };

/** What a participant works through: real in a node, virtual in a simulation. */
export type Collaborators = {
  readonly store: KeyValueStore;
  readonly signer: NodeSigner;
  readonly commitScheme: CommitScheme;
  readonly clock: Clock;
  readonly transport: Transport;
  readonly beacon: BeaconSource;
  /** Who is registered; needed where the network has epochs. */
  readonly registry?: RosterSource;
  readonly trainer: RoundTrainer;
  readonly evaluator: Evaluator;
  readonly aggregator: RoundAggregator;
  /** The step that proofs of training are made of, for a round; needed where the network audits training. */
  readonly auditedStep?: (round: number) => AuditedStep;
  /** Models that outlive the retention of their rounds, since decisions elsewhere still rest on them; none unless given. */
  readonly keptModels?: () => readonly Digest[];
  /**
   * Finds a candidate by its aggregation key, or computes it: participants of one process that share this compute
   * each candidate once. Each computes its own where left out.
   */
  readonly candidates?: (key: Digest, compute: () => Promise<Candidate>) => Promise<Candidate>;
};

export type Clock = {
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  /** @returns cancels the timer. */
  readonly setTimer: (ms: number, run: () => void) => () => void;
};

export type Transport = {
  /** Sends to all, as well as it can; a lost message is sent again later. */
  readonly broadcast: (topic: Topic, bytes: Uint8Array) => void;
  /** A blob by its digest from a peer, checked against it. Rejects when the peer does not serve it. */
  readonly fetch: (
    from: NodeId,
    digest: Digest,
    maxBytes: number,
    signal: AbortSignal,
  ) => Promise<Uint8Array>;
  /** Rounds of a peer's log, each as `encodeLoggedRound` gives it. Rejects when the peer does not answer. What comes back is not checked. */
  readonly fetchLog: (
    from: NodeId,
    request: LogRequest,
    signal: AbortSignal,
  ) => Promise<readonly Uint8Array[]>;
  /** What a peer holds of this node: see `WitnessBook`. Rejects when the peer does not answer. */
  readonly fetchWitness: (from: NodeId, signal: AbortSignal) => Promise<readonly Uint8Array[]>;
};

/**
 * The newest round of a log, or at most `most` in ascending order from a round on; with a `most` of 0 the asker's own
 * row on the roll of that round, as `encodeProvenRow` gives it.
 */
export type LogRequest = { readonly from: 'newest' } | { readonly from: number; readonly most: number };

export type RosterSource = {
  /** The registered nodes as of the final block at `height`. */
  readonly rosterAt: (height: number, signal: AbortSignal) => Promise<readonly Registrant[]>;
};

export type BeaconSource = {
  /** 32 bytes as hex: the randomness of the block at `height`, once that block is final. */
  readonly randomnessAt: (height: number, signal: AbortSignal) => Promise<Digest>;
  /**
   * Governance's last request to restore a version, as of that block: all members see the same. Undefined while there
   * is none.
   */
  readonly restoreAt: (height: number, signal: AbortSignal) => Promise<RestoreRequest | undefined>;
};

/** The certified version that a round trains from, its aggregation's state with it. */
export type TrainingBase = Version & { readonly head: Head };

export type TrainedUpdate = {
  /** The row of this node: `rowSize` grid integers. */
  readonly update: Int32Array;
  readonly privacy: PrivacyStatement;
  /** Debits in this node's privacy ledger, this update's own with them. */
  readonly ledger: number;
};

export type RoundTrainer = {
  /** Debits in this node's privacy ledger. */
  readonly debits: () => number;
  /** Whether that ledger has the release of a round. */
  readonly hasReleased: (round: number) => boolean;
  /**
   * This node's update for a round, or undefined where it abstains (its privacy budget is spent). Asked again
   * for a round, after a crash, it gives the very update that it released.
   */
  readonly train: (
    round: number,
    base: TrainingBase,
    signal: AbortSignal,
  ) => Promise<TrainedUpdate | undefined>;
};

export type Evaluator = {
  /** The gate: this node's verdict on a candidate against the last version, and what it rests on where there are scores. */
  readonly judge: (
    round: number,
    base: Float64Array,
    candidate: Float64Array,
    signal: AbortSignal,
  ) => Promise<Judgement | Verdict>;
};

/** What a participant tells about, for logs, metrics and people. None of it feeds back. */
export type ParticipantObserver = {
  readonly onDecided?: (decided: Decided) => void;
  /**
   * What a member says became of this node's update, proven, where this node takes no rolls; undefined where the
   * update was sent and has no row.
   */
  readonly onOwnRow?: (round: number, row: RollRow | undefined) => void;
  readonly onAggregated?: (round: number, candidate: Candidate) => void;
  /** Pairs of a round's updates that point nearly the same way: a reason to look, and none to refuse. */
  readonly onSuspected?: (round: number, pairs: readonly Suspicion[]) => void;
  readonly onRefused?: (refused: {
    readonly sender: NodeId;
    readonly code: string;
    readonly reason: string;
  }) => void;
  readonly onView?: (round: number, view: number) => void;
  readonly onPhase?: (round: number, phase: string) => void;
  /** A proof that a node broke a rule is here, and on disk. */
  readonly onOffence?: (offence: Offence) => void;
  readonly onError?: (error: unknown) => void;
  readonly onAbstain?: (abstention: Abstention) => void;
  /** A restored node has been told by enough members what it signed before, and takes part again. */
  readonly onConfirmed?: () => void;
  /** Enough members have said what they hold of this node's ledger, after they were missed: it trains again. */
  readonly onLedgerConfirmed?: () => void;
};

/** This node does not sign, or does not train, and why. */
export type Abstention = {
  readonly code: 'VOTES_BEHIND' | 'LEDGER_BEHIND' | 'LEDGER_UNCONFIRMED' | 'RESTORE_UNCONFIRMED';
  readonly reason: string;
  /** The last round that it sits out; undefined where that is not a matter of rounds. */
  readonly until: number | undefined;
};

export type Decided = {
  readonly certificate: Certificate;
  /** The updates of the round; undefined where this node does without. */
  readonly roll: Roll | undefined;
  /** Everybody's standing after the round; undefined where this node could not fold it. */
  readonly standing: StandingTable | undefined;
  readonly leader: NodeId | undefined;
  /** The rule's words on whom it left out; undefined where this node did not aggregate itself. */
  readonly candidate: Candidate | undefined;
  /** Learned from a peer's log together with later rounds: nothing is due for it any more. */
  readonly isOld?: boolean;
};
