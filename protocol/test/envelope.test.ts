import { createHash, createPublicKey, verify } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import { digestOfBytes, fromHex, toHex } from '../digest.ts';
import { decodeCanonical, type Encodable, encodeCanonical } from '../encoding.ts';
import { MAX_ENVELOPE_BYTES, openEnvelope, type Sealed, signEnvelope } from '../envelope.ts';
import { MessageError } from '../errors.ts';
import { publicKeyFromNodeId } from '../ids.ts';
import { seeded, signerOf } from './arbitraries.ts';
import { EXAMPLE, unsignedEnvelopes } from './envelopes.ts';
import { errorOf } from './expect-error.ts';
import { referenceEncoding } from './reference-encoding.ts';

const signer = signerOf(1);
type Fields = Record<string, Encodable>;

describe('envelope', () => {
  it('opens to what was signed', () => {
    fc.assert(
      fc.property(unsignedEnvelopes, fc.nat({ max: 5 }), (unsigned, index) => {
        const sealed = signEnvelope(unsigned, signerOf(index));
        const opened = openEnvelope(sealed.bytes);
        expect(opened.envelope).to.deep.equal({
          ...unsigned,
          v: 1,
          sender: signerOf(index).nodeId,
          sig: sealed.envelope.sig,
        });
        expect(opened.digest).to.equal(sealed.digest).and.to.equal(digestOfBytes(sealed.bytes));
        expect(opened.bytes).to.deep.equal(sealed.bytes);
      }),
      seeded(300),
    );
  });

  it('is signed over the domain, the network and all fields but the signature', () => {
    fc.assert(
      fc.property(unsignedEnvelopes, (unsigned) => {
        const { sig, ...body } = signEnvelope(unsigned, signer).envelope;
        const hash = createHash('sha256')
          .update(Uint8Array.of(18))
          .update('ballast/envelope/1')
          .update(fromHex(body.net))
          .update(referenceEncoding(body))
          .digest();
        const x = Buffer.from(publicKeyFromNodeId(body.sender)).toString('base64url');
        const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
        expect(verify(null, hash, key, sig)).to.equal(true);
      }),
      seeded(100),
    );
  });

  it('has the same bytes in whatever order its fields are given', () => {
    const reversed = Object.fromEntries(Object.entries(EXAMPLE).reverse()) as typeof EXAMPLE;
    expect(signEnvelope(reversed, signer).digest).to.equal(signEnvelope(EXAMPLE, signer).digest);
  });

  it('keeps its content when the buffer it came in is used again', () => {
    const sealed = signEnvelope({ ...EXAMPLE, payload: Uint8Array.of(1, 2, 3) }, signer);
    const { envelope, digest } = openEnvelope(sealed.bytes);
    sealed.bytes.fill(0);
    expect(envelope.payload).to.deep.equal(Uint8Array.of(1, 2, 3));
    expect(envelope.sig).to.deep.equal(sealed.envelope.sig);
    expect(digest).to.equal(sealed.digest);
  });

  it('opens again to the same, whatever the first reader did to it', () => {
    const { bytes } = signEnvelope({ ...EXAMPLE, payload: Uint8Array.of(1, 2, 3) }, signer);
    const first = openEnvelope(bytes);
    (first.envelope.payload as Uint8Array).fill(9);
    first.bytes.fill(9);
    const again = openEnvelope(bytes);
    expect(again.envelope.payload).to.deep.equal(Uint8Array.of(1, 2, 3));
    expect(again.bytes).to.deep.equal(bytes);
  });

  it('is refused every time, also after the good one was opened', () => {
    const sealed = signEnvelope({ ...EXAMPLE, seq: 77 }, signer);
    const bad = edited(sealed, { seq: 78 });
    expectRefused(bad, 'MESSAGE_BAD_SIGNATURE');
    openEnvelope(sealed.bytes);
    expectRefused(bad, 'MESSAGE_BAD_SIGNATURE');
    expectRefused(bad, 'MESSAGE_BAD_SIGNATURE');
  });

  it('carries as much as fits MAX_ENVELOPE_BYTES and not one byte more', () => {
    const around =
      signEnvelope({ ...EXAMPLE, payload: new Uint8Array(70_000) }, signer).bytes.length - 70_000;
    const largest = signEnvelope(
      { ...EXAMPLE, payload: new Uint8Array(MAX_ENVELOPE_BYTES - around).fill(7) },
      signer,
    );
    expect(largest.bytes).to.have.lengthOf(MAX_ENVELOPE_BYTES);
    expect(openEnvelope(largest.bytes).digest).to.equal(largest.digest);
    const over = signEnvelope(
      { ...EXAMPLE, payload: new Uint8Array(MAX_ENVELOPE_BYTES - around + 1) },
      signer,
    );
    expectRefused(over.bytes, 'MESSAGE_TOO_LARGE');
    expectRefused(new Uint8Array(MAX_ENVELOPE_BYTES + 1), 'MESSAGE_TOO_LARGE');
  });

  it('of a large message with another signature is refused as such', () => {
    const sealed = signEnvelope({ ...EXAMPLE, payload: new Uint8Array(900_000) }, signer);
    expectRefused(edited(sealed, { payload: new Uint8Array(900_000).fill(1) }), 'MESSAGE_BAD_SIGNATURE');
  });
});

describe('envelope: changed fields', () => {
  const others: Readonly<Record<string, Encodable>> = {
    net: digestOfBytes(Uint8Array.of(2)),
    type: 'commit',
    round: 8,
    view: 0,
    seq: 301,
    ts: 0,
    expiry: Number.MAX_SAFE_INTEGER,
    sender: signerOf(2).nodeId,
    payload: { head: 7 },
    sig: signEnvelope({ ...EXAMPLE, seq: 299 }, signer).envelope.sig,
  };
  for (const [field, value] of Object.entries(others)) {
    it(`${field} breaks the signature`, () => {
      expectRefused(edited(signEnvelope(EXAMPLE, signer), { [field]: value }), 'MESSAGE_BAD_SIGNATURE');
    });
  }

  it('any one field taken from another message breaks the signature', () => {
    const fields = fc.constantFrom(...(Object.keys(EXAMPLE) as (keyof typeof EXAMPLE)[]));
    fc.assert(
      fc.property(unsignedEnvelopes, unsignedEnvelopes, fields, (a, b, field) => {
        fc.pre(toHex(encodeCanonical(a[field])) !== toHex(encodeCanonical(b[field])));
        expectRefused(edited(signEnvelope(a, signer), { [field]: b[field] }), 'MESSAGE_BAD_SIGNATURE');
      }),
      seeded(400),
    );
  });

  it('a name that is not the name of the key that signed', () => {
    const claimed = { ...EXAMPLE, sender: signerOf(2).nodeId };
    expectRefused(signEnvelope(claimed, signer).bytes, 'MESSAGE_BAD_SIGNATURE');
  });

  it('a second spelling of the sender', () => {
    const sender = `${signer.nodeId.slice(0, -1)}Ā`;
    expectRefused(edited(signEnvelope(EXAMPLE, signer), { sender }), 'MESSAGE_MALFORMED');
  });

  it('a signature over the bare encoding, without the domain', () => {
    const { sig: _, ...body } = signEnvelope(EXAMPLE, signer).envelope;
    const sig = signer.sign(encodeCanonical(body));
    expectRefused(encodeCanonical({ ...body, sig }), 'MESSAGE_BAD_SIGNATURE');
  });
});

describe('envelope: malformed', () => {
  const sealed = signEnvelope(EXAMPLE, signer);

  for (const field of Object.keys(sealed.envelope)) {
    it(`without ${field}`, () => {
      const fields = Object.entries(sealed.envelope).filter(([name]) => name !== field);
      expectRefused(encodeCanonical(Object.fromEntries(fields)), 'MESSAGE_MALFORMED');
      // The count alone is right again.
      expectRefused(encodeCanonical(Object.fromEntries([...fields, ['extra', 1]])), 'MESSAGE_MALFORMED');
    });
  }

  it('with an extra field, also one that was signed', () => {
    expectRefused(edited(sealed, { extra: null }), 'MESSAGE_MALFORMED');
    const signed = signEnvelope({ ...EXAMPLE, extra: 1 } as typeof EXAMPLE, signer);
    expectRefused(signed.bytes, 'MESSAGE_MALFORMED');
  });

  const notCounts: readonly Encodable[] = [-1, 0.5, '1', null, [1], true];
  const wrong: Readonly<Record<string, readonly Encodable[]>> = {
    v: [0, 2, '1', true, null],
    net: ['', EXAMPLE.net.toUpperCase(), EXAMPLE.net.slice(1), `${EXAMPLE.net}0`, fromHex(EXAMPLE.net), null],
    type: ['', 'Status', 'toString', 'unknown', 1, null],
    round: notCounts,
    view: notCounts,
    seq: notCounts,
    ts: notCounts,
    expiry: notCounts,
    sender: ['', 'node', signer.nodeId.slice(1), `${signer.nodeId}1`, signer.publicKey, 5, null],
    sig: [new Uint8Array(63), new Uint8Array(65), new Uint8Array(0), 'a'.repeat(64), null],
  };
  for (const [field, values] of Object.entries(wrong)) {
    it(`with a ${field} of the wrong form`, () => {
      for (const value of values) expectRefused(edited(sealed, { [field]: value }), 'MESSAGE_MALFORMED');
    });
  }

  it('that is no map', () => {
    for (const value of [null, true, 1, 'text', new Uint8Array(11), [], new Array<null>(11).fill(null), {}]) {
      expectRefused(encodeCanonical(value), 'MESSAGE_MALFORMED');
    }
  });

  it('in another encoding of the same value', () => {
    const fields = Object.entries(sealed.envelope).sort(([a], [b]) => (a < b ? 1 : -1));
    const unsorted = Buffer.concat([
      Buffer.of(0x80 + fields.length),
      ...fields.flatMap(([name, value]) => [encodeCanonical(name), encodeCanonical(value)]),
    ]);
    expectRefused(unsorted, 'MESSAGE_MALFORMED');
    expectRefused(Buffer.concat([sealed.bytes, Buffer.of(0xc0)]), 'MESSAGE_MALFORMED');
  });

  it('cut short at any byte', () => {
    for (let length = 0; length < sealed.bytes.length; length++) {
      expectRefused(sealed.bytes.subarray(0, length), 'MESSAGE_MALFORMED');
    }
  });

  it('with any bit flipped: inside the signature or payload a bad signature, elsewhere that or malformed', () => {
    const { bytes } = sealed;
    const sigAt = Buffer.from(bytes).indexOf(sealed.envelope.sig);
    const headAt = Buffer.from(bytes).indexOf('head') + 'head'.length;
    expect(bytes[headAt]).to.equal(6);
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const at = bit >> 3;
      const flipped = bytes.map((byte, i) => (i === at ? byte ^ (1 << (bit & 7)) : byte));
      const error = errorOf(() => openEnvelope(flipped));
      expect(error).to.be.instanceOf(MessageError).and.to.have.property('action', 'reject');
      const signature = at >= sigAt && at < sigAt + 64;
      // The top bit of the payload's 6 makes another type of it; the others make another number.
      const payload = at === headAt && (bit & 7) !== 7;
      if (signature || payload) expect(error.code, `bit ${bit}`).to.equal('MESSAGE_BAD_SIGNATURE');
      else expect(error.code, `bit ${bit}`).to.be.oneOf(['MESSAGE_BAD_SIGNATURE', 'MESSAGE_MALFORMED']);
    }
  });

  it('from random bytes, or with several bytes changed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => expectRefused(bytes, 'MESSAGE_MALFORMED')),
      seeded(1000),
    );
    const edits = fc.array(fc.record({ at: fc.nat(), by: fc.integer({ min: 1, max: 255 }) }), {
      minLength: 1,
      maxLength: 5,
    });
    fc.assert(
      fc.property(edits, (changes) => {
        const bytes = Uint8Array.from(sealed.bytes);
        for (const { at, by } of changes) bytes[at % bytes.length] = (bytes[at % bytes.length] ?? 0) ^ by;
        fc.pre(toHex(bytes) !== toHex(sealed.bytes));
        expectRefused(bytes);
      }),
      seeded(1000),
    );
  });

  it('nested too deep or with too many values', () => {
    const deep = Uint8Array.of(...new Array<number>(40).fill(0x91), 1);
    expectRefused(deep, 'MESSAGE_MALFORMED');
    const many = signEnvelope({ ...EXAMPLE, payload: new Array<null>(100_000).fill(null) }, signer);
    expectRefused(many.bytes, 'MESSAGE_MALFORMED');
  });
});

/** The message with some of its fields replaced and the signature left as it was. */
function edited(sealed: Sealed, changes: Fields): Uint8Array {
  return encodeCanonical({ ...(decodeCanonical(sealed.bytes) as Fields), ...changes });
}

function expectRefused(bytes: Uint8Array, code?: string): void {
  const error = errorOf(() => openEnvelope(bytes));
  expect(error).to.be.instanceOf(MessageError).and.to.have.property('action', 'reject');
  if (code === undefined) expect(error.code).to.be.oneOf(['MESSAGE_MALFORMED', 'MESSAGE_BAD_SIGNATURE']);
  else expect(error.code).to.equal(code);
}
