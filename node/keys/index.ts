export { KeystoreError, type KeystoreErrorCode } from './errors.ts';
export { createIdentity, OperatorIdentity, type OperatorSecrets } from './identity.ts';
export { createKeystore, type KeystoreOptions, openKeystore, saveKeystore } from './keystore.ts';
export { DEFAULT_SCRYPT_COST, MIN_SCRYPT_COST } from './keystore-format.ts';
