import { createHash } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import { fromHex, toHex } from '../digest.ts';
import { sameBytes } from '../encoding.ts';
import { portableSha256, sha256 } from '../sha256.ts';

/** FIPS 180-4, example of one block: "abc". */
const ABC = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';

describe('SHA-256', () => {
  it('gives the published digest on the platform and in JavaScript alone', () => {
    const abc = new TextEncoder().encode('abc');
    expect(toHex(sha256(abc))).to.equal(ABC);
    expect(toHex(portableSha256(abc))).to.equal(ABC);
  });

  it('gives the same digest either way, whatever the parts', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 5 }), (parts) => {
        const expected = createHash('sha256').update(Buffer.concat(parts)).digest('hex');
        expect(toHex(sha256(...parts))).to.equal(expected);
        expect(toHex(portableSha256(...parts))).to.equal(expected);
      }),
      { seed: 1 },
    );
  });
});

describe('hexadecimal', () => {
  it('is read and written as Buffer does', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(toHex(bytes)).to.equal(Buffer.from(bytes).toString('hex'));
        expect(sameBytes(fromHex(toHex(bytes)), bytes)).to.equal(true);
      }),
      { seed: 1 },
    );
  });

  it('compares every byte', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.nat(), (bytes, place) => {
        const other = Uint8Array.from(bytes);
        const at = place % other.length;
        other[at] = 255 - (other[at] ?? 0);
        expect(sameBytes(bytes, other)).to.equal(false);
        expect(sameBytes(bytes, bytes.slice(1))).to.equal(false);
      }),
      { seed: 1 },
    );
  });
});
