import { expect } from 'chai';
import fc from 'fast-check';
import { toHex } from '../digest.ts';
import { decodeCanonical, type Encodable, encodeCanonical, sameBytes } from '../encoding.ts';
import { encodables, seeded } from './arbitraries.ts';
import { referenceEncoding } from './reference-encoding.ts';

describe('canonical encoding', () => {
  it('round trips every encodable value', () => {
    fc.assert(
      fc.property(encodables, (value) => {
        expect(decodeCanonical(encodeCanonical(value))).to.deep.equal(value);
      }),
      seeded(1500),
    );
  });

  it('equals an independent encoder byte for byte', () => {
    fc.assert(
      fc.property(encodables, (value) => {
        expect(toHex(encodeCanonical(value))).to.equal(toHex(referenceEncoding(value)));
      }),
      seeded(1500),
    );
  });

  it('gives equal values equal bytes in any order of keys', () => {
    fc.assert(
      fc.property(encodables, fc.array(fc.nat(), { minLength: 1, maxLength: 50 }), (value, picks) => {
        let at = 0;
        const next = (bound: number) => (picks[at++ % picks.length] ?? 0) % bound;
        expect(toHex(encodeCanonical(shuffled(value, next)))).to.equal(toHex(encodeCanonical(value)));
      }),
      seeded(1000),
    );
  });

  it('sorts keys by their UTF-8 bytes, not by UTF-16 units', () => {
    // U+FFFF is ef bf bf, U+10000 is f0 90 80 80; as UTF-16 units the order is the other way round.
    expect(toHex(encodeCanonical({ '\u{10000}': 1, '\uffff': 2, b: 3, aa: 4, a: 5 }))).to.equal(
      '85a16105a2616104a16203a3efbfbf02a4f090808001',
    );
  });

  it('writes negative zero as zero, wherever it stands', () => {
    expect(toHex(encodeCanonical([-0, { a: -0 }]))).to.equal('920081a16100');
  });

  it('returns bytes of its own, which later calls do not touch', () => {
    const first = encodeCanonical({ text: 'first' });
    const copy = Uint8Array.from(first);
    for (let i = 0; i < 2000; i++) encodeCanonical({ text: `later ${i}` });
    expect(first).to.deep.equal(copy);
    expect(first.buffer.byteLength).to.equal(first.length);
  });

  it('decodes bytes that do not alias the input', () => {
    const input = encodeCanonical({ a: Uint8Array.of(1, 2, 3), b: [Uint8Array.of(4)], c: 'text' });
    const before = Uint8Array.from(input);
    const value = decodeCanonical(input) as { a: Uint8Array; b: [Uint8Array]; c: string };
    input.fill(0xff);
    expect(value).to.deep.equal({ a: Uint8Array.of(1, 2, 3), b: [Uint8Array.of(4)], c: 'text' });
    input.set(before);
    value.a.fill(9);
    value.b[0].fill(9);
    expect(input).to.deep.equal(before);
  });

  it('reads a Buffer and a view into a larger buffer alike, and returns plain Uint8Arrays', () => {
    const bytes = encodeCanonical(Uint8Array.of(7, 8));
    const around = new Uint8Array(bytes.length + 10).fill(0xc1);
    around.set(bytes, 3);
    for (const input of [Buffer.from(bytes), around.subarray(3, 3 + bytes.length)]) {
      const value = decodeCanonical(input) as Uint8Array;
      expect(value).to.deep.equal(Uint8Array.of(7, 8));
      expect(value.constructor).to.equal(Uint8Array);
      expect(value.buffer.byteLength).to.equal(2);
    }
  });

  it('compares bytes by length and content', () => {
    expect(sameBytes(Uint8Array.of(), Uint8Array.of())).to.equal(true);
    expect(sameBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2))).to.equal(true);
    expect(sameBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3))).to.equal(false);
    expect(sameBytes(Uint8Array.of(1, 2), Uint8Array.of(1))).to.equal(false);
    expect(sameBytes(Uint8Array.of(1), Uint8Array.of(1, 2))).to.equal(false);
  });
});

/** The same value with the keys of every object written in another order. */
function shuffled(value: Encodable, next: (bound: number) => number): Encodable {
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map((item) => shuffled(item, next));
  const entries = Object.entries(value).map(([key, item]) => [key, shuffled(item, next)] as const);
  for (let i = entries.length - 1; i > 0; i--) {
    const [moved] = entries.splice(next(i + 1), 1);
    if (moved !== undefined) entries.push(moved);
  }
  return Object.fromEntries(entries);
}
