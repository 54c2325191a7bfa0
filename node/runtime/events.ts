import type { TripCause } from '../../contracts/client/index.ts';
import type { Finding, Suspicion } from '../../coordinator/index.ts';
import type { Digest } from '../../protocol/digest.ts';
import type { NodeId } from '../../protocol/ids.ts';
import type { Outcome, PrivacyStatement } from '../../protocol/messages.ts';
import type { Hold } from '../controller/index.ts';
import type { RetrainingAdvice, ShadowVerdict, Trigger } from '../monitoring/index.ts';
import type { ConditionEvent } from './conditions.ts';
import type { RiskSkill, SkillIntervals } from './held-out.ts';
import type { PrivacyPlan } from './privacy-plan.ts';

type PegBaselines = { readonly B0: number; readonly B2: number; readonly B3: number };

/** How the certified model does on the held-out part of the public feed; losses are mean pinball losses in bp. */
export type HeldOut = {
  /** Rows that the peg's longest horizon is judged on. */
  readonly examples: number;
  readonly loss: number;
  readonly baselines: PegBaselines;
  /** The other horizons, ascending; absent where there is one alone. */
  readonly shorter?: readonly {
    readonly horizonHours: number;
    readonly examples: number;
    readonly loss: number;
    readonly baselines: PegBaselines;
  }[];
  /** The risk head on the held-out part of the public market; absent without one. */
  readonly risk?: RiskSkill;
  /** Skills of both heads with 95 % intervals. */
  readonly intervals?: SkillIntervals;
};

const VOTES = ['prepare', 'commit', 'view-change'] as const;
export type Vote = (typeof VOTES)[number];

export function isVote(type: string): type is Vote {
  return (VOTES as readonly string[]).includes(type);
}

/** A message of this node's own that a dry run kept to itself. */
export type Withheld = {
  readonly event: 'withheld';
  readonly message: string;
  readonly round: number;
  readonly digest: Digest;
  readonly bytes: number;
};

/** What a running node tells: the lines of its log, and of `--json`. */
export type NodeEvent =
  | Withheld
  | {
      readonly event: 'ready';
      readonly node: NodeId;
      readonly engine: string;
      /** What aggregates, such as `simd, 2 threads`. */
      readonly kernels: string;
      readonly addresses: readonly string[];
      readonly peers: number;
      readonly flaggedPrints: number;
      /** One digest of all that the node trains on: for its operator alone. */
      readonly data: Digest;
    }
  | { readonly event: 'phase'; readonly round: number; readonly phase: string }
  | { readonly event: 'view'; readonly round: number; readonly view: number }
  | {
      /** What this node has signed for a round and view, at the moment that it is sent; `digest` of the message. */
      readonly event: 'voted';
      readonly vote: Vote;
      readonly round: number;
      readonly view: number;
      readonly digest: Digest;
    }
  | PrivacyPlan
  | {
      readonly event: 'trained';
      readonly round: number;
      readonly epsilon: number | null;
      readonly milliseconds: number;
      /** How many times smaller the update is than as int32, where updates are compressed. */
      readonly ratio?: number;
    }
  | {
      /** This node's own judgement of a candidate, by head and collateral, and the pairs that were worse. */
      readonly event: 'judged';
      readonly round: number;
      readonly verdict: 'accepted' | 'rejected';
      readonly findings: readonly Finding[];
      readonly worse: readonly string[];
    }
  | {
      /** Pairs of this round's updates that point nearly the same way. Honest ones may: nobody is refused for it. */
      readonly event: 'suspected';
      readonly round: number;
      readonly pairs: readonly Suspicion[];
    }
  | { readonly event: 'abstained'; readonly round: number; readonly code: string; readonly reason: string }
  | RoundDecided
  | {
      readonly event: 'published';
      readonly round: number;
      readonly version: number;
      readonly digest: Digest;
      readonly transaction: string | null;
    }
  | {
      /** This node has rotated the chain to the committee of `epoch`, after the last version of the one before. */
      readonly event: 'rotated';
      readonly round: number;
      readonly epoch: number;
      readonly version: number;
      readonly transaction: string;
    }
  | {
      readonly event: 'recommended';
      readonly round: number;
      readonly current: string;
      readonly value: string;
      readonly wish: string;
      readonly heldBy: readonly Hold[];
      readonly explanation: string;
    }
  | {
      readonly event: 'fee';
      readonly round: number;
      readonly before: string;
      readonly after: string;
      readonly transaction: string | null;
      readonly heldBy: readonly string[];
    }
  | {
      /** A wish beyond the limits was put before governance. */
      readonly event: 'proposed';
      readonly round: number;
      /** Number of the proposal in the bridge; null where it was closed at once. */
      readonly proposal: string | null;
      readonly current: string;
      readonly value: string;
      readonly transaction: string;
    }
  | {
      /** This node has had the circuit breaker observe; `pegPrice` has 18 decimals, 0 where a source failed. */
      readonly event: 'observed';
      readonly level: number;
      readonly severity: number;
      readonly isUsable: boolean;
      readonly pegPrice: string;
      readonly transaction: string;
    }
  | {
      /** A keeper has seen the circuit breaker halt; `causes` where its own observation has tripped it. */
      readonly event: 'halted';
      /** Halts so far. */
      readonly trips: number;
      readonly causes: readonly TripCause[];
      readonly severity: number;
      /** All that is halted now, in words. */
      readonly halted: readonly string[];
    }
  | {
      readonly event: 'refused';
      readonly code: string;
      readonly sender: string;
      readonly reason: string;
      /** The peer's score after it, where the sender is the peer that brought it: 0 at best. */
      readonly score?: number;
    }
  | {
      /** This node has handed an offence to the slasher, or was refused with the contract's reason. */
      readonly event: 'reported';
      readonly round: number;
      readonly node: NodeId;
      readonly kind: string;
      /** Digest of the proof. */
      readonly evidence: Digest;
      readonly status: 'reported' | 'refused';
      readonly transaction: string | null;
      readonly reason: string;
    }
  | {
      /** Something about the model has changed, or is again what it was; it starts nothing. */
      readonly event: 'drift';
      readonly round: number;
      /** `head/collateral`. */
      readonly subject: string;
      readonly trigger: Trigger;
      readonly active: boolean;
      readonly sinceHour: number;
      readonly message: string;
      readonly retraining: RetrainingAdvice;
    }
  | {
      /** The verdict on the candidate in the shadow is another. */
      readonly event: 'shadow';
      readonly round: number;
      readonly candidate: string;
      readonly verdict: ShadowVerdict;
      readonly blocks: number;
      readonly skill: number;
      readonly reasons: readonly string[];
    }
  | { readonly event: 'finished'; readonly round: number }
  | ConditionEvent
  | {
      /** The last that a node tells; `overran` names what did not end within its part of the budget. */
      readonly event: 'stopped';
      readonly milliseconds: number;
      readonly overran: readonly string[];
    }
  | { readonly event: 'error'; readonly code: string; readonly message: string };

export type RoundDecided = {
  readonly event: 'decided';
  readonly round: number;
  readonly view: number;
  readonly leader: NodeId | null;
  readonly outcome: Outcome;
  readonly reason: string;
  readonly version: number;
  readonly modelDigest: Digest;
  readonly sealed: number;
  /** Sealed updates whose bodies were served. */
  readonly accepted: number;
  readonly selected: readonly NodeId[];
  /** Everyone whose update has no weight in the result, and why. */
  readonly leftOut: readonly { readonly node: NodeId; readonly reason: string }[];
  readonly privacy: PrivacyStatement;
  /** Whether this node made the model itself, and so knows the rule's reasons; others hold the certificate alone. */
  readonly recomputed: boolean;
  /** Hash of the weights that this node holds after the round; null where no peer served them. */
  readonly heldDigest: Digest | null;
  readonly heldOut: HeldOut | null;
};

export type Emit = (event: NodeEvent) => void;
