import type { NodeId } from '../../protocol/ids.ts';

/** What the round log proves of a node. Nothing in it is the node's own word. */
export type History = {
  /** Rounds since it stands on the roster. */
  readonly rounds: number;
  /** Rounds of those in which it was asked to train. */
  readonly asked: number;
  /** Rounds in which its header was sealed. */
  readonly sealed: number;
  /** Rounds in which its update was valid and there in time. */
  readonly accepted: number;
  /** Its weight in quarters, 0 to 4. */
  readonly quarters: number;
};

/** A node that may be selected. */
export type SelectionCandidate = { readonly node: NodeId; readonly history: History };

/** Parts of a score in thousandths: they sum to 1000. */
export const SCORE_PARTS = {
  /** Of the sealed updates, how many were valid and there in time. */
  acceptance: 500,
  /** Of the rounds it was asked in, how many it sealed an update in. */
  participation: 300,
  /** Its weight, of four quarters. */
  standing: 200,
} as const;

/** The largest score. */
export const FULL_SCORE = 1_000_000;

/**
 * A node's score in millionths, 0 … {@link FULL_SCORE}. A rate starts at one half, as with one good and one bad round
 * before the first, so that a newcomer is neither best nor out. A node without weight has no score.
 */
export function importanceScore(history: History): number {
  const quarters = Math.min(4, counted(history.quarters));
  if (quarters === 0) return 0;
  return (
    SCORE_PARTS.acceptance * rate(history.accepted, history.sealed) +
    SCORE_PARTS.participation * rate(history.sealed, history.asked) +
    SCORE_PARTS.standing * (quarters * 250)
  );
}

/** Thousandths of the times asked in which the update was valid and there in time; half before the first. */
export function capacity(history: History): number {
  return rate(history.accepted, history.asked);
}

/** (part + 1) / (whole + 2) in thousandths, with part at most whole (Laplace's rule of succession). */
function rate(part: number, whole: number): number {
  const of = counted(whole);
  const taken = Math.min(counted(part), of);
  return Math.floor(((taken + 1) * 1000) / (of + 2));
}

/** A count as it should be: what is no number, or below zero, is none. */
function counted(value: number): number {
  return Number.isFinite(value) ? Math.min(Math.max(0, Math.floor(value)), 2 ** 40) : 0;
}
