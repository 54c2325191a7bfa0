import { type Kernels, plainKernels } from './kernels.ts';
import { addGroupSquares, type PairGroup } from './squared-distances.ts';

/**
 * Kernels whose work can be divided without touching the order of a sum: distances by pairs, everything else by
 * coordinates, which is a call with pieces of the rows.
 */
export interface SplitKernels extends Kernels {
  /**
   * Adds the squares of a group's pairs onto their four partial sums; see {@link addGroupSquares}. A group begins at an
   * even row and ends at an even one or behind the last.
   */
  addGroupSquares(rows: readonly Float64Array[], group: PairGroup, sums: Float64Array): void;
}

/** {@link plainKernels}, to be divided. */
export const plainSplitKernels: SplitKernels = Object.freeze({ ...plainKernels, addGroupSquares });
