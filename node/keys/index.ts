export { KeystoreError } from './errors.ts';
export { createIdentity, OperatorIdentity } from './identity.ts';
export {
  createKeystore,
  type KeystoreOptions,
  openKeystore,
  readKeystoreText,
  saveKeystore,
  writeKeystoreText,
} from './keystore.ts';
export { keystoreName } from './keystore-format.ts';
export {
  hasPassphrase,
  obtainNewPassphrase,
  obtainPassphrase,
  type PassphraseSources,
} from './passphrase.ts';
export { openRemoteSigner } from './remote-signer.ts';
export { DEFAULT_SCRYPT_COST, MIN_SCRYPT_COST } from './seal.ts';
export { createStakeKeystore, openStakeKeystore, StakeKey, sealStakeKeystore } from './stake-key.ts';
