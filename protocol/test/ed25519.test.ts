import { createHash } from 'node:crypto';
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys';
import { expect } from 'chai';
import fc from 'fast-check';
import { fromHex, toHex } from '../digest.ts';
import { nodeSigner, verifyEd25519 } from '../ed25519.ts';
import { nodeIdFromPublicKey } from '../ids.ts';
import { seeded, signerOf } from './arbitraries.ts';
import { codeOf } from './expect-error.ts';

/** RFC 8032, section 7.1: tests 1, 2, 3 and SHA(abc). */
const VECTORS = [
  {
    seed: '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
    publicKey: 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    message: '',
    signature:
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  },
  {
    seed: '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
    publicKey: '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    message: '72',
    signature:
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  },
  {
    seed: 'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
    publicKey: 'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
    message: 'af82',
    signature:
      '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
  },
  {
    seed: '833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42',
    publicKey: 'ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf',
    message: createHash('sha512').update('abc').digest('hex'),
    signature:
      'dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704',
  },
];

/** The order of the base point (RFC 8032, section 5.1). */
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;
/** Encodings of points of order 1, 2, 4 and 8. */
const SMALL_ORDER = [
  `01${'00'.repeat(31)}`,
  `ec${'ff'.repeat(30)}7f`,
  '00'.repeat(32),
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
];

describe('Ed25519', () => {
  for (const [i, vector] of VECTORS.entries()) {
    it(`signs and verifies vector ${i + 1} of RFC 8032`, () => {
      const signer = nodeSigner(fromHex(vector.seed));
      const message = fromHex(vector.message);
      expect(toHex(signer.publicKey)).to.equal(vector.publicKey);
      expect(signer.nodeId).to.equal(nodeIdFromPublicKey(fromHex(vector.publicKey)));
      expect(toHex(signer.sign(message))).to.equal(vector.signature);
      expect(verifyEd25519(fromHex(vector.publicKey), message, fromHex(vector.signature))).to.equal(true);
    });
  }

  it('signs as libp2p does', async () => {
    const seed = new Uint8Array(32).fill(7);
    const key = await generateKeyPairFromSeed('Ed25519', seed);
    const message = Uint8Array.of(1, 2, 3);
    expect(nodeSigner(seed).sign(message)).to.deep.equal(await key.sign(message));
  });

  it('keeps no reference to the seed it was given', () => {
    const seed = new Uint8Array(32).fill(8);
    const signer = nodeSigner(seed);
    const before = toHex(signer.sign(Uint8Array.of(1)));
    seed.fill(0);
    expect(toHex(signer.sign(Uint8Array.of(1)))).to.equal(before);
    expect(Object.keys(signer).sort()).to.deep.equal(['nodeId', 'publicKey', 'sign']);
  });

  it('refuses seeds of another length', () => {
    for (const length of [0, 31, 33, 64]) {
      expect(codeOf(() => nodeSigner(new Uint8Array(length)))).to.equal('NODE_KEY_LENGTH');
    }
  });

  it('verifies what was signed, and not under any change of one bit', () => {
    const { publicKey, sign } = signerOf(1);
    const message = Uint8Array.of(10, 20, 30);
    const signature = sign(message);
    expect(verifyEd25519(publicKey, message, signature)).to.equal(true);
    for (const changed of bitFlips(signature)) {
      expect(verifyEd25519(publicKey, message, changed)).to.equal(false);
    }
    for (const changed of bitFlips(message)) {
      expect(verifyEd25519(publicKey, changed, signature)).to.equal(false);
    }
    for (const changed of bitFlips(publicKey)) {
      expect(verifyEd25519(changed, message, signature)).to.equal(false);
    }
  });

  it('refuses the second form of a signature, S + L', () => {
    const { publicKey, sign } = signerOf(1);
    const message = Uint8Array.of(1);
    const signature = sign(message);
    const s = BigInt(`0x${toHex(signature.slice(32).reverse())}`) + ORDER;
    const other = Uint8Array.of(
      ...signature.subarray(0, 32),
      ...fromHex(s.toString(16).padStart(64, '0')).reverse(),
    );
    expect(other).to.have.lengthOf(64);
    expect(verifyEd25519(publicKey, message, other)).to.equal(false);
  });

  it('lets no key of small order vouch for a message', () => {
    for (const key of SMALL_ORDER) {
      for (const r of SMALL_ORDER) {
        const signature = fromHex(r + '00'.repeat(32));
        for (let i = 0; i < 16; i++) {
          expect(verifyEd25519(fromHex(key), Uint8Array.of(i), signature)).to.equal(false);
        }
      }
    }
  });

  it('answers false, never with an exception, for malformed keys and signatures', () => {
    const anyBytes = fc.uint8Array({ maxLength: 80 });
    const key = fc.oneof(anyBytes, fc.uint8Array({ minLength: 32, maxLength: 32 }));
    const signature = fc.oneof(anyBytes, fc.uint8Array({ minLength: 64, maxLength: 64 }));
    fc.assert(
      fc.property(key, anyBytes, signature, (k, m, s) => {
        expect(verifyEd25519(k, m, s)).to.equal(false);
      }),
      seeded(1000),
    );
  });

  it('answers false for a valid signature cut short or lengthened', () => {
    const { publicKey, sign } = signerOf(1);
    const signature = sign(Uint8Array.of(1));
    expect(verifyEd25519(publicKey, Uint8Array.of(1), signature.subarray(0, 63))).to.equal(false);
    expect(verifyEd25519(publicKey, Uint8Array.of(1), Uint8Array.of(...signature, 0))).to.equal(false);
    expect(verifyEd25519(publicKey.subarray(1), Uint8Array.of(1), signature)).to.equal(false);
  });

  it('still knows every key after more keys than it remembers', () => {
    const { publicKey, sign } = signerOf(1);
    const message = Uint8Array.of(5);
    const signature = sign(message);
    const stranger = new Uint8Array(32);
    for (let i = 0; i < 5000; i++) {
      new DataView(stranger.buffer).setUint32(0, i);
      verifyEd25519(stranger, message, signature);
    }
    expect(verifyEd25519(publicKey, message, signature)).to.equal(true);
    expect(verifyEd25519(publicKey, Uint8Array.of(6), signature)).to.equal(false);
  });
});

function* bitFlips(bytes: Uint8Array): Generator<Uint8Array> {
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    yield bytes.map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
  }
}
