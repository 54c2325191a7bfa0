import type { FuzzRandom } from './mutate.ts';

/** Something that takes bytes from strangers. */
export type FuzzTarget = {
  readonly name: string;
  /** Inputs that are as they should be, to begin with. */
  readonly corpus: readonly Uint8Array[];
  /** Makes of a changed input what a stranger could send: signs it anew, for one. As it is where left out. */
  readonly finish?: (input: Uint8Array, random: FuzzRandom) => Uint8Array;
  /**
   * Takes an input. A refusal is a BallastError; any other error is a finding.
   *
   * @returns what it should not have done, if anything: a finding too.
   */
  readonly feed: (input: Uint8Array) => string | undefined | Promise<string | undefined>;
  /** Inputs that it is fed for each one of another target; 1 where left out. */
  readonly weight?: number;
  /** Bytes that taking an input may allocate beside {@link ALLOCATED_PER_BYTE} for each of its own. */
  readonly allocation?: number;
};

/** A decoded message takes up to fifty times its bytes; checking it takes as much again. */
export const ALLOCATED_PER_BYTE = 200;
export const ALLOCATION = 4 << 20;
