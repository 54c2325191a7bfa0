import { expect } from 'chai';
import { fromHex, toHex } from '../digest.ts';
import { decodeCanonical, type Encodable, encodeCanonical } from '../encoding.ts';
import { codeOf } from './expect-error.ts';

/** Room for the largest values below. */
const WIDE = { maxBytes: 1 << 21, maxItems: 200_000 };

/** Written by hand from the format tables of the MessagePack specification. */
const SCALARS: readonly (readonly [value: Encodable, hex: string])[] = [
  [null, 'c0'],
  [false, 'c2'],
  [true, 'c3'],
  [0, '00'],
  [1, '01'],
  [127, '7f'],
  [128, 'cc80'],
  [255, 'ccff'],
  [256, 'cd0100'],
  [65_535, 'cdffff'],
  [65_536, 'ce00010000'],
  [2_147_483_647, 'ce7fffffff'],
  [2_147_483_648, 'ce80000000'],
  [4_294_967_295, 'ceffffffff'],
  [4_294_967_296, 'd30000000100000000'],
  [9_007_199_254_740_991, 'd3001fffffffffffff'],
  [-1, 'ff'],
  [-32, 'e0'],
  [-33, 'd0df'],
  [-128, 'd080'],
  [-129, 'd1ff7f'],
  [-32_768, 'd18000'],
  [-32_769, 'd2ffff7fff'],
  [-2_147_483_648, 'd280000000'],
  [-2_147_483_649, 'd3ffffffff7fffffff'],
  [-9_007_199_254_740_991, 'd3ffe0000000000001'],
  [0.5, 'cb3fe0000000000000'],
  [-0.25, 'cbbfd0000000000000'],
  [0.1, 'cb3fb999999999999a'],
  [5e-324, 'cb0000000000000001'],
  [2_147_483_648.5, 'cb41e0000000100000'],
  ['', 'a0'],
  ['a', 'a161'],
  ['€', 'a3e282ac'],
  [new Uint8Array(0), 'c400'],
  [[], '90'],
  [{}, '80'],
  [{ a: [1, -1], b: { c: null } }, '82a1619201ffa16281a163c0'],
];

/** A length, the header it must have, and the byte length that header announces. */
const STRINGS: readonly (readonly [text: string, header: string])[] = [
  ['x'.repeat(31), 'bf'],
  ['x'.repeat(32), 'd920'],
  ['x'.repeat(255), 'd9ff'],
  ['x'.repeat(256), 'da0100'],
  ['x'.repeat(65_535), 'daffff'],
  ['x'.repeat(65_536), 'db00010000'],
  // The length counts bytes of UTF-8, not characters.
  ['é'.repeat(15), 'be'],
  ['é'.repeat(16), 'd920'],
  ['€'.repeat(10), 'be'],
  ['€'.repeat(11), 'd921'],
  ['😀'.repeat(8), 'd920'],
  ['€'.repeat(85), 'd9ff'],
  ['€'.repeat(86), 'da0102'],
  ['€'.repeat(21_845), 'daffff'],
  ['€'.repeat(21_846), 'db00010002'],
];

const BYTES = [
  [255, 'c4ff'],
  [256, 'c50100'],
  [65_535, 'c5ffff'],
  [65_536, 'c600010000'],
] as const;

const ARRAYS = [
  [15, '9f'],
  [16, 'dc0010'],
  [65_535, 'dcffff'],
  [65_536, 'dd00010000'],
] as const;

const MAPS = [
  [15, '8f'],
  [16, 'de0010'],
  [65_535, 'deffff'],
  [65_536, 'df00010000'],
] as const;

/** Other MessagePack encodings of values that have a shorter form, or another one. */
const LONG_FORMS: Readonly<Record<string, readonly string[]>> = {
  'uint8 below 128': ['cc00', 'cc7f'],
  'uint16 below 256': ['cd0000', 'cd00ff'],
  'uint32 below 65,536': ['ce00000000', 'ce0000ffff'],
  'uint64 of anything': ['cf0000000000000000', 'cf00000000ffffffff', 'cf0000000100000000'],
  'int8 of a fixint': ['d000', 'd07f', 'd0ff', 'd0e0'],
  'int16 of an int8 or uint8': ['d10000', 'd100ff', 'd1ff80'],
  'int32 of an int16 or uint16': ['d20000ffff', 'd2ffff8000'],
  'int64 of an int32 or uint32': ['d30000000000000000', 'd300000000ffffffff', 'd3ffffffff80000000'],
  'str8 of a fixstr': ['d900', 'd90161', `d91f${'61'.repeat(31)}`],
  'str16 of a str8': ['da0000', `da00ff${'61'.repeat(255)}`],
  'str32 of a str16': ['db00000000', `db0000ffff${'61'.repeat(65_535)}`],
  'bin16 of a bin8': ['c50000', `c500ff${'00'.repeat(255)}`],
  'bin32 of a bin16': ['c600000000', `c60000ffff${'00'.repeat(65_535)}`],
  'array16 of a fixarray': ['dc0000', `dc000f${'c0'.repeat(15)}`],
  'array32 of an array16': ['dd00000000', `dd0000ffff${'c0'.repeat(65_535)}`],
  'map16 of a fixmap': ['de0000', 'de0001a16101'],
  'map32 of a map16': ['df00000000', 'df00000001a16101'],
};

describe('canonical encoding: MessagePack formats', () => {
  for (const [value, hex] of SCALARS) {
    it(`writes ${value instanceof Uint8Array ? 'no bytes' : JSON.stringify(value)} as ${hex}`, () => {
      expect(toHex(encodeCanonical(value))).to.equal(hex);
      expect(decodeCanonical(fromHex(hex))).to.deep.equal(value);
    });
  }

  for (const [text, header] of STRINGS) {
    it(`heads a string of ${Buffer.byteLength(text)} bytes (${text.slice(0, 2)}…) with ${header}`, () => {
      const hex = header + Buffer.from(text).toString('hex');
      expect(toHex(encodeCanonical(text)) === hex).to.equal(true);
      expect(decodeCanonical(fromHex(hex)) === text).to.equal(true);
    });
  }

  for (const [length, header] of BYTES) {
    it(`heads ${length} bytes with ${header}`, () => {
      const encoded = encodeCanonical(new Uint8Array(length).fill(0xab));
      expect(toHex(encoded) === header + 'ab'.repeat(length)).to.equal(true);
      expect(decodeCanonical(encoded)).to.have.lengthOf(length);
    });
  }

  for (const [length, header] of ARRAYS) {
    it(`heads an array of ${length} with ${header}`, () => {
      const encoded = encodeCanonical(new Array<number>(length).fill(1));
      expect(toHex(encoded) === header + '01'.repeat(length)).to.equal(true);
      expect(decodeCanonical(encoded, WIDE)).to.have.lengthOf(length);
    });
  }

  for (const [length, header] of MAPS) {
    it(`heads a map of ${length} with ${header}`, () => {
      const map = Object.fromEntries(Array.from({ length }, (_, i) => [`k${i}`, null]));
      const encoded = encodeCanonical(map);
      expect(toHex(encoded.subarray(0, header.length / 2))).to.equal(header);
      expect(Object.keys(decodeCanonical(encoded, WIDE) as object)).to.have.lengthOf(length);
    });
  }

  for (const [form, encodings] of Object.entries(LONG_FORMS)) {
    it(`refuses ${form}`, () => {
      for (const hex of encodings) {
        expect(
          codeOf(() => decodeCanonical(fromHex(hex))),
          hex.slice(0, 20),
        ).to.equal('DECODING_NOT_CANONICAL');
      }
    });
  }
});
