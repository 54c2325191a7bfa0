import { createHash } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import { digestOf, digestOfBytes, domainHash, fromHex, isDigest, sha256, toHex } from '../digest.ts';
import { seeded } from './arbitraries.ts';
import { codeOf, errorOf } from './expect-error.ts';
import { referenceEncoding } from './reference-encoding.ts';

/** FIPS 180-4 example messages and the digest of the empty message. */
const VECTORS: readonly (readonly [message: string, digest: string])[] = [
  ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  [
    'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
    '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
  ],
  ['a'.repeat(1_000_000), 'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0'],
];

const utf8 = (text: string) => new TextEncoder().encode(text);

describe('digest', () => {
  for (const [message, digest] of VECTORS) {
    it(`of ${message.length} letters is ${digest.slice(0, 8)}…`, () => {
      expect(digestOfBytes(utf8(message))).to.equal(digest);
      expect(isDigest(digest)).to.equal(true);
    });
  }

  it('hashes parts as if they were one', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 6 }), (parts) => {
        expect(sha256(...parts)).to.deep.equal(sha256(Buffer.concat(parts)));
      }),
      seeded(200),
    );
  });

  it('is SHA-256 of the length of the domain, the domain and the canonical encoding', () => {
    const value = { b: [1, 'two'], a: Uint8Array.of(3) };
    const expected = createHash('sha256')
      .update(Uint8Array.of(9))
      .update('ballast/x')
      .update(referenceEncoding(value))
      .digest('hex');
    expect(digestOf('ballast/x', value)).to.equal(expected);
  });

  it('separates domains, also where domain and bytes join to the same text', () => {
    const domain = fc.string({ unit: 'binary', maxLength: 30 });
    const bytes = fc.uint8Array({ maxLength: 30 });
    fc.assert(
      fc.property(domain, bytes, fc.nat(), (text, tail, at) => {
        const joined = Buffer.concat([utf8(text), tail]);
        const cut = at % (joined.length + 1);
        const other = joined.subarray(0, cut).toString('utf8');
        if (Buffer.byteLength(other) !== cut || other === text) return;
        expect(toHex(domainHash(other, joined.subarray(cut)))).to.not.equal(toHex(domainHash(text, tail)));
      }),
      seeded(500),
    );
    expect(toHex(domainHash('ab', utf8('c')))).to.not.equal(toHex(domainHash('a', utf8('bc'))));
    expect(digestOf('one', 1)).to.not.equal(digestOf('two', 1));
    expect(digestOf('', 1)).to.not.equal(digestOfBytes(Uint8Array.of(1)));
  });

  it('refuses a domain whose length does not fit one byte', () => {
    expect(domainHash('é'.repeat(127), new Uint8Array())).to.have.lengthOf(32);
    for (const domain of ['x'.repeat(256), 'é'.repeat(128)]) {
      expect(codeOf(() => domainHash(domain, new Uint8Array()))).to.equal('DOMAIN_LENGTH');
      expect(codeOf(() => digestOf(domain, null))).to.equal('DOMAIN_LENGTH');
    }
  });

  it('recognises 64 lower-case hexadecimal digits and nothing else', () => {
    const digest = digestOfBytes(new Uint8Array());
    const others = [
      digest.toUpperCase(),
      digest.slice(1),
      `${digest}0`,
      `${digest}\n`,
      `0x${digest.slice(2)}`,
      `g${digest.slice(1)}`,
      '',
      null,
      undefined,
      0,
      fromHex(digest),
      [digest],
    ];
    for (const other of others) expect(isDigest(other)).to.equal(false);
  });

  it('round trips bytes through hexadecimal, also from a view', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        expect(fromHex(toHex(bytes))).to.deep.equal(bytes);
        expect(toHex(bytes.subarray(1))).to.equal(toHex(bytes).slice(2));
      }),
      seeded(200),
    );
  });

  it('refuses what is not lower-case hexadecimal', () => {
    for (const text of ['0', 'abc', 'AB', '0x00', 'zz', ' 00', '00\n', 'é0']) {
      expect(
        codeOf(() => fromHex(text)),
        text,
      ).to.equal('HEX_MALFORMED');
    }
    expect(errorOf(() => fromHex('z'.repeat(10_000))).message.length).to.be.below(200);
  });
});
