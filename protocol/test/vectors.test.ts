import { expect } from 'chai';
import fc from 'fast-check';
import { digestOfBytes, toHex } from '../digest.ts';
import { decodeUpdate, decodeWeights, encodeUpdate, encodeWeights, weightsDigest } from '../vectors.ts';
import { seeded } from './arbitraries.ts';
import { errorOf } from './expect-error.ts';

const weights = fc.float64Array({ maxLength: 50, noNaN: true, noDefaultInfinity: true });
const updates = fc.int32Array({ maxLength: 50 });
const NOT_FINITE = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];

/** The bits of each weight: equality that tells −0 from 0. */
const bits = (values: Float64Array) => [...new BigUint64Array(Float64Array.from(values).buffer)];

describe('vectors: weights', () => {
  it('keep every bit through their bytes, save the sign of zero', () => {
    fc.assert(
      fc.property(weights, (values) => {
        const decoded = decodeWeights(encodeWeights(values), values.length);
        expect(bits(decoded)).to.deep.equal(bits(values.map((w) => (w === 0 ? 0 : w))));
      }),
      seeded(500),
    );
  });

  it('are float64, little-endian, in order', () => {
    const values = Float64Array.of(1, -2.5, 5e-324, Number.MAX_VALUE);
    expect(toHex(encodeWeights(values))).to.equal(
      '000000000000f03f00000000000004c00100000000000000ffffffffffffef7f',
    );
  });

  it('write negative zero as zero, so that equal models have equal digests', () => {
    expect(toHex(encodeWeights(Float64Array.of(-0)))).to.equal('00'.repeat(8));
    expect(weightsDigest(Float64Array.of(1, -0))).to.equal(weightsDigest(Float64Array.of(1, 0)));
  });

  it('have the SHA-256 of their bytes as digest', () => {
    const values = Float64Array.of(0.1, 0.2);
    expect(weightsDigest(values)).to.equal(digestOfBytes(encodeWeights(values)));
    expect(weightsDigest(values)).to.not.equal(weightsDigest(Float64Array.of(0.2, 0.1)));
    expect(weightsDigest(Float64Array.of(0.1 + 0.2))).to.not.equal(weightsDigest(Float64Array.of(0.3)));
  });

  for (const bad of NOT_FINITE) {
    it(`refuse ${bad} in both directions, naming where`, () => {
      const raw = new Uint8Array(24);
      new DataView(raw.buffer).setFloat64(16, bad, true);
      const runs = [() => encodeWeights(Float64Array.of(1, 2, bad)), () => decodeWeights(raw, 3)];
      for (const run of [...runs, () => weightsDigest(Float64Array.of(0, 0, bad))]) {
        const error = errorOf(run);
        expect(error.code).to.equal('VECTOR_NOT_FINITE');
        expect(error.metadata).to.deep.equal({ index: 2 });
        expect(error.message).to.contain(String(bad));
      }
    });
  }

  it('refuse another number of bytes', () => {
    const bytes = encodeWeights(Float64Array.of(1, 2));
    for (const [given, size] of [
      [bytes, 1],
      [bytes, 3],
      [bytes.subarray(1), 2],
      [new Uint8Array(0), 1],
      [bytes, 0],
    ] as const) {
      const error = errorOf(() => decodeWeights(given, size));
      expect(error.code).to.equal('VECTOR_LENGTH');
      expect(error.metadata).to.deep.equal({ given: given.length, expected: size * 8 });
    }
    expect(decodeWeights(new Uint8Array(0), 0)).to.have.lengthOf(0);
  });

  it('are read from an unaligned view, without aliasing it', () => {
    const around = new Uint8Array(17);
    around.set(encodeWeights(Float64Array.of(3, 4)), 1);
    const decoded = decodeWeights(around.subarray(1), 2);
    around.fill(0);
    expect([...decoded]).to.deep.equal([3, 4]);
  });
});

describe('vectors: updates', () => {
  it('keep every integer through their bytes', () => {
    fc.assert(
      fc.property(updates, (values) => {
        expect(decodeUpdate(encodeUpdate(values), values.length)).to.deep.equal(values);
      }),
      seeded(500),
    );
  });

  it('are int32, little-endian, in order', () => {
    const values = Int32Array.of(1, -1, 2_147_483_647, -2_147_483_648, 256);
    expect(toHex(encodeUpdate(values))).to.equal('01000000ffffffffffffff7f0000008000010000');
  });

  it('have one encoding: every byte string of the right length is the encoding of what it reads as', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ minLength: 4, maxLength: 4 }), { maxLength: 20 }), (words) => {
        const bytes = Uint8Array.from(words.flatMap((word) => [...word]));
        expect(encodeUpdate(decodeUpdate(bytes, words.length))).to.deep.equal(bytes);
      }),
      seeded(300),
    );
  });

  it('refuse another number of bytes', () => {
    const bytes = encodeUpdate(Int32Array.of(1, 2));
    for (const [given, size] of [
      [bytes, 1],
      [bytes, 3],
      [bytes.subarray(1), 2],
    ] as const) {
      const error = errorOf(() => decodeUpdate(given, size));
      expect(error.code).to.equal('VECTOR_LENGTH');
      expect(error.metadata).to.deep.equal({ given: given.length, expected: size * 4 });
    }
  });

  it('are read from an unaligned view, without aliasing it', () => {
    const around = new Uint8Array(9);
    around.set(encodeUpdate(Int32Array.of(3, -4)), 1);
    const decoded = decodeUpdate(around.subarray(1), 2);
    around.fill(0);
    expect([...decoded]).to.deep.equal([3, -4]);
  });
});
