import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts';
import { type KeystoreOptions, readKeystoreText, requirePassword, writeKeystoreText } from './keystore.ts';
import { sealStakeKey, unsealStakeKey } from './keystore-format.ts';
import { DEFAULT_SCRYPT_COST } from './seal.ts';

/**
 * The cold key: it owns the bond, and signs registrations, rotations and exits alone. A running node never needs it,
 * so its keystore may live on another machine, or the key in a wallet that this program never sees.
 */
export class StakeKey {
  readonly account: PrivateKeyAccount;

  constructor(account: PrivateKeyAccount) {
    this.account = account;
  }

  toJSON(): { address: string } {
    return { address: this.account.address };
  }

  [inspect.custom](): string {
    return `StakeKey(${this.account.address})`;
  }
}

/**
 * Draws a stake key from the system's cryptographic source and saves it sealed, in a file of mode 0600 that is never
 * replaced.
 *
 * @throws KeystoreError `KEYSTORE_PASSWORD_EMPTY`, `KEYSTORE_COST`, `KEYSTORE_EXISTS`, `KEYSTORE_UNWRITABLE`.
 */
export function createStakeKeystore(
  path: string,
  password: string,
  options: KeystoreOptions = {},
): Promise<StakeKey> {
  // Refused with probability below 2^−127, for a draw beyond the order of the curve.
  return sealStakeKeystore(path, randomBytes(32), password, options);
}

/**
 * Saves a key that exists already; its bytes are overwritten.
 *
 * @param key 32 bytes.
 * @throws KeystoreError as {@link createStakeKeystore}.
 */
export async function sealStakeKeystore(
  path: string,
  key: Buffer,
  password: string,
  { scryptCost = DEFAULT_SCRYPT_COST }: KeystoreOptions = {},
): Promise<StakeKey> {
  try {
    requirePassword(password);
    const stake = stakeKeyOf(key);
    await writeKeystoreText(path, await sealStakeKey(key, stake.account.address, password, scryptCost));
    return stake;
  } finally {
    key.fill(0);
  }
}

/** Opens a stake keystore. @throws KeystoreError as `openKeystore` does. */
export async function openStakeKeystore(path: string, password: string): Promise<StakeKey> {
  requirePassword(password);
  const key = await unsealStakeKey(await readKeystoreText(path), password, path);
  try {
    return stakeKeyOf(key);
  } finally {
    key.fill(0);
  }
}

function stakeKeyOf(key: Buffer): StakeKey {
  return new StakeKey(privateKeyToAccount(`0x${key.toString('hex')}`));
}
