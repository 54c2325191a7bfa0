import { expect } from 'chai';
import { blsPublicKey } from '../../../contracts/client/index.ts';
import { deriveBlsSecret } from '../bls-secret.ts';

const SIGNER = `0x${'aB'.repeat(20)}`;
const seed = new Uint8Array(32).fill(7);
const keyOf = (nodeSeed: Uint8Array, signer: string) =>
  Buffer.from(blsPublicKey(deriveBlsSecret(nodeSeed, signer))).toString('hex');

describe('BLS key of a node', () => {
  it('follows from its seed and its hot address, however that is written', () => {
    expect(keyOf(seed, SIGNER)).to.equal(keyOf(seed, SIGNER.toLowerCase()));
    const others = [keyOf(seed, `0x${'cd'.repeat(20)}`), keyOf(new Uint8Array(32).fill(8), SIGNER)];
    expect(new Set([keyOf(seed, SIGNER), ...others]).size).to.equal(3);
    expect(deriveBlsSecret(seed, SIGNER)).to.have.length(32);
  });
});
