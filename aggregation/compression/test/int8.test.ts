import { expect } from 'chai';
import fc from 'fast-check';
import { dequantiseInt8, int8Scale, MAX_LEVEL, maskedSumBits, quantiseInt8 } from '../index.ts';
import { codeOf, seededBytes } from './support.ts';

const doubles = fc.double({ noNaN: true, noDefaultInfinity: true });
const vectors = fc.array(doubles, { maxLength: 40 });

describe('int8 levels', () => {
  it('are within ±127 and within one scale of the value, for any finite vector', () => {
    fc.assert(
      fc.property(vectors, fc.integer(), (values, seed) => {
        const { scale, levels } = quantiseInt8(values, seededBytes(`${seed}`));
        for (const [i, value] of values.entries()) {
          const level = levels[i] ?? Number.NaN;
          expect(Math.abs(level)).to.be.at.most(MAX_LEVEL);
          if (scale > 0) expect(Math.abs(value / scale - level)).to.be.below(1);
          else expect(value).to.equal(0);
        }
      }),
      { numRuns: 300, seed: 4 },
    );
  });

  it('have a scale for the smallest and the largest doubles, and 0 for zeros alone', () => {
    expect(int8Scale([0, -0])).to.equal(0);
    expect(int8Scale([])).to.equal(0);
    expect(int8Scale([Number.MIN_VALUE])).to.equal(Number.MIN_VALUE);
    expect([...quantiseInt8([-Number.MIN_VALUE, 0], seededBytes('tiny')).levels]).to.deep.equal([-1, 0]);
    const { scale, levels } = quantiseInt8([Number.MAX_VALUE, -Number.MAX_VALUE], seededBytes('huge'));
    expect(scale).to.be.finite;
    expect([...levels]).to.deep.equal([127, -127]);
    expect([...dequantiseInt8(quantiseInt8([0, 0], seededBytes('zero')))]).to.deep.equal([0, 0]);
  });

  it('are unbiased: the mean of many draws is within 1e-3 scales of the value', () => {
    const count = 2_000_000;
    for (const ratio of [0.3, 12.5, -126.9]) {
      const { levels } = quantiseInt8(
        new Float64Array(count).fill(ratio * 0.01),
        seededBytes(`${ratio}`),
        0.01,
      );
      const mean = levels.reduce((sum, level) => sum + level, 0) / count;
      // Two to three standard errors, whatever the ratio.
      expect(Math.abs(mean - ratio)).to.be.below(1e-3);
    }
  });

  it('over a whole vector err by less than 1e-3 scales in the mean', () => {
    const random = new DataView(seededBytes('values')(4 * 1_000_000).buffer);
    const values = Float64Array.from({ length: 1_000_000 }, (_, i) => random.getInt32(4 * i) / 2 ** 31);
    const { scale, levels } = quantiseInt8(values, seededBytes('mean error'));
    const error = levels.reduce((sum, level, i) => sum + (level * scale - (values[i] ?? 0)), 0);
    expect(Math.abs(error / values.length)).to.be.below(1e-3 * scale);
  });

  it('round a multiple of the scale to itself and a negated vector to negated multiples', () => {
    const exact = quantiseInt8([1, -3, 127, 0], seededBytes('exact'), 1);
    expect([...exact.levels]).to.deep.equal([1, -3, 127, 0]);
  });

  it('refuse what no scale fits', () => {
    const random = seededBytes('refused');
    expect(codeOf(() => quantiseInt8([Number.NaN], random))).to.equal('COMPRESSION_RANGE');
    expect(codeOf(() => quantiseInt8([Number.NaN], random, 1))).to.equal('COMPRESSION_RANGE');
    expect(codeOf(() => quantiseInt8([1, Number.POSITIVE_INFINITY], random))).to.equal('COMPRESSION_RANGE');
    expect(codeOf(() => quantiseInt8([128], random, 1))).to.equal('COMPRESSION_RANGE');
    expect(codeOf(() => quantiseInt8([1], random, 0))).to.equal('COMPRESSION_OPTION');
    expect(codeOf(() => quantiseInt8([1], random, -1))).to.equal('COMPRESSION_OPTION');
    expect(codeOf(() => quantiseInt8([1], random, Number.NaN))).to.equal('COMPRESSION_OPTION');
  });

  it('of a global scale add up over nodes: the sum of levels is the levels of the sum, in 2^b', () => {
    expect([50, 100, 1200].map(maskedSumBits)).to.deep.equal([14, 15, 19]);
    expect(codeOf(() => maskedSumBits(0))).to.equal('COMPRESSION_OPTION');
    const nodes = 50;
    const sum = new Int32Array(3);
    for (let node = 0; node < nodes; node++) {
      const { levels } = quantiseInt8([1, -1, 0.5], seededBytes(`node ${node}`), 1 / 127);
      for (const [i, level] of levels.entries()) sum[i] = (sum[i] ?? 0) + level;
    }
    expect([sum[0], sum[1]]).to.deep.equal([127 * nodes, -127 * nodes]);
    expect(sum[2]).to.be.within(63 * nodes, 64 * nodes);
    expect(2 * 127 * nodes).to.be.below(2 ** maskedSumBits(nodes));
  });
});
