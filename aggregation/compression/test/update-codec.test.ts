import { expect } from 'chai';
import fc from 'fast-check';
import { gridNorm2, l2Norm, withinGridNorm } from '../../../privacy/index.ts';
import {
  compressRelease,
  compressUpdate,
  decodeUpdateCompressed,
  encodeUpdateCompressed,
  errorFeedback,
  gather,
  keptCount,
  scatter,
  toIntegers,
  topK,
} from '../index.ts';
import { codeOf, SEED, seededBytes } from './support.ts';

/** Vectors of d grid integers whose norm is at the bound or just below, where rounding up would pass it. */
const clipped = fc
  .record({
    size: fc.integer({ min: 1, max: 120 }),
    bound: fc.double({ min: 0.5, max: 2 ** 24, noNaN: true }),
    seed: fc.integer(),
    flat: fc.boolean(),
    share: fc.constantFrom(0.05, 0.3, 1),
  })
  .map(({ size, bound, seed, flat, share }) => {
    const draws = new DataView(seededBytes(`clipped/${seed}`)(4 * size).buffer);
    const raw = Float64Array.from({ length: size }, (_, i) => {
      const value = draws.getInt32(4 * i) / 2 ** 31;
      return flat ? Math.sign(value) || 1 : value ** 3;
    });
    const norm = Math.max(l2Norm(raw), 1e-9);
    const update = Int32Array.from(raw, (value) => Math.trunc((value / norm) * bound));
    return { update, bound, seed, k: keptCount(share, size) };
  });

describe('a compressed update', () => {
  it('keeps the norm bound exactly, holds at most k entries, and decodes to what it was made of', () => {
    fc.assert(
      fc.property(clipped, fc.boolean(), ({ update, bound, seed, k }, shared) => {
        const options = { k, bound, ...(shared ? { seed: SEED } : {}) };
        const sparse = compressUpdate(update, { ...options, randomBytes: seededBytes(`${seed}`) });
        const bytes = encodeUpdateCompressed(update, { ...options, randomBytes: seededBytes(`${seed}`) });
        const limits = { size: update.length, ...(shared ? { seed: SEED } : {}) };
        const decoded = decodeUpdateCompressed(bytes, limits);
        expect([...decoded]).to.deep.equal([...toIntegers(sparse)]);
        expect(withinGridNorm(decoded, bound, 0)).to.equal(true);
        expect(decoded.filter((value) => value !== 0).length).to.be.at.most(k);
      }),
      { numRuns: 1000, seed: 12 },
    );
  });

  it('would pass the bound without the roundings that are taken back', () => {
    // 100 equal coordinates on the bound, at a step that they are no multiple of beside one that sets the step.
    const update = new Int32Array(101).fill(190);
    update[0] = 127 * 100;
    const bound = Math.sqrt(Number(gridNorm2(update)));
    let largest = 0;
    for (let draw = 0; draw < 50; draw++) {
      const sparse = compressUpdate(update, { k: 101, bound, randomBytes: seededBytes(`${draw}`) });
      const integers = toIntegers(sparse);
      largest = Math.max(largest, Math.sqrt(Number(gridNorm2(integers))));
      expect(withinGridNorm(integers, bound, 0)).to.equal(true);
      expect(integers.every((value) => value === 12_700 || value === 100 || value === 200)).to.equal(true);
    }
    // What is taken back is no more than is needed: one rounding here is 30,000 of 161 million.
    expect(largest).to.be.above(bound - 2);
    const rounded = Math.sqrt(12_700 ** 2 + 100 * 200 ** 2);
    expect(rounded).to.be.above(bound);
  });

  it('is shortened to a bound that its coordinates pass', () => {
    const update = Int32Array.of(3000, -4000, 0);
    const options = { k: 2, bound: 500, randomBytes: seededBytes('short') };
    const integers = toIntegers(compressUpdate(update, options));
    expect(withinGridNorm(integers, 500, 0)).to.equal(true);
    expect(integers[0]).to.be.within(290, 300);
    expect(integers[1]).to.be.within(-400, -390);
  });

  it('of small integers is exact, and of zeros empty', () => {
    const update = Int32Array.of(0, 127, -3, 0);
    const options = { k: 4, bound: 200, randomBytes: seededBytes('exact') };
    expect([...toIntegers(compressUpdate(update, options))]).to.deep.equal([...update]);
    expect(encodeUpdateCompressed(new Int32Array(1000), options)).to.have.length(5);
  });
});

describe('error feedback', () => {
  const sizes = { size: 60, rounds: 300, k: 6 };

  it('sends in the end all that was released: what is missing is the residual, which stays bounded', () => {
    const { size, rounds, k } = sizes;
    const bound = 50_000;
    let residual: Float64Array = new Float64Array(size);
    const [released, sent] = [new Float64Array(size), new Float64Array(size)];
    for (let round = 0; round < rounds; round++) {
      const draws = new DataView(seededBytes(`release/${round}`)(4 * size).buffer);
      const release = Int32Array.from(
        { length: size },
        (_, i) => (draws.getInt32(4 * i) % 3000) + 200 * (i % 3),
      );
      const result = compressRelease(release, residual, {
        k,
        bound,
        randomBytes: seededBytes(`rounding/${round}`),
        residualBound: 40 * bound,
      });
      expect([...decodeUpdateCompressed(result.bytes, { size })]).to.deep.equal([...result.update]);
      release.forEach((value, i) => {
        released[i]! += value;
      });
      result.update.forEach((value, i) => {
        sent[i]! += value;
      });
      residual = result.residual;
    }
    for (let i = 0; i < size; i++)
      expect((released[i] ?? 0) - (sent[i] ?? 0)).to.be.closeTo(residual[i] ?? 0, 1e-6);
    // Without feedback the same coordinates would go unsent for ever; with it the debt is a few rounds' worth.
    expect(l2Norm(residual)).to.be.below(10 * 3000 * Math.sqrt(size));
  });

  it('of plain top-k keeps the norm that theory gives: ‖e‖ ≤ 2√(1 − δ) ÷ δ · C for δ = k ÷ d', () => {
    const { size, rounds, k } = sizes;
    const delta = k / size;
    let residual: Float64Array = new Float64Array(size);
    for (let round = 0; round < rounds; round++) {
      const draws = new DataView(seededBytes(`unit/${round}`)(4 * size).buffer);
      const raw = Float64Array.from({ length: size }, (_, i) => draws.getInt32(4 * i));
      const norm = l2Norm(raw);
      const keep = (vector: Float64Array) => {
        const indices = topK(vector, k);
        return scatter(gather(vector, indices), indices, size);
      };
      residual = errorFeedback(
        raw.map((value) => value / norm),
        residual,
        keep,
        1e6,
      ).residual;
      expect(l2Norm(residual)).to.be.at.most((2 * Math.sqrt(1 - delta)) / delta);
    }
  });

  it('never carries more than its bound', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 20 }),
        fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
        (values, bound) => {
          const zero = new Float64Array(values.length);
          const { residual, sent } = errorFeedback(values, zero, () => zero, bound);
          expect([...sent]).to.deep.equal([...zero]);
          expect(l2Norm(residual)).to.be.at.most(bound * (1 + 1e-12));
        },
      ),
      { seed: 13 },
    );
  });

  it('refuses a residual or a compressor of another size', () => {
    const two = new Float64Array(2);
    expect(codeOf(() => errorFeedback(two, new Float64Array(3), (v) => v, 1))).to.equal('COMPRESSED_SIZE');
    expect(codeOf(() => errorFeedback(two, two, () => [1], 1))).to.equal('COMPRESSED_SIZE');
  });
});
