import { generateKeyPairFromSeed } from '@libp2p/crypto/keys';
import { peerIdFromPrivateKey, peerIdFromString } from '@libp2p/peer-id';
import { expect } from 'chai';
import fc from 'fast-check';
import { toHex } from '../digest.ts';
import { nodeIdFromPublicKey, publicKeyFromNodeId, shortNodeId } from '../ids.ts';
import { seeded, signerOf } from './arbitraries.ts';
import { codeOf } from './expect-error.ts';

const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
/** Not base58; the last four are outside Latin-1, which some decoders take for digits. */
const FOREIGN = ['0', 'O', 'I', 'l', ' ', '\n', '\u0000', '+', '/', 'é', 'ÿ', 'Ā', 'ı', '€', '😀'];

const publicKeys = fc.uint8Array({ minLength: 32, maxLength: 32 });

describe('node ids', () => {
  it('are the peer ids of libp2p', async () => {
    for (let i = 0; i < 30; i++) {
      const key = await generateKeyPairFromSeed('Ed25519', new Uint8Array(32).fill(i));
      const peerId = peerIdFromPrivateKey(key);
      expect(signerOf(i).nodeId).to.equal(peerId.toString());
      expect(nodeIdFromPublicKey(key.publicKey.raw)).to.equal(peerId.toString());
    }
  });

  it('are read by libp2p as the same key', () => {
    fc.assert(
      fc.property(publicKeys, (key) => {
        const { publicKey } = peerIdFromString(nodeIdFromPublicKey(key));
        expect(toHex(publicKey?.raw ?? new Uint8Array())).to.equal(toHex(key));
      }),
      seeded(50),
    );
  });

  it('give the key back', () => {
    fc.assert(
      fc.property(publicKeys, (key) => {
        const id = nodeIdFromPublicKey(key);
        expect(id).to.match(/^12D3KooW[1-9A-HJ-NP-Za-km-z]{44}$/);
        expect(publicKeyFromNodeId(id)).to.deep.equal(key);
      }),
      seeded(300),
    );
  });

  it('refuse keys of another length', () => {
    for (const length of [0, 31, 33, 64]) {
      expect(codeOf(() => nodeIdFromPublicKey(new Uint8Array(length)))).to.equal('NODE_KEY_LENGTH');
    }
  });

  for (const index of [1, 2]) {
    it(`name another key or none after any change of one character (${shortNodeId(signerOf(index).nodeId)})`, () => {
      const { nodeId: id } = signerOf(index);
      for (let at = 0; at <= id.length; at++) {
        expectOtherKeyOrNone(id, id.slice(0, at) + id.slice(at + 1));
        for (const char of [...BASE58, ...FOREIGN]) {
          expectOtherKeyOrNone(id, id.slice(0, at) + char + id.slice(at));
          if (at < id.length) expectOtherKeyOrNone(id, id.slice(0, at) + char + id.slice(at + 1));
        }
      }
    });
  }

  it('have one spelling for each key', () => {
    const { nodeId: id } = signerOf(3);
    for (const char of FOREIGN) {
      for (let at = 0; at < id.length; at++) {
        const spelling = id.slice(0, at) + char + id.slice(at + 1);
        expect(codeOf(() => publicKeyFromNodeId(spelling))).to.equal('NODE_ID_MALFORMED');
      }
    }
  });

  it('of other kinds of keys are refused', () => {
    const secp256k1 = '16Uiu2HAm8JhvDcjiph3B57LD1DVZfZB6rUZgf2Lru7uYyLfm1SXq';
    const rsa = 'QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N';
    for (const id of [secp256k1, rsa, '', '1', '12D3KooW', `z${signerOf(1).nodeId}`, '1'.repeat(1_000_000)]) {
      expect(
        codeOf(() => publicKeyFromNodeId(id)),
        id.slice(0, 60),
      ).to.equal('NODE_ID_MALFORMED');
    }
  });

  it('refuse values that are no strings with the same error', () => {
    for (const value of [undefined, null, 5, {}, [signerOf(1).nodeId]]) {
      expect(codeOf(() => publicKeyFromNodeId(value as unknown as string))).to.equal('NODE_ID_MALFORMED');
    }
  });

  it('are told apart by their last six characters', () => {
    expect(shortNodeId(signerOf(1).nodeId)).to.equal(signerOf(1).nodeId.slice(46));
  });
});

/** Whatever is accepted is the one name of its key, and that key is not the one of `id`. */
function expectOtherKeyOrNone(id: string, changed: string): void {
  if (changed === id) return;
  let key: Uint8Array;
  try {
    key = publicKeyFromNodeId(changed);
  } catch {
    if (codeOf(() => publicKeyFromNodeId(changed)) !== 'NODE_ID_MALFORMED') expect.fail(changed);
    return;
  }
  if (nodeIdFromPublicKey(key) !== changed) expect.fail(`${changed} is a second name of its key`);
}
