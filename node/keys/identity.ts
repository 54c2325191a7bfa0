import { inspect } from 'node:util';
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys';
import type { Ed25519PrivateKey } from '@libp2p/interface';
import type { LocalAccount } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { type NodeSigner, nodeSigner } from '../../protocol/ed25519.ts';
import { BallastError } from '../../protocol/errors.ts';
import type { NodeId } from '../../protocol/ids.ts';
import type { RandomBytes } from '../../protocol/random.ts';
import { deriveBlsSecret } from './bls-secret.ts';

/** What an operator keeps secret. Both are 32 bytes. */
export type OperatorSecrets = {
  /** Ed25519 seed (RFC 8032): the node's name on the network and its signature under every envelope. */
  readonly nodeSeed: Uint8Array;
  /** secp256k1 private key: the signature under commit votes, which the chain verifies, and transactions. */
  readonly chainKey: Uint8Array;
};

const SECRET_LENGTH = 32;

/**
 * An operator's two keys. The secrets live in private fields: neither `JSON.stringify`, `util.inspect` nor an
 * error shows them.
 */
export class OperatorIdentity {
  readonly nodeId: NodeId;
  /** Signs envelopes; the key stays inside. */
  readonly signer: NodeSigner;
  /** Signs commit votes and transactions; the key stays inside, or with an external signer. */
  readonly account: LocalAccount;
  readonly #secrets: OperatorSecrets;

  /** @throws BallastError `OPERATOR_KEY_INVALID` when a secret is not 32 bytes or not a secp256k1 scalar. */
  constructor(secrets: OperatorSecrets, account: LocalAccount = accountOf(secrets.chainKey)) {
    requireLength('node seed', secrets.nodeSeed);
    requireLength('chain key', secrets.chainKey);
    this.#secrets = {
      nodeSeed: Uint8Array.from(secrets.nodeSeed),
      chainKey: Uint8Array.from(secrets.chainKey),
    };
    this.signer = nodeSigner(secrets.nodeSeed);
    this.nodeId = this.signer.nodeId;
    this.account = account;
  }

  /** The same node with votes and transactions signed elsewhere: the keystore's own chain key is not used. */
  withSigner(account: LocalAccount): OperatorIdentity {
    return new OperatorIdentity(this.#secrets, account);
  }

  /** The key that the transport authenticates connections with. It shows its bytes: hand it to libp2p alone. */
  transportKey(): Promise<Ed25519PrivateKey> {
    return generateKeyPairFromSeed('Ed25519', this.#secrets.nodeSeed);
  }

  /** The secret of the BLS key that goes with the account, 32 bytes: for what signs votes and registers the key alone. */
  blsSecret(): Uint8Array {
    return deriveBlsSecret(this.#secrets.nodeSeed, this.account.address);
  }

  /** Gives `use` the secrets and wipes the copy afterwards: for sealing them in a keystore. */
  async withSecrets<T>(use: (secrets: OperatorSecrets) => Promise<T>): Promise<T> {
    const copy = {
      nodeSeed: Uint8Array.from(this.#secrets.nodeSeed),
      chainKey: Uint8Array.from(this.#secrets.chainKey),
    };
    try {
      return await use(copy);
    } finally {
      copy.nodeSeed.fill(0);
      copy.chainKey.fill(0);
    }
  }

  toJSON(): { nodeId: NodeId; address: string } {
    return { nodeId: this.nodeId, address: this.account.address };
  }

  [inspect.custom](): string {
    return `OperatorIdentity(${this.nodeId}, ${this.account.address})`;
  }
}

/** Draws a fresh identity from a cryptographic source. */
export function createIdentity(randomBytes: RandomBytes): OperatorIdentity {
  const nodeSeed = randomBytes(SECRET_LENGTH);
  // A scalar outside 1 … n−1 has probability below 2^−127; drawing again keeps the law exact.
  for (let draw = 0; draw < 8; draw++) {
    const chainKey = randomBytes(SECRET_LENGTH);
    if (isScalar(chainKey)) return new OperatorIdentity({ nodeSeed, chainKey });
  }
  throw new BallastError('RANDOM_SOURCE_BROKEN', 'eight draws in a row gave no secp256k1 key', {
    hint: 'the random source repeats itself: do not use it for keys',
  });
}

/** Order n of secp256k1 (SEC 2, section 2.4.1). */
const CURVE_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

function isScalar(bytes: Uint8Array): boolean {
  const value = BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
  return value > 0n && value < CURVE_ORDER;
}

function accountOf(chainKey: Uint8Array): LocalAccount {
  if (!isScalar(chainKey)) {
    throw new BallastError('OPERATOR_KEY_INVALID', 'chain key: expected a secp256k1 scalar in 1 … n−1');
  }
  return privateKeyToAccount(`0x${Buffer.from(chainKey).toString('hex')}`);
}

function requireLength(what: string, bytes: Uint8Array): void {
  if (bytes.length === SECRET_LENGTH) return;
  throw new BallastError(
    'OPERATOR_KEY_INVALID',
    `${what}: got ${bytes.length} bytes, expected ${SECRET_LENGTH}`,
  );
}
