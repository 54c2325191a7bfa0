import { expect } from 'chai';
import { decodeCanonical, encodeCanonical } from '../encoding.ts';
import { DEFAULT_DECODE_LIMITS } from '../encoding-scan.ts';
import { errorOf } from './expect-error.ts';

/** `levels` arrays inside one another around a 1. */
const arrays = (levels: number) => Uint8Array.of(...new Array<number>(levels).fill(0x91), 1);
const maps = (levels: number) =>
  Uint8Array.of(...Array.from({ length: levels }, () => [0x81, 0xa1, 0x61]).flat(), 1);

/** A tag and the largest length its header can name, with nothing behind. */
const BOGUS_LENGTHS = ['db', 'c6', 'dd', 'df'].map((tag) => Buffer.from(`${tag}ffffffff`, 'hex'));

describe('canonical encoding: limits on decode', () => {
  it('takes exactly maxBytes and refuses one more', () => {
    const bytes = encodeCanonical('x'.repeat(98));
    expect(bytes).to.have.lengthOf(100);
    expect(decodeCanonical(bytes, { maxBytes: 100 })).to.have.lengthOf(98);
    expectLimit(() => decodeCanonical(bytes, { maxBytes: 99 }), { what: 'bytes', given: 100, limit: 99 });
  });

  it('refuses more than a mebibyte unless told otherwise', () => {
    const bytes = encodeCanonical(new Uint8Array(1 << 20));
    const given = (1 << 20) + 5;
    expectLimit(() => decodeCanonical(bytes), { what: 'bytes', given, limit: 1 << 20 });
    expect(decodeCanonical(bytes, { maxBytes: given })).to.have.lengthOf(1 << 20);
  });

  for (const [name, build] of Object.entries({ arrays, maps })) {
    it(`takes exactly maxDepth ${name} inside one another and refuses one more`, () => {
      const limit = DEFAULT_DECODE_LIMITS.maxDepth;
      expect(decodeCanonical(build(limit))).to.not.equal(undefined);
      expectLimit(() => decodeCanonical(build(limit + 1)), { what: 'depth', given: limit + 1, limit });
      expect(decodeCanonical(build(3), { maxDepth: 3 })).to.not.equal(undefined);
      expectLimit(() => decodeCanonical(build(4), { maxDepth: 3 }), { what: 'depth', given: 4, limit: 3 });
    });
  }

  it('counts levels, not how many arrays stand side by side', () => {
    const wide = encodeCanonical(Array.from({ length: 1000 }, () => [[1], [2]]));
    expect(decodeCanonical(wide, { maxDepth: 3 })).to.have.lengthOf(1000);
  });

  it('takes exactly maxItems values, keys included, and refuses one more', () => {
    const list = encodeCanonical([1, 2, 3]);
    const map = encodeCanonical({ a: 1, b: [null] });
    expect(decodeCanonical(list, { maxItems: 4 })).to.have.lengthOf(3);
    expectLimit(() => decodeCanonical(list, { maxItems: 3 }), { what: 'items', given: 4, limit: 3 });
    expect(decodeCanonical(map, { maxItems: 6 })).to.have.property('a', 1);
    expectLimit(() => decodeCanonical(map, { maxItems: 5 }), { what: 'items', given: 6, limit: 5 });
  });

  it('refuses more than 100,000 items unless told otherwise', () => {
    const limit = DEFAULT_DECODE_LIMITS.maxItems;
    expect(decodeCanonical(encodeCanonical(new Array<null>(limit - 1).fill(null)))).to.have.lengthOf(
      limit - 1,
    );
    const over = encodeCanonical(new Array<null>(limit).fill(null));
    expectLimit(() => decodeCanonical(over), { what: 'items', given: limit + 1, limit });
  });

  it('refuses a mebibyte of opening brackets by its depth', () => {
    const bomb = new Uint8Array(1 << 20).fill(0x91);
    expect(errorOf(() => decodeCanonical(bomb)).metadata.what).to.equal('depth');
  });

  it('allocates nothing for a length of 2^32 − 1', () => {
    for (const bogus of BOGUS_LENGTHS) {
      for (const bytes of [bogus, Buffer.concat([Buffer.of(0x92, 0x01), bogus, Buffer.alloc(100)])]) {
        const before = allocated();
        const error = errorOf(() => decodeCanonical(bytes));
        expect(error.code, bytes.toString('hex', 0, 8)).to.equal('DECODING_MALFORMED');
        expect(allocated() - before).to.be.below(1 << 24);
      }
    }
  });
});

function expectLimit(run: () => unknown, metadata: { what: string; given: number; limit: number }): void {
  const error = errorOf(run);
  expect(error.code).to.equal('DECODING_LIMIT');
  expect(error.metadata).to.deep.equal(metadata);
  expect(error.message).to.contain(`${metadata.given} ${metadata.what}`).and.contain(`${metadata.limit}`);
}

function allocated(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
