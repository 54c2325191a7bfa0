import { type Digest, digestOf } from './digest.ts';
import { BallastError } from './errors.ts';

/** The names and shapes, in order, of the tensors that a flat weight vector holds one after the other. */
export type Layout = {
  readonly tensors: readonly { readonly name: string; readonly shape: readonly number[] }[];
};

/**
 * The number of weights.
 *
 * @throws BallastError `LAYOUT_MALFORMED` for an empty, repeated or non-positive part, or more than 2^53 − 1 weights.
 */
export function layoutSize(layout: Layout): number {
  const names = new Set(layout.tensors.map((tensor) => tensor.name));
  const shapes = layout.tensors.flatMap((tensor) => tensor.shape);
  const size = layout.tensors.reduce(
    (sum, { shape }) => sum + shape.reduce((product, n) => product * n, 1),
    0,
  );
  if (
    names.size !== layout.tensors.length ||
    names.size === 0 ||
    !shapes.every((n) => Number.isInteger(n) && n > 0) ||
    !Number.isSafeInteger(size)
  ) {
    throw new BallastError(
      'LAYOUT_MALFORMED',
      `layout: got ${JSON.stringify(layout.tensors)}, expected distinct names and positive integer shapes`,
    );
  }
  return size;
}

/** Part of every message about a vector of this layout. */
export function layoutHash(layout: Layout): Digest {
  layoutSize(layout);
  return digestOf('ballast/layout/1', {
    tensors: layout.tensors.map(({ name, shape }) => ({ name, shape: [...shape] })),
  });
}
