/** Its update was valid, in time, and the rule gave it weight. */
export const SELECTED = 'selected';
/** Its update was valid and in time; the rule gave it none, which is no fault: a robust rule drops honest ones too. */
export const ACCEPTED = 'accepted';
/** Quarantined: the header was not sealed. */
export const NODE_QUARANTINED = 'NODE_QUARANTINED';
/** The first valid update after a quarantine: checked like any other, and without weight. */
export const NODE_CANARY = 'NODE_CANARY';

/**
 * Fates that the seal itself gives, without anybody having found fault with the update. They count neither way, and a
 * member that reports one of them in a body report is not believed.
 */
const NO_FAULT: ReadonlySet<string> = new Set([
  NODE_QUARANTINED,
  NODE_CANARY,
  'UPDATE_NOT_SELECTED',
  'UPDATE_STALE_BASE',
]);

/** Whether a fate is nobody's fault: see {@link judgementOf}. */
export const isNoFault = (fate: string): boolean => NO_FAULT.has(fate);

export type Judgement = 'good' | 'bad' | 'neither';

/**
 * What a round says of a node: good where its update was valid and in time; bad where a sealed update dropped out for
 * what F+1 members or more found wrong with it (its body was not served, or broke a bound); neither otherwise.
 */
export function judgementOf(fate: string): Judgement {
  if (fate === SELECTED || fate === ACCEPTED) return 'good';
  return NO_FAULT.has(fate) ? 'neither' : 'bad';
}
