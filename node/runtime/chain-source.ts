import type { Lie } from '../../contracts/client/index.ts';

export type BlockId = { readonly height: number; readonly hash: string };

/** Where the chain stands. */
export type ChainReading = {
  readonly finalized: BlockId;
  /** Its time in Unix seconds. */
  readonly latest: BlockId & { readonly timestamp: number };
  /** The block that was asked for again, as it is now. */
  readonly again: BlockId | undefined;
};

/** The chain as it is watched. */
export type ChainSource = {
  /** What endpoints that are left aside now have said against the others. */
  readonly lies: readonly Lie[];
  /** @param seen height of a block to read again. */
  readonly read: (seen: number | undefined) => Promise<ChainReading>;
  /** The blocks of some heights as they are now; undefined beyond the chain's end. */
  readonly blocksAt: (heights: readonly number[]) => Promise<readonly (BlockId | undefined)[]>;
};
