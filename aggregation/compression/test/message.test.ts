import { expect } from 'chai';
import fc from 'fast-check';
import {
  decodeSparse,
  decodeUpdateCompressed,
  encodeShared,
  encodeSparse,
  maxCompressedBytes,
  randomK,
  type SparseUpdate,
  sparseOf,
  sparseUpdate,
  toIntegers,
} from '../index.ts';
import { indexCosts } from '../index-coding.ts';
import { codeOf, SEED, sparseUpdates } from './support.ts';

const LIMITS = { maxSize: 400 };
const plain = ({ size, step, indices, levels }: SparseUpdate) => ({
  size,
  step,
  indices: [...indices],
  levels: [...levels],
});

/** Either a typed error, or an update whose one encoding these bytes are. */
function expectRefusedOrCanonical(bytes: Uint8Array, seed?: string): boolean {
  let update: SparseUpdate | undefined;
  const code = codeOf(() => {
    update = decodeSparse(bytes, { ...LIMITS, ...(seed === undefined ? {} : { seed }) });
  });
  if (update === undefined) {
    expect(code).to.match(/^COMPRESSED_/);
    return false;
  }
  if (seed === undefined) expect([...encodeSparse(update)]).to.deep.equal([...bytes]);
  return true;
}

describe('the message of a sparse update', () => {
  it('comes back as it was, in no more bytes than stated', () => {
    fc.assert(
      fc.property(sparseUpdates, (update) => {
        const bytes = encodeSparse(update);
        expect(bytes.length).to.be.at.most(maxCompressedBytes(update.size));
        expect(plain(decodeSparse(bytes, LIMITS))).to.deep.equal(plain(update));
      }),
      { numRuns: 500, seed: 5 },
    );
  });

  it('is the one of the integers, however their levels were written', () => {
    const a = sparseUpdate(10, [1, 4, 5], [2, 0, -6], 5);
    const b = sparseUpdate(10, [1, 5], [1, -3], 10);
    expect([...encodeSparse(a)]).to.deep.equal([...encodeSparse(b)]);
    expect([...toIntegers(a)]).to.deep.equal([0, 10, 0, 0, 0, -30, 0, 0, 0, 0]);
  });

  it('is found again in the integers', () => {
    fc.assert(
      fc.property(sparseUpdates, (update) => {
        expect(plain(sparseOf(toIntegers(update)))).to.deep.equal(plain(update));
      }),
      { numRuns: 300, seed: 14 },
    );
    expect(codeOf(() => sparseOf(Int32Array.of(128, 1)))).to.equal('COMPRESSION_RANGE');
    expect(codeOf(() => sparseOf(Int32Array.of(-(2 ** 31), 0)))).to.equal('COMPRESSION_RANGE');
  });

  it('is these bytes in each coding', () => {
    const hex = (size: number, indices: number[], levels: number[], step = 300) =>
      Buffer.from(encodeSparse(sparseUpdate(size, indices, levels, step))).toString('hex');
    expect(hex(3, [0, 1, 2], [1, -1, 127])).to.equal('b00303ac0201ff7f');
    expect(hex(51, [3, 17, 40], [127, -64, 5])).to.equal('b73303ac023aecff800a');
    expect(hex(16, [], [])).to.equal('b2100000');
  });

  it('takes the coding of fewest bits', () => {
    fc.assert(
      fc.property(sparseUpdates, (update) => {
        const bits = Math.min(...indexCosts(update.size, update.indices).map((each) => each.bits));
        const body = Math.min(8 * update.size, 8 * update.levels.length + bits);
        expect(encodeSparse(update).length).to.be.at.most(1 + 15 + Math.ceil(body / 8));
      }),
      { seed: 9 },
    );
  });

  it('needs no indices where they follow from a seed', () => {
    const indices = randomK(400, 40, SEED);
    const levels = indices.map((_, i) => (i % 9) - 4);
    const update = sparseUpdate(400, indices, levels, 7);
    const bytes = encodeShared(update, 40, SEED);
    expect(bytes).to.have.length(1 + 2 + 1 + 1 + 40);
    expect(plain(decodeSparse(bytes, { ...LIMITS, seed: SEED }))).to.deep.equal(plain(update));
    expect(codeOf(() => decodeSparse(bytes, LIMITS))).to.equal('COMPRESSED_SEED');
    expect(codeOf(() => decodeSparse(encodeSparse(update), { ...LIMITS, seed: SEED }))).to.equal(
      'COMPRESSED_SEED',
    );
    const elsewhere = sparseUpdate(
      400,
      [[...Array(400).keys()].find((i) => !indices.includes(i)) ?? 0],
      [1],
      1,
    );
    expect(codeOf(() => encodeShared(elsewhere, 40, SEED))).to.equal('COMPRESSED_SEED');
  });
});

describe('decoding of bytes that nobody wrote', () => {
  it('refuses every truncation, and every byte more', () => {
    fc.assert(
      fc.property(sparseUpdates, (update) => {
        const bytes = encodeSparse(update);
        for (let length = 0; length < bytes.length; length++) {
          expect(expectRefusedOrCanonical(bytes.subarray(0, length))).to.equal(false);
        }
        expect(expectRefusedOrCanonical(Uint8Array.of(...bytes, 0))).to.equal(false);
      }),
      { numRuns: 40, seed: 6 },
    );
  });

  it('takes a changed message only where it is the encoding of another update', () => {
    let taken = 0;
    let refused = 0;
    fc.assert(
      fc.property(
        sparseUpdates,
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        (update, changes) => {
          const bytes = Uint8Array.from(encodeSparse(update));
          // Half of the changes hit the head, where most of the decisions are.
          for (const [at, value] of changes)
            bytes[at % (at % 2 === 0 ? bytes.length : Math.min(6, bytes.length))] = value;
          if (expectRefusedOrCanonical(bytes)) taken++;
          else refused++;
        },
      ),
      { numRuns: 2000, seed: 7 },
    );
    expect(taken).to.be.above(50);
    expect(refused).to.be.above(50);
  });

  it('takes or refuses random bytes behind a right first byte, with and without a seed', () => {
    fc.assert(
      fc.property(fc.nat(15), fc.uint8Array({ maxLength: 60 }), fc.boolean(), (coding, rest, seeded) => {
        const bytes = Uint8Array.of(0xb0 + coding, ...rest);
        expectRefusedOrCanonical(bytes, seeded ? SEED : undefined);
        expectRefusedOrCanonical(rest);
      }),
      { numRuns: 3000, seed: 8 },
    );
  });

  it('allocates nothing for sizes and counts that it refuses', () => {
    const huge = [0xff, 0xff, 0xff, 0xff, 0x0f];
    const before = process.memoryUsage().arrayBuffers;
    for (let coding = 0; coding < 16; coding++) {
      const claims = [
        Uint8Array.of(0xb0 + coding, ...huge, ...huge, 1, 1),
        Uint8Array.of(0xb0 + coding, 0xff, 0xff, 0xff, 0xff, 0x07, 0xff, 0xff, 0xff, 0xff, 0x07, 1, 1),
        Uint8Array.of(0xb0 + coding, 0x90, 0x03, 0x90, 0x03, 1, 1),
      ];
      for (const bytes of claims) {
        expect(codeOf(() => decodeSparse(bytes, LIMITS))).to.be.oneOf([
          'COMPRESSED_LIMIT',
          'COMPRESSED_MALFORMED',
        ]);
        const wide = codeOf(() => decodeSparse(bytes, { maxSize: 0x7fff_ffff }));
        expect(wide).to.be.oneOf(['COMPRESSED_LIMIT', 'COMPRESSED_MALFORMED']);
      }
    }
    expect(process.memoryUsage().arrayBuffers - before).to.be.below(2 ** 20);
  });

  it('refuses each way of writing a thing twice', () => {
    const from = (hex: string) => codeOf(() => decodeSparse(Buffer.from(hex, 'hex'), LIMITS));
    expect(from('b00303ac0201ff7f'), 'as written').to.equal(undefined);
    expect(from('b0830003ac0201ff7f'), 'd not in its shortest form').to.equal('COMPRESSED_MALFORMED');
    expect(from('b00303960202fefe'), 'levels with a common divisor').to.equal('COMPRESSED_NOT_CANONICAL');
    expect(from('b0030300000000'), 'zeros in full').to.equal('COMPRESSED_NOT_CANONICAL');
    expect(from('b2100001'), 'a step without levels').to.equal('COMPRESSED_NOT_CANONICAL');
    expect(from('b003030180807f'), 'a level of −128').to.equal('COMPRESSED_MALFORMED');
    expect(from('b00303ffffffff07017f7f'), 'integers beyond 31 bits').to.equal('COMPRESSED_MALFORMED');
    expect(from('a00303ac0201ff7f'), 'another format').to.equal('COMPRESSED_MALFORMED');
    expect(from('b00303ac0201ff7f00'), 'a byte more').to.equal('COMPRESSED_NOT_CANONICAL');
  });

  it('keeps the limits that it is given', () => {
    const bytes = encodeSparse(sparseUpdate(200, [5], [1], 1));
    expect(codeOf(() => decodeSparse(bytes, { maxSize: 199 }))).to.equal('COMPRESSED_LIMIT');
    expect(codeOf(() => decodeSparse(bytes, { maxSize: 200, maxBytes: bytes.length - 1 }))).to.equal(
      'COMPRESSED_LIMIT',
    );
    expect(codeOf(() => decodeSparse(new Uint8Array(417), { maxSize: 400 }))).to.equal('COMPRESSED_LIMIT');
    expect(codeOf(() => decodeUpdateCompressed(bytes, { size: 201 }))).to.equal('COMPRESSED_SIZE');
    expect(decodeUpdateCompressed(bytes, { size: 200 })).to.have.length(200);
  });

  it('beats seven-bit gaps with Rice codes on evenly drawn indices', () => {
    const indices = randomK(100_000, 10_000, SEED);
    const costs = new Map(indexCosts(100_000, indices).map(({ coding, bits }) => [coding, bits / 10_000]));
    expect(costs.get(2), 'varint').to.be.closeTo(8, 0.01);
    // H(0.1) ÷ 0.1 = 4.69 bits.
    expect(Math.min(...costs.values())).to.be.within(4.69, 4.69 * 1.04);
  });
});
