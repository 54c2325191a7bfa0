import type { Trial } from './host.ts';

/** Files that are mutated together, and the tests that are to notice. Patterns are relative to the root. */
export type Area = {
  /** Its modules are loaded anew for a mutant; those of other folders are not. */
  readonly folder: string;
  readonly files: readonly string[];
  /** Where the tests are, a pattern a stage. */
  readonly stages: readonly string[];
  /** A test of any stage that belongs into the first. */
  readonly isFirst: (test: string, word: string) => boolean;
  /** Tests that say nothing of an edit. */
  readonly leftOut: readonly string[];
  readonly replaced: Trial['replaced'];
  /** The longest that one of its tests may take, in ms; all of the tests together where left out. */
  readonly stuckMs?: number;
};
