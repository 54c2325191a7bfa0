import { join } from 'node:path';
import { type OperatorIdentity, obtainPassphrase, openKeystore } from '../keys/index.ts';
import { KEYSTORE_FILE } from '../operator/index.ts';
import { configIn, type FolderFlags } from './folder.ts';
import { passphraseSources } from './passphrases.ts';
import { remoteSignerOf, type SignerFlags } from './remote-signer.ts';

export type KeystoreFlags = FolderFlags &
  SignerFlags & { readonly keystore?: string; readonly passphraseFile?: string };

/**
 * Opens the node's keystore: the given one, else the configuration's with its `passwordFile` and its `signer`, else the
 * one in the folder. An external signer that is given comes before the configuration's.
 *
 * @throws what `configOf`, `obtainPassphrase`, `openKeystore` and `remoteSignerOf` throw.
 */
export async function openNodeKeystore(flags: KeystoreFlags, chainId: number): Promise<OperatorIdentity> {
  const { folder = '.', keystore: given, passphraseFile, signerUrl, signerAddress } = flags;
  const config = given === undefined ? await configIn(flags) : undefined;
  const keystore = given ?? config?.keystore ?? join(folder, KEYSTORE_FILE);
  const sources = passphraseSources('BALLAST', { flag: passphraseFile, configured: config?.passwordFile });
  const identity = await openKeystore(keystore, await obtainPassphrase(sources, keystore));
  const configured =
    config?.signer === undefined || signerUrl !== undefined || signerAddress !== undefined
      ? flags
      : { signerUrl: config.signer.url, signerAddress: config.signer.address };
  const signer = await remoteSignerOf(configured, chainId);
  return signer === undefined ? identity : identity.withSigner(signer);
}
