/** A mutant that no test can kill, since it computes the same. */
export type Survivor = {
  readonly path: string;
  /** The mutated line, trimmed. */
  readonly code: string;
  readonly change: string;
  /** Which of the same changes in the same line of code, from 1; all of them where left out. */
  readonly nth?: number;
  readonly reason: string;
};

/** Every survivor, reviewed. One that a test kills after all must go from the list. */
export const SURVIVORS: readonly Survivor[] = [];
