import { expect } from 'chai';
import fc from 'fast-check';
import { clip, clipInto, clipJointly, l2Norm } from '../clip.ts';
import { exactRational } from '../rational.ts';
import { refusal, seededBytes } from './support.ts';

const coordinate = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.double({ noNaN: true, min: -10, max: 10 }),
);
const vector = fc.array(coordinate, { maxLength: 40 }).map((values) => Float64Array.from(values));
const bound = fc.double({ noNaN: true, min: 1e-6, max: 1e6 });

/** ‖v‖² ≤ bound², without rounding. */
function keepsBound(values: Float64Array, limit: number): boolean {
  const terms = [...values].map(exactRational);
  const { numerator, denominator } = exactRational(limit);
  // Every denominator is a power of two up to 2^1074.
  const common = 1n << 1074n;
  const square = terms.reduce((sum, term) => sum + (term.numerator * (common / term.denominator)) ** 2n, 0n);
  return square * denominator ** 2n <= numerator ** 2n * common ** 2n;
}

describe('clip', () => {
  it('keeps the exact norm within the bound, for any finite vector', () => {
    fc.assert(
      fc.property(vector, bound, (values, limit) => keepsBound(clip(values, limit), limit)),
      { seed: 1, numRuns: 200 },
    );
  });

  it('keeps it for 10,000 random vectors: zero, subnormal, huge, on the bound and mixed', () => {
    const source = new DataView(seededBytes('ten thousand vectors')(10_000 * 16 * 8).buffer);
    const kinds = { zero: 0, subnormal: 0, huge: 0, 'all doubles': 0, 'on the bound': 0 };
    let shortened = 0;
    for (let i = 0; i < 10_000; i++) {
      const kind = (Object.keys(kinds) as (keyof typeof kinds)[])[i % 5] ?? 'zero';
      const limit = 2 ** ((i % 41) - 20) * (1 + (i % 7) / 7);
      const length = i % 13;
      const values = Float64Array.from({ length }, (_, k) => {
        const at = (i * 16 + k) * 8;
        const unit = source.getInt32(at) / 2 ** 31;
        if (kind === 'zero') return unit < 0 ? -0 : 0;
        if (kind === 'subnormal') return unit * 2 ** -1022;
        if (kind === 'huge') return unit * Number.MAX_VALUE;
        if (kind === 'on the bound') return (Math.sign(unit) * limit) / Math.sqrt(length);
        const any = source.getFloat64(at);
        return Number.isFinite(any) ? any : 0;
      });
      kinds[kind] += 1;
      const clipped = clip(values, limit);
      if (!keepsBound(clipped, limit)) expect.fail(`${kind}: [${values}] clipped to ${limit}`);
      if (clipped.some((value, k) => value !== values[k])) shortened += 1;
      if (kind === 'zero' || kind === 'subnormal')
        expect([...clipped]).to.deep.equal([...values].map((v) => v + 0));
    }
    expect(Object.values(kinds)).to.deep.equal([2000, 2000, 2000, 2000, 2000]);
    expect(shortened).to.be.within(4000, 6000);
  });

  it('clips a row of a matrix to the same bits, in another place or its own', () => {
    fc.assert(
      fc.property(vector, bound, (values, limit) => {
        const expected = clip(values, limit);
        const rows = Float64Array.of(7, ...values, 8);
        const row = { from: 1, length: values.length, bound: limit };
        const target = new Float64Array(values.length + 3).fill(9);
        clipInto(rows, row, target, 2);
        expect(target).to.deep.equal(Float64Array.of(9, 9, ...expected, 9));
        clipInto(rows, row, rows, 1);
        expect(rows).to.deep.equal(Float64Array.of(7, ...expected, 8));
      }),
      { seed: 3, numRuns: 300 },
    );
  });

  it('writes the zeros of a zero row, wherever they go', () => {
    const target = new Float64Array(6).fill(9);
    clipInto(new Float64Array(2), { from: 0, length: 2, bound: 1 }, target, 3);
    expect([...target]).to.deep.equal([9, 9, 9, 0, 0, 9]);
  });

  it('makes room for all that a long sum of squares may lose', () => {
    // Every square of 2^-27 is less than half a digit of the sum.
    const values = new Float64Array(10_001).fill(2 ** -27);
    values[0] = 1;
    expect(l2Norm(values)).to.equal(1);
    expect(keepsBound(clip(values, 1), 1)).to.equal(true);
  });

  it('leaves a vector whose enlarged norm is the bound as it is', () => {
    const values = Float64Array.of(7, 4);
    expect(clip(values, 8.062257748298581)).to.deep.equal(values);
  });

  it('clips several vectors by one factor, as if they were one', () => {
    fc.assert(
      fc.property(fc.array(vector, { maxLength: 4 }), bound, (parts, limit) => {
        const clipped = clipJointly(parts, limit);
        expect(clipped.map(({ length }) => length)).to.deep.equal(parts.map(({ length }) => length));
        const joint = clip(Float64Array.from(parts.flatMap((part) => [...part])), limit);
        expect(clipped.flatMap((part) => [...part])).to.deep.equal([...joint]);
      }),
      { seed: 4, numRuns: 300 },
    );
    const [a, b] = clipJointly([Float64Array.of(3), Float64Array.of(-4)], 1);
    expect(a?.[0]).to.be.closeTo(0.6, 1e-12);
    expect(b?.[0]).to.be.closeTo(-0.8, 1e-12);
  });

  it('tells a norm just above the bound from one on it', () => {
    expect(keepsBound(Float64Array.of(3, 4), 5)).to.equal(true);
    expect(keepsBound(Float64Array.of(3, 4.000000000000001), 5)).to.equal(false);
  });

  it('leaves a short vector as it is', () => {
    fc.assert(
      fc.property(vector, (values) => {
        const limit = Math.min(1e100, Math.max(1e-100, 2 * l2Norm(values)));
        if (l2Norm(values) <= limit / 1.5) expect(clip(values, limit)).to.deep.equal(values);
      }),
      { seed: 2 },
    );
  });

  it('keeps the direction and nearly the whole bound', () => {
    const clipped = clip(Float64Array.of(3e200, -4e200), 1);
    expect(clipped[0]).to.be.closeTo(0.6, 1e-14);
    expect(clipped[1]).to.be.closeTo(-0.8, 1e-14);
    const long = clip(new Float64Array(100_000).fill(1), 1);
    expect(l2Norm(long)).to.be.within(1 - 1e-10, 1);
  });

  it('measures norms beyond the squares of doubles', () => {
    expect(l2Norm(Float64Array.of(3e300, 4e300))).to.be.closeTo(5e300, 1e286);
    expect(l2Norm(Float64Array.of(3e-300, 4e-300))).to.be.closeTo(5e-300, 1e-314);
    expect(l2Norm(new Float64Array(0))).to.equal(0);
  });

  it('refuses what is not finite, and other bounds', async () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      const error = await refusal(() => clip(Float64Array.of(0, bad), 1));
      expect(error.code).to.equal('VECTOR_NOT_FINITE');
      expect(error.metadata.index).to.equal(1);
    }
    for (const bad of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect((await refusal(() => clip(Float64Array.of(1), bad))).code).to.equal('PRIVACY_PARAMETER');
    }
  });
});
