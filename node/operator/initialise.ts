import { join } from 'node:path';
import {
  createKeystore,
  createStakeKeystore,
  type KeystoreOptions,
  type OperatorIdentity,
  type StakeKey,
} from '../keys/index.ts';

export const KEYSTORE_FILE = 'keystore.json';
const STAKE_KEYSTORE_FILE = 'stake-keystore.json';

/**
 * Makes a node's keys in a folder: node key and hot key in one keystore.
 *
 * @throws KeystoreError `KEYSTORE_EXISTS` …: an existing keystore is never replaced.
 */
export function initialiseOperator(
  folder: string,
  passphrase: string,
  options: KeystoreOptions = {},
): Promise<OperatorIdentity> {
  return createKeystore(join(folder, KEYSTORE_FILE), passphrase, options);
}

/** Makes the cold key that will own the bond, in a keystore of its own. @throws KeystoreError. */
export function initialiseStake(
  folder: string,
  passphrase: string,
  options: KeystoreOptions = {},
): Promise<StakeKey> {
  return createStakeKeystore(join(folder, STAKE_KEYSTORE_FILE), passphrase, options);
}
