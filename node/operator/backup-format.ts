import { createHash } from 'node:crypto';
import { z } from 'zod';
import { cipherSchema, hexBytes, kdfSchema, newKdf, seal, unseal } from '../keys/seal.ts';
import { BackupError } from './backup-error.ts';

const MAGIC = Buffer.from('ballast-backup\n');
const DIGEST_LENGTH = 32;
const MAX_HEADER = 8192;

const header = z.strictObject({
  version: z.literal(1),
  node: z.string().max(64),
  network: hexBytes(32),
  /** ISO 8601, UTC. */
  createdAt: z.string().max(40),
  kdf: kdfSchema,
  cipher: cipherSchema,
});

/** Whose backup it is. Readable without the passphrase, and authenticated. */
export type BackupName = Pick<z.infer<typeof header>, 'node' | 'network' | 'createdAt'>;

/** Named pieces in a stated order. */
export type BackupEntries = readonly (readonly [name: string, value: Uint8Array])[];

/**
 * A backup: magic, a line of JSON, the entries sealed with AES-256-GCM under a key that scrypt derives from the
 * passphrase, and the SHA-256 of all that stands before it.
 */
export async function sealBackup(
  name: BackupName,
  entries: BackupEntries,
  passphrase: string,
  cost: number,
): Promise<Buffer> {
  const kdf = newKdf(cost);
  const plaintext = frame(entries);
  const { cipher, ciphertext } = await seal(plaintext, passphrase, kdf, associated(name, kdf.salt));
  plaintext.fill(0);
  const line = Buffer.from(`${JSON.stringify({ version: 1, ...name, kdf, cipher })}\n`);
  const body = Buffer.concat([MAGIC, line, ciphertext]);
  return Buffer.concat([body, digest(body)]);
}

/**
 * @throws BackupError `BACKUP_DAMAGED` for a file that was cut or changed, `BACKUP_MALFORMED`, `BACKUP_PASSPHRASE`.
 */
export async function unsealBackup(
  file: Buffer,
  passphrase: string,
  path: string,
): Promise<{ readonly name: BackupName; readonly entries: Map<string, Uint8Array> }> {
  const { start, line } = readHeader(file, path);
  const { kdf, cipher, version: _version, ...name } = parseHeader(line, path);
  const ciphertext = file.subarray(start, file.length - DIGEST_LENGTH);
  const plaintext = await unseal(ciphertext, passphrase, {
    kdf,
    cipher,
    associated: associated(name, kdf.salt),
  });
  if (plaintext === undefined) {
    throw new BackupError('BACKUP_PASSPHRASE', `backup ${path}: the passphrase does not open it`, {
      metadata: { path },
      hint: 'give the passphrase that the keystore had when the backup was made',
    });
  }
  return { name, entries: unframe(plaintext, path) };
}

function readHeader(file: Buffer, path: string): { readonly start: number; readonly line: string } {
  if (!file.subarray(0, MAGIC.length).equals(MAGIC)) throw malformed(path, 'it is another kind of file');
  const body = file.subarray(0, Math.max(0, file.length - DIGEST_LENGTH));
  if (!digest(body).equals(file.subarray(body.length))) {
    throw new BackupError('BACKUP_DAMAGED', `backup ${path}: it was cut short or changed`, {
      metadata: { path },
      hint: 'take another copy of it, or an older backup',
    });
  }
  const end = body.indexOf('\n', MAGIC.length);
  if (end < 0 || end > MAX_HEADER) throw malformed(path, 'its header has no end');
  return { start: end + 1, line: body.toString('utf8', MAGIC.length, end) };
}

function parseHeader(line: string, path: string): z.infer<typeof header> {
  try {
    return header.parse(JSON.parse(line));
  } catch {
    throw malformed(path, 'its header is not that of version 1');
  }
}

/** Each piece is length, name, length, value; lengths are 32 bits, big-endian. */
function frame(entries: BackupEntries): Buffer {
  const parts = entries.flatMap(([name, value]) => {
    const bytes = Buffer.from(name);
    return [length(bytes), bytes, length(value), value];
  });
  return Buffer.concat(parts);
}

function unframe(bytes: Buffer, path: string): Map<string, Uint8Array> {
  const entries = new Map<string, Uint8Array>();
  let at = 0;
  const take = (): Buffer => {
    if (at + 4 > bytes.length) throw malformed(path, 'its content ends too early');
    const end = at + 4 + bytes.readUInt32BE(at);
    if (end > bytes.length) throw malformed(path, 'its content ends too early');
    const piece = bytes.subarray(at + 4, end);
    at = end;
    return piece;
  };
  while (at < bytes.length) entries.set(take().toString('utf8'), take());
  return entries;
}

function length(bytes: Uint8Array): Buffer {
  const prefix = Buffer.alloc(4);
  prefix.writeUInt32BE(bytes.length);
  return prefix;
}

function associated({ node, network, createdAt }: BackupName, salt: string): Buffer {
  return Buffer.from(JSON.stringify(['ballast-backup', 1, node, network, createdAt, salt]));
}

const digest = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

function malformed(path: string, what: string): BackupError {
  return new BackupError('BACKUP_MALFORMED', `backup ${path} is not one of Ballast's: ${what}`, {
    metadata: { path },
  });
}
