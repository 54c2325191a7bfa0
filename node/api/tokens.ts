import { createHash, timingSafeEqual } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { UsageError } from '../../protocol/errors.ts';

/** Shorter tokens can be guessed, so they are never looked up. */
const MIN_TOKEN_LENGTH = 32;
const MAX_TOKEN_LENGTH = 512;
const MAX_TOKENS = 1_000;

/** The tokens of a node, known by their hashes alone. */
export class TokenSet {
  readonly #hashes: readonly Buffer[];

  /** @param hashes SHA-256 of each token, 64 hexadecimal digits. */
  constructor(hashes: readonly string[]) {
    this.#hashes = hashes.map((hash) => Buffer.from(hash, 'hex'));
  }

  /** Compares with every hash, in a time that does not depend on which one matches or where it differs. */
  has(token: string): boolean {
    if (token.length < MIN_TOKEN_LENGTH || token.length > MAX_TOKEN_LENGTH) return false;
    const hash = createHash('sha256').update(token).digest();
    let matches = 0;
    for (const known of this.#hashes) matches += timingSafeEqual(hash, known) ? 1 : 0;
    return matches > 0;
  }
}

/**
 * Reads a file with the SHA-256 of one token a line; empty lines and lines that begin with # are passed over.
 *
 * @throws UsageError `API_TOKENS_FILE` when it cannot be read, when others may read it (mode beyond 0600), or when
 *   a line is no hash.
 */
export async function readTokens(path: string): Promise<TokenSet> {
  const refuse = (message: string, hint: string, cause?: unknown) =>
    new UsageError('API_TOKENS_FILE', `api.tokens: ${message}`, { metadata: { path }, hint, cause });
  const makeOne = 'add a line with: openssl rand -hex 32 | tee token | tr -d "\\n" | sha256sum | cut -c1-64';
  const { mode } = await stat(path).catch((cause: unknown) => {
    throw refuse(`${path}: got nothing, expected a readable file`, makeOne, cause);
  });
  if ((mode & 0o077) !== 0) {
    const got = (mode & 0o777).toString(8).padStart(4, '0');
    throw refuse(`${path} has mode ${got}, expected 0600`, `chmod 600 ${path}`);
  }
  const lines = (await readFile(path, 'utf8')).split('\n').map((line) => line.trim());
  const hashes = lines.filter((line) => line !== '' && !line.startsWith('#'));
  const wrong = lines.findIndex((line) => hashes.includes(line) && !/^[0-9a-f]{64}$/.test(line));
  // The line is not quoted: an operator may have put the token itself there.
  if (wrong >= 0)
    throw refuse(`${path}: line ${wrong + 1} is no SHA-256, expected 64 of 0-9 and a-f`, makeOne);
  if (hashes.length < 1 || hashes.length > MAX_TOKENS) {
    throw refuse(`${path}: got ${hashes.length} hashes, expected 1 to ${MAX_TOKENS}`, makeOne);
  }
  return new TokenSet(hashes);
}
