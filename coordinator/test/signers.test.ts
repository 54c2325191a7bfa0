import { expect } from 'chai';
import fc from 'fast-check';
import { toHex } from '../../protocol/digest.ts';
import { BallastError } from '../../protocol/errors.ts';
import { bitmapOf, positionsOf } from '../signers.ts';

const codeOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof BallastError) return error.code;
    throw error;
  }
  return 'none';
};

describe('signers', () => {
  it('are a number whose bit i is position i', () => {
    expect(toHex(bitmapOf([0, 9]))).to.equal(`${'00'.repeat(30)}0201`);
    expect(toHex(bitmapOf([255]))).to.equal(`80${'00'.repeat(31)}`);
  });

  it('come back in ascending order', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 255 })), (positions) => {
        expect(positionsOf(bitmapOf(positions))).to.deep.equal(positions.toSorted((a, b) => a - b));
      }),
      { seed: 5 },
    );
  });

  it('are refused beyond the bitmap or twice, and bytes of another length name nobody', () => {
    for (const bad of [[256], [-1], [0.5], [3, 3]])
      expect(codeOf(() => bitmapOf(bad))).to.equal('SIGNERS_RANGE');
    expect(positionsOf(new Uint8Array(31).fill(255))).to.deep.equal([]);
    expect(positionsOf(new Uint8Array(33).fill(255))).to.deep.equal([]);
  });
});
