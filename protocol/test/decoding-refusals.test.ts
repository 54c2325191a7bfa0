import { expect } from 'chai';
import fc from 'fast-check';
import { fromHex, toHex } from '../digest.ts';
import { decodeCanonical, encodeCanonical } from '../encoding.ts';
import { encodables, seeded } from './arbitraries.ts';
import { codeOf, errorOf } from './expect-error.ts';

const CODES = ['DECODING_LIMIT', 'DECODING_MALFORMED', 'DECODING_NOT_CANONICAL'];

const NOT_CANONICAL: Readonly<Record<string, string>> = {
  'unsorted keys': '82a16201a16102',
  'unsorted keys inside': '9182a2616101a16102',
  'a duplicate key': '82a16101a16102',
  'a duplicate key with an equal value': '82a16101a16101',
  'float64 holding 1': 'cb3ff0000000000000',
  'float64 holding 0': 'cb0000000000000000',
  'float64 holding -1': 'cbbff0000000000000',
  'float64 holding 2^53': 'cb4340000000000000',
  'negative zero': 'cb8000000000000000',
  NaN: 'cb7ff8000000000000',
  'NaN with a payload': 'cb7ff8000000000001',
  Infinity: 'cb7ff0000000000000',
  '-Infinity': 'cbfff0000000000000',
  '2^53 as int64': 'd30020000000000000',
  '-2^53 as int64': 'd3ffe0000000000000',
  'the largest uint64': 'cfffffffffffffffff',
  'the smallest int64': 'd38000000000000000',
  'an integer-like key': '81a13001',
  'the key __proto__': '81a95f5f70726f746f5f5f01',
  'an integer as key': '810101',
  'nil as key': '81c001',
  'true as key': '81c301',
  'a float as key': '81cb3fe000000000000001',
  'a byte that is no UTF-8': 'a1ff',
  'overlong UTF-8': 'a2c080',
  'a surrogate in UTF-8': 'a3eda080',
  'a surrogate in UTF-8 of a key': '81a3eda08001',
  'UTF-8 cut short inside a string': '92a1e280',
  'UTF-8 beyond U+10FFFF': 'a4f4908080',
};

/** Every type byte outside the profile, each with enough bytes behind it to be complete. */
const FOREIGN_TYPES: Readonly<Record<string, string>> = {
  'the never-used byte': 'c1',
  float32: 'ca3fc00000',
  ext8: 'c70101ff',
  ext16: 'c8000101ff',
  ext32: 'c90000000101ff',
  'fixext1 (undefined)': 'd40000',
  fixext2: 'd5010000',
  'fixext4 (timestamp)': 'd6ff00000000',
  fixext8: `d7ff${'00'.repeat(8)}`,
  fixext16: `d801${'00'.repeat(16)}`,
};

describe('canonical encoding: refusals on decode', () => {
  for (const [name, hex] of Object.entries(NOT_CANONICAL)) {
    it(`refuses ${name}`, () => {
      expect(codeOf(() => decodeCanonical(fromHex(hex)))).to.equal('DECODING_NOT_CANONICAL');
    });
  }

  for (const [name, hex] of Object.entries(FOREIGN_TYPES)) {
    it(`refuses ${name}, alone and inside`, () => {
      for (const form of [hex, `91${hex}`, `81a161${hex}`]) {
        expect(codeOf(() => decodeCanonical(fromHex(form)))).to.equal('DECODING_MALFORMED');
      }
    });
  }

  it('refuses bytes, arrays and maps as keys', () => {
    for (const hex of ['81c4016101', '818001', '819001', '819101c0', '8181a1610101']) {
      expect(codeOf(() => decodeCanonical(fromHex(hex)))).to.be.oneOf(CODES);
    }
  });

  it('says which value stands in the way', () => {
    const error = errorOf(() => decodeCanonical(fromHex('81a16191cb7ff8000000000000')));
    expect(error.message).to.equal(
      'canonical encoding: $.a[0]: got NaN, expected a boolean, finite number, string, bytes, array or plain object',
    );
  });

  it('refuses an encoding cut short at any byte', () => {
    fc.assert(
      fc.property(encodables, (value) => {
        const bytes = encodeCanonical(value);
        for (let length = 0; length < Math.min(bytes.length, 400); length++) {
          expect(codeOf(() => decodeCanonical(bytes.subarray(0, length)))).to.equal('DECODING_MALFORMED');
        }
      }),
      seeded(100),
    );
  });

  it('refuses trailing bytes', () => {
    fc.assert(
      fc.property(encodables, fc.uint8Array({ minLength: 1, maxLength: 9 }), (value, tail) => {
        const bytes = Uint8Array.of(...encodeCanonical(value), ...tail);
        expect(codeOf(() => decodeCanonical(bytes))).to.equal('DECODING_MALFORMED');
      }),
      seeded(300),
    );
  });

  it('reads or refuses every input of one or two bytes', () => {
    const input = new Uint8Array(2);
    let accepted = 0;
    for (let first = 0; first < 256; first++) {
      input[0] = first;
      accepted += readsOrRefuses(input.subarray(0, 1)) ? 1 : 0;
      for (let second = 0; second < 256; second++) {
        input[1] = second;
        accepted += readsOrRefuses(input) ? 1 : 0;
      }
    }
    // One byte: 128 + 32 fixints, nil, false, true, and '', [] and {}. Two bytes: a1 with 128 letters, cc with 128
    // integers, d0 with 96, c400, and 91 before each of the 166 one-byte values.
    expect(accepted).to.equal(166 + 128 + 128 + 96 + 1 + 166);
  });

  it('reads or refuses random bytes, and reads only what it would write', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 64 }), (bytes) => {
        readsOrRefuses(bytes);
      }),
      seeded(5000),
    );
  });

  it('reads or refuses valid encodings with bytes changed', () => {
    const change = fc.record({ at: fc.nat(), to: fc.nat({ max: 255 }) });
    const changes = fc.array(change, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(encodables, changes, (value, edits) => {
        const bytes = encodeCanonical(value);
        for (const { at, to } of edits) bytes[at % bytes.length] = to;
        readsOrRefuses(bytes);
      }),
      seeded(3000),
    );
  });
});

/** Whether the bytes decode; fails unless they are then canonical, or else refused with a code of the decoder. */
function readsOrRefuses(bytes: Uint8Array): boolean {
  const before = toHex(bytes);
  let again: string;
  try {
    again = toHex(encodeCanonical(decodeCanonical(bytes)));
  } catch {
    const { code } = errorOf(() => decodeCanonical(bytes));
    if (!CODES.includes(code)) expect.fail(`${before}: refused with ${code}`);
    return false;
  }
  if (again !== before) expect.fail(`${before}: read as ${again}`);
  return true;
}
