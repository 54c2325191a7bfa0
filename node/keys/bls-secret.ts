import { hkdfSync } from 'node:crypto';
import { blsSecretKey } from '../../contracts/client/bls.ts';

/** What the derived bytes are for; another purpose takes another label. */
const LABEL = 'ballast/bls-key/1';
/** FIPS 186-5, appendix A.2.1: 128 bits beyond the order, so that the reduction shows nothing. */
const SEED_BYTES = 48;

/**
 * The BLS key of a node that votes under an address: HKDF-SHA256 (RFC 5869) of the node's seed, so that the keystore and
 * its backup hold it already. It goes with the address, since the registry keeps a key for its first signer.
 *
 * @param nodeSeed 32 bytes.
 * @returns 32 bytes.
 */
export function deriveBlsSecret(nodeSeed: Uint8Array, signer: string): Uint8Array {
  const seed = new Uint8Array(
    hkdfSync('sha256', nodeSeed, new Uint8Array(), `${LABEL}/${signer.toLowerCase()}`, SEED_BYTES),
  );
  try {
    return blsSecretKey(seed);
  } finally {
    seed.fill(0);
  }
}
