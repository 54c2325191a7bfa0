import { expect } from 'chai';
import type { RecordGradients } from '../engine.ts';
import { publicClipNorm } from '../index.ts';

/** Gradients w − centre of each record, so that training ends at the mean of the centres. */
function around(centres: readonly number[]): RecordGradients {
  return {
    perRecord: (weights) => Float64Array.from(centres, (centre) => weights[0]! - centre),
    dispose: () => {},
  };
}

const START = new Float64Array(1);
const PLAN = { steps: 50, learningRate: 0.5 };

describe('public clip norm', () => {
  it('is the median norm of the records at the weights that they lead to', () => {
    // The mean is 10; distances from it are 9, 6, 3, 2, 20.
    expect(publicClipNorm(around([1, 4, 7, 8, 30]), START, PLAN)).to.be.closeTo(6, 1e-9);
  });

  it('is another quantile where asked for, and follows the start where nothing is trained', () => {
    const records = around([1, 4, 7, 8, 30]);
    expect(publicClipNorm(records, START, { ...PLAN, quantile: 1 })).to.be.closeTo(20, 1e-9);
    expect(publicClipNorm(records, START, { ...PLAN, steps: 0, quantile: 1 })).to.equal(30);
  });

  it('is in the unit of the gradients', () => {
    const norm = publicClipNorm(around([1, 4, 7, 8, 30]), START, PLAN);
    const doubled = publicClipNorm(around([2, 8, 14, 16, 60]), START, PLAN);
    expect(doubled).to.be.closeTo(2 * norm, 1e-9);
  });

  it('refuses what leads to no norm', () => {
    const refusal =
      (centres: readonly number[], options: Partial<typeof PLAN & { quantile: number }>) => () =>
        publicClipNorm(around(centres), START, { ...PLAN, ...options });
    const all = [
      refusal([], {}),
      refusal([3, 3, 3], { learningRate: 1 }),
      refusal([1, 2], { quantile: 1.5 }),
      refusal([1, 2], { steps: -1 }),
      refusal([1, 2], { learningRate: 0 }),
    ];
    for (const one of all) expect(one).to.throw().with.property('code', 'CLIP_NORM_RULE');
  });
});
