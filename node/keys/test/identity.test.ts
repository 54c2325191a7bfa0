import { createHash } from 'node:crypto';
import { inspect } from 'node:util';
import { generateKeyPair } from '@libp2p/crypto/keys';
import { peerIdFromPrivateKey } from '@libp2p/peer-id';
import { expect } from 'chai';
import fc from 'fast-check';
import { hashMessage, recoverAddress } from 'viem';
import { verifyEd25519 } from '../../../protocol/ed25519.ts';
import { nodeIdFromPublicKey } from '../../../protocol/ids.ts';
import { createIdentity, OperatorIdentity } from '../index.ts';

const seeded = (label: string) => {
  let counter = 0;
  return (length: number) =>
    Uint8Array.from(createHash('sha512').update(`${label}:${counter++}`).digest().subarray(0, length));
};

describe('operator identity', () => {
  it("names the node as libp2p's own peer id does", async () => {
    for (let i = 0; i < 20; i++) {
      const key = await generateKeyPair('Ed25519');
      expect(nodeIdFromPublicKey(key.publicKey.raw)).to.equal(peerIdFromPrivateKey(key).toString());
    }
    const identity = createIdentity(seeded('name'));
    const transport = await identity.transportKey();
    expect(peerIdFromPrivateKey(transport).toString()).to.equal(identity.nodeId);
    expect(identity.nodeId).to.match(/^12D3Koo/);
  });

  it('signs envelopes and chain messages with the keys it names', async () => {
    const identity = createIdentity(seeded('sign'));
    const message = new TextEncoder().encode('ballast');
    expect(verifyEd25519(identity.signer.publicKey, message, identity.signer.sign(message))).to.equal(true);
    const signature = await identity.account.signMessage({ message: 'vote' });
    expect(await recoverAddress({ hash: hashMessage('vote'), signature })).to.equal(identity.account.address);
  });

  it('shows no secret to JSON, inspect, string or enumeration', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        fc.uint8Array({ minLength: 31, maxLength: 31 }),
        (nodeSeed, tail) => {
          const chainKey = Uint8Array.of(1, ...tail);
          const identity = new OperatorIdentity({ nodeSeed, chainKey });
          const shown = [
            JSON.stringify(identity),
            inspect(identity, { depth: 10, showHidden: true, customInspect: true }),
            inspect(identity, { depth: 10, showHidden: true, customInspect: false }),
            inspect({ ...identity }, { depth: 10, showHidden: true }),
            `${identity}`,
          ].join('\n');
          for (const secret of [nodeSeed, chainKey]) {
            const bytes = Buffer.from(secret);
            for (const form of [bytes.toString('hex'), bytes.toString('base64'), secret.join(', ')]) {
              expect(shown.toLowerCase()).not.to.include(form.toLowerCase());
            }
          }
        },
      ),
      { numRuns: 25, seed: 7 },
    );
  });

  it('refuses secrets of a wrong length or outside the curve, without showing them', () => {
    const good = new Uint8Array(32).fill(7);
    const invalid = [
      { nodeSeed: new Uint8Array(31).fill(0xab), chainKey: good },
      { nodeSeed: good, chainKey: new Uint8Array(33).fill(0xab) },
      { nodeSeed: good, chainKey: new Uint8Array(32) },
      { nodeSeed: good, chainKey: new Uint8Array(32).fill(0xff) },
    ];
    for (const secrets of invalid) {
      expect(() => new OperatorIdentity(secrets))
        .to.throw()
        .with.property('code', 'OPERATOR_KEY_INVALID');
    }
    expect(() => createIdentity((length) => new Uint8Array(length)))
      .to.throw()
      .with.property('code', 'RANDOM_SOURCE_BROKEN');
  });
});
