import {
  createCipheriv,
  createDecipheriv,
  randomBytes as cryptoRandomBytes,
  type ScryptOptions,
  scrypt,
} from 'node:crypto';
import { z } from 'zod';
import { KeystoreError } from './errors.ts';

/**
 * scrypt cost (RFC 7914): 128·N·r bytes of memory. N = 2^17, r = 8 takes 128 MiB and under a second on a small
 * machine, what OWASP's password storage sheet asks for.
 */
export const DEFAULT_SCRYPT_COST = 2 ** 17;
/** The least cost that is accepted: below it a stolen file falls to guessing too soon. */
export const MIN_SCRYPT_COST = 2 ** 14;
/** The largest cost that is accepted: 1 GiB, so that a doctored file cannot exhaust the machine. */
const MAX_SCRYPT_COST = 2 ** 20;
const SCRYPT_R = 8;
const SCRYPT_P = 1;
const KEY_LENGTH = 32;

export const hexBytes = (bytes: number) => z.string().regex(new RegExp(`^[0-9a-f]{${2 * bytes}}$`));

/** How a password becomes a key, as files state it. */
export const kdfSchema = z.strictObject({
  name: z.literal('scrypt'),
  n: z.number().refine(isScryptCost),
  r: z.literal(SCRYPT_R),
  p: z.literal(SCRYPT_P),
  salt: hexBytes(32),
});
export const cipherSchema = z.strictObject({
  name: z.literal('aes-256-gcm'),
  nonce: hexBytes(12),
  tag: hexBytes(16),
});

export type Kdf = z.infer<typeof kdfSchema>;
export type Cipher = z.infer<typeof cipherSchema>;

/**
 * Terms of a new file: a salt from the system's source.
 *
 * @throws KeystoreError `KEYSTORE_COST`.
 */
export function newKdf(cost: number): Kdf {
  if (!isScryptCost(cost)) {
    throw new KeystoreError(
      'KEYSTORE_COST',
      `scrypt cost: got ${cost}, expected a power of two from ${MIN_SCRYPT_COST} to ${MAX_SCRYPT_COST}`,
    );
  }
  return {
    name: 'scrypt',
    n: cost,
    r: SCRYPT_R,
    p: SCRYPT_P,
    salt: cryptoRandomBytes(32).toString('hex'),
  };
}

/** Seals with AES-256-GCM under a key of the password; `associated` is authenticated beside it. */
export async function seal(
  plaintext: Uint8Array,
  password: string,
  kdf: Kdf,
  associated: Uint8Array,
): Promise<{ readonly cipher: Cipher; readonly ciphertext: Buffer }> {
  const key = await deriveKey(password, kdf);
  try {
    const nonce = cryptoRandomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(associated);
    const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
    const tag = cipher.getAuthTag().toString('hex');
    return { cipher: { name: 'aes-256-gcm', nonce: nonce.toString('hex'), tag }, ciphertext };
  } finally {
    key.fill(0);
  }
}

/**
 * @returns undefined for a wrong password or a changed file: GCM cannot tell which. The caller wipes what it holds of
 *   secrets.
 */
export async function unseal(
  ciphertext: Uint8Array,
  password: string,
  {
    kdf,
    cipher,
    associated,
  }: { readonly kdf: Kdf; readonly cipher: Cipher; readonly associated: Uint8Array },
): Promise<Buffer | undefined> {
  const key = await deriveKey(password, kdf);
  let plaintext: Buffer | undefined;
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(cipher.nonce, 'hex'));
    decipher.setAAD(associated).setAuthTag(Buffer.from(cipher.tag, 'hex'));
    plaintext = decipher.update(ciphertext);
    decipher.final();
    return plaintext;
  } catch {
    plaintext?.fill(0);
    return undefined;
  } finally {
    key.fill(0);
  }
}

function isScryptCost(n: number): boolean {
  return n >= MIN_SCRYPT_COST && n <= MAX_SCRYPT_COST && Number.isInteger(Math.log2(n));
}

function deriveKey(password: string, kdf: Kdf): Promise<Buffer> {
  const options: ScryptOptions = { N: kdf.n, r: kdf.r, p: kdf.p, maxmem: 256 * kdf.n * kdf.r };
  const salt = Buffer.from(kdf.salt, 'hex');
  return new Promise((resolve, reject) => {
    // NFKC: the same password typed on another keyboard or system gives the same bytes.
    scrypt(password.normalize('NFKC'), salt, KEY_LENGTH, options, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}
