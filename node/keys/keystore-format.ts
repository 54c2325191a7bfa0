import {
  createCipheriv,
  createDecipheriv,
  randomBytes as cryptoRandomBytes,
  type ScryptOptions,
  scrypt,
} from 'node:crypto';
import { z } from 'zod';
import { KeystoreError } from './errors.ts';
import { OperatorIdentity } from './identity.ts';

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

const hexBytes = (bytes: number) => z.string().regex(new RegExp(`^[0-9a-f]{${2 * bytes}}$`));
const keystoreFile = z.strictObject({
  version: z.literal(1),
  nodeId: z.string().max(64),
  address: z.string().regex(/^0x[0-9a-fA-F]{40}$/),
  kdf: z.strictObject({
    name: z.literal('scrypt'),
    n: z.number().refine(isScryptCost),
    r: z.literal(SCRYPT_R),
    p: z.literal(SCRYPT_P),
    salt: hexBytes(32),
  }),
  cipher: z.strictObject({ name: z.literal('aes-256-gcm'), nonce: hexBytes(12), tag: hexBytes(16) }),
  ciphertext: hexBytes(2 * KEY_LENGTH),
});
type KeystoreFile = z.infer<typeof keystoreFile>;

/**
 * The text of a keystore: scrypt derives the key, AES-256-GCM seals seed ‖ chain key, the header is
 * authenticated.
 *
 * @throws KeystoreError `KEYSTORE_COST`.
 */
export async function sealIdentity(
  identity: OperatorIdentity,
  password: string,
  cost: number,
): Promise<string> {
  if (!isScryptCost(cost)) {
    throw new KeystoreError(
      'KEYSTORE_COST',
      `scrypt cost: got ${cost}, expected a power of two from ${MIN_SCRYPT_COST} to ${MAX_SCRYPT_COST}`,
    );
  }
  const header = {
    version: 1 as const,
    nodeId: identity.nodeId,
    address: identity.account.address,
    kdf: {
      name: 'scrypt' as const,
      n: cost,
      r: SCRYPT_R as 8,
      p: SCRYPT_P as 1,
      salt: cryptoRandomBytes(32).toString('hex'),
    },
  };
  const nonce = cryptoRandomBytes(12);
  const key = await deriveKey(password, header.kdf);
  try {
    return await identity.withSecrets(async ({ nodeSeed, chainKey }) => {
      const cipher = createCipheriv('aes-256-gcm', key, nonce);
      cipher.setAAD(associatedData(header));
      const ciphertext = Buffer.concat([cipher.update(nodeSeed), cipher.update(chainKey), cipher.final()]);
      const file: KeystoreFile = {
        ...header,
        cipher: {
          name: 'aes-256-gcm',
          nonce: nonce.toString('hex'),
          tag: cipher.getAuthTag().toString('hex'),
        },
        ciphertext: ciphertext.toString('hex'),
      };
      return `${JSON.stringify(file, null, 2)}\n`;
    });
  } finally {
    key.fill(0);
  }
}

/** @throws KeystoreError `KEYSTORE_MALFORMED`, `KEYSTORE_PASSWORD`. */
export async function unsealIdentity(
  text: string,
  password: string,
  path: string,
): Promise<OperatorIdentity> {
  const file = parseKeystore(text, path);
  const key = await deriveKey(password, file.kdf);
  let plaintext: Buffer | undefined;
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(file.cipher.nonce, 'hex'));
    decipher.setAAD(associatedData(file));
    decipher.setAuthTag(Buffer.from(file.cipher.tag, 'hex'));
    plaintext = decipher.update(Buffer.from(file.ciphertext, 'hex'));
    decipher.final();
    return new OperatorIdentity({
      nodeSeed: plaintext.subarray(0, KEY_LENGTH),
      chainKey: plaintext.subarray(KEY_LENGTH),
    });
  } catch {
    // The cause is left out on purpose: GCM cannot tell a wrong password from a changed file, and nothing else
    // in it helps the operator.
    throw new KeystoreError('KEYSTORE_PASSWORD', `keystore ${path}: the password does not open it`, {
      metadata: { path },
      hint: 'check the password; if it is right, the file was changed: restore it from a backup',
    });
  } finally {
    plaintext?.fill(0);
    key.fill(0);
  }
}

function isScryptCost(n: number): boolean {
  return n >= MIN_SCRYPT_COST && n <= MAX_SCRYPT_COST && Number.isInteger(Math.log2(n));
}

function parseKeystore(text: string, path: string): KeystoreFile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw malformed(path, 'it is not JSON');
  }
  const parsed = keystoreFile.safeParse(value);
  if (parsed.success) return parsed.data;
  const field = parsed.error.issues[0]?.path.join('.') ?? '';
  throw malformed(path, field === '' ? 'its fields are not those of version 1' : `field ${field}`);
}

function malformed(path: string, what: string): KeystoreError {
  return new KeystoreError('KEYSTORE_MALFORMED', `keystore ${path} is not one of Ballast's: ${what}`, {
    metadata: { path },
    hint: 'restore the file from a backup, or create another keystore under another path',
  });
}

/** The authenticated header, its fields in a stated order. */
function associatedData(file: Pick<KeystoreFile, 'version' | 'nodeId' | 'address' | 'kdf'>): Buffer {
  const { version, nodeId, address, kdf } = file;
  return Buffer.from(JSON.stringify([version, nodeId, address, kdf.name, kdf.n, kdf.r, kdf.p, kdf.salt]));
}

function deriveKey(password: string, kdf: KeystoreFile['kdf']): Promise<Buffer> {
  const options: ScryptOptions = { N: kdf.n, r: kdf.r, p: kdf.p, maxmem: 256 * kdf.n * kdf.r };
  const salt = Buffer.from(kdf.salt, 'hex');
  return new Promise((resolve, reject) => {
    // NFKC: the same password typed on another keyboard or system gives the same bytes.
    scrypt(password.normalize('NFKC'), salt, KEY_LENGTH, options, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}
