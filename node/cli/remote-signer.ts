import { UsageError } from '../../protocol/errors.ts';
import { openRemoteSigner } from '../keys/index.ts';

/** Where the hot key is, if not in the keystore. */
export type SignerFlags = { readonly signerUrl?: string; readonly signerAddress?: string };

/** @throws UsageError `SIGNER_FLAGS` where one of the two is missing; what `openRemoteSigner` throws. */
export function remoteSignerOf({ signerUrl: url, signerAddress: address }: SignerFlags, chainId: number) {
  if (url === undefined && address === undefined) return Promise.resolve(undefined);
  if (url === undefined || address === undefined) {
    throw new UsageError('SIGNER_FLAGS', 'signer: expected both --signer-url and --signer-address');
  }
  return openRemoteSigner({ url, address, chainId });
}
