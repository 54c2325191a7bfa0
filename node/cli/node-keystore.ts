import { join } from 'node:path';
import { obtainPassphrase, openKeystore } from '../keys/index.ts';
import { KEYSTORE_FILE } from '../operator/index.ts';
import { configIn, type FolderFlags } from './folder.ts';
import { passphraseSources } from './passphrases.ts';

export type KeystoreFlags = FolderFlags & { readonly keystore?: string; readonly passphraseFile?: string };

/**
 * Opens the node's keystore: the given one, else the configuration's with its `passwordFile`, else the one in the
 * folder.
 *
 * @throws what `configOf`, `obtainPassphrase` and `openKeystore` throw.
 */
export async function openNodeKeystore(flags: KeystoreFlags) {
  const { folder = '.', keystore: given, passphraseFile } = flags;
  const config = given === undefined ? await configIn(flags) : undefined;
  const keystore = given ?? config?.keystore ?? join(folder, KEYSTORE_FILE);
  const sources = passphraseSources('BALLAST', { flag: passphraseFile, configured: config?.passwordFile });
  return openKeystore(keystore, await obtainPassphrase(sources, keystore));
}
