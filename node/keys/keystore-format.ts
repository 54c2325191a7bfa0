import { z } from 'zod';
import { KeystoreError } from './errors.ts';
import { OperatorIdentity } from './identity.ts';
import { cipherSchema, hexBytes, type Kdf, kdfSchema, newKdf, seal, unseal } from './seal.ts';

const KEY_LENGTH = 32;
const address = z.string().regex(/^0x[0-9a-fA-F]{40}$/);
const common = { version: z.literal(1), address, kdf: kdfSchema, cipher: cipherSchema };

const operatorFile = z.strictObject({
  ...common,
  nodeId: z.string().max(64),
  ciphertext: hexBytes(2 * KEY_LENGTH),
});
const stakeFile = z.strictObject({
  ...common,
  kind: z.literal('stake'),
  ciphertext: hexBytes(KEY_LENGTH),
});

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
  const header = {
    version: 1 as const,
    nodeId: identity.nodeId,
    address: identity.account.address,
    kdf: newKdf(cost),
  };
  return identity.withSecrets(async ({ nodeSeed, chainKey }) => {
    const plaintext = Buffer.concat([nodeSeed, chainKey]);
    const sealed = await seal(plaintext, password, header.kdf, operatorHeader(header));
    plaintext.fill(0);
    return textOf({ ...header, cipher: sealed.cipher, ciphertext: sealed.ciphertext.toString('hex') });
  });
}

/** @throws KeystoreError `KEYSTORE_MALFORMED`, `KEYSTORE_PASSWORD`. */
export async function unsealIdentity(
  text: string,
  password: string,
  path: string,
): Promise<OperatorIdentity> {
  const file = parse(operatorFile, text, path);
  const { kdf, cipher, ciphertext } = file;
  const plaintext = await unseal(Buffer.from(ciphertext, 'hex'), password, {
    kdf,
    cipher,
    associated: operatorHeader(file),
  });
  if (plaintext === undefined) throw wrongPassword(path);
  try {
    return new OperatorIdentity({
      nodeSeed: plaintext.subarray(0, KEY_LENGTH),
      chainKey: plaintext.subarray(KEY_LENGTH),
    });
  } catch {
    throw wrongPassword(path);
  } finally {
    plaintext.fill(0);
  }
}

/** The text of a stake keystore: 32 bytes of key, sealed as an operator's are. */
export async function sealStakeKey(
  key: Uint8Array,
  ownerAddress: string,
  password: string,
  cost: number,
): Promise<string> {
  const header = { version: 1 as const, kind: 'stake' as const, address: ownerAddress, kdf: newKdf(cost) };
  const sealed = await seal(key, password, header.kdf, stakeHeader(header));
  return textOf({ ...header, cipher: sealed.cipher, ciphertext: sealed.ciphertext.toString('hex') });
}

/** @returns 32 bytes; the caller wipes them. @throws KeystoreError `KEYSTORE_MALFORMED`, `KEYSTORE_PASSWORD`. */
export async function unsealStakeKey(text: string, password: string, path: string): Promise<Buffer> {
  const file = parse(stakeFile, text, path);
  const { kdf, cipher, ciphertext } = file;
  const key = await unseal(Buffer.from(ciphertext, 'hex'), password, {
    kdf,
    cipher,
    associated: stakeHeader(file),
  });
  if (key === undefined) throw wrongPassword(path);
  return key;
}

/** What a keystore says of itself without its password. @throws KeystoreError `KEYSTORE_MALFORMED`. */
export function keystoreName(
  text: string,
  path: string,
): { readonly nodeId: string; readonly address: string } {
  const { nodeId, address } = parse(operatorFile, text, path);
  return { nodeId, address };
}

function parse<T>(schema: z.ZodType<T>, text: string, path: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw malformed(path, 'it is not JSON');
  }
  const parsed = schema.safeParse(value);
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

function wrongPassword(path: string): KeystoreError {
  // No cause on purpose: GCM cannot tell a wrong password from a changed file, and nothing else in it helps.
  return new KeystoreError('KEYSTORE_PASSWORD', `keystore ${path}: the password does not open it`, {
    metadata: { path },
    hint: 'check the password; if it is right, the file was changed: restore it from a backup',
  });
}

type Header = { readonly version: 1; readonly address: string; readonly kdf: Kdf };

/** The authenticated header, its fields in a stated order. */
function operatorHeader({ version, nodeId, address, kdf }: Header & { readonly nodeId: string }): Buffer {
  return Buffer.from(JSON.stringify([version, nodeId, address, kdf.name, kdf.n, kdf.r, kdf.p, kdf.salt]));
}

function stakeHeader({ version, kind, address, kdf }: Header & { readonly kind: 'stake' }): Buffer {
  return Buffer.from(JSON.stringify([version, kind, address, kdf.name, kdf.n, kdf.r, kdf.p, kdf.salt]));
}

const textOf = (file: object): string => `${JSON.stringify(file, null, 2)}\n`;
