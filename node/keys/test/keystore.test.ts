import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { expect } from 'chai';
import { createKeystore, KeystoreError, MIN_SCRYPT_COST, openKeystore, saveKeystore } from '../index.ts';

const fast = { scryptCost: MIN_SCRYPT_COST };
const password = 'correct horse battery';

async function failure(action: Promise<unknown>): Promise<KeystoreError> {
  try {
    await action;
  } catch (error) {
    expect(error).to.be.instanceOf(KeystoreError);
    return error as KeystoreError;
  }
  throw new Error('expected a KeystoreError');
}

describe('keystore', () => {
  let folder = '';
  let path = '';

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ballast-keys-'));
    path = join(folder, 'new', 'keystore.json');
  });

  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it('opens what it saved, at the default cost, with mode 0600 and no leftovers', async () => {
    const created = await createKeystore(path, password);
    const opened = await openKeystore(path, password);
    expect(opened.nodeId).to.equal(created.nodeId);
    expect(opened.account.address).to.equal(created.account.address);
    expect((await stat(path)).mode & 0o777).to.equal(0o600);
    expect((await stat(join(folder, 'new'))).mode & 0o777).to.equal(0o700);
    expect(await readdir(join(folder, 'new'))).to.deep.equal(['keystore.json']);
  });

  it('takes the same password in another Unicode form', async () => {
    const created = await createKeystore(path, 'caf\u00e9', fast);
    expect((await openKeystore(path, 'cafe\u0301')).nodeId).to.equal(created.nodeId);
  });

  it('never replaces a file, and leaves no temporary one', async () => {
    await createKeystore(path, password, fast);
    const before = await readFile(path, 'utf8');
    const error = await failure(createKeystore(path, password, fast));
    expect(error.code).to.equal('KEYSTORE_EXISTS');
    expect(await readFile(path, 'utf8')).to.equal(before);
    expect(await readdir(join(folder, 'new'))).to.have.length(1);
  });

  it('lets exactly one of two racing writers win', async () => {
    const results = await Promise.allSettled([
      createKeystore(path, password, fast),
      createKeystore(path, password, fast),
    ]);
    const won = results.filter((result) => result.status === 'fulfilled');
    expect(won).to.have.length(1);
    expect((await openKeystore(path, password)).nodeId).to.equal(won[0]?.value.nodeId);
  });

  it('refuses a file that group or others may touch', async () => {
    await createKeystore(path, password, fast);
    for (const mode of [0o640, 0o604, 0o620, 0o602]) {
      await chmod(path, mode);
      const error = await failure(openKeystore(path, password));
      expect(error.code).to.equal('KEYSTORE_PERMISSIONS');
      expect(error.hint).to.equal(`chmod 600 ${path}`);
    }
  });

  it('says one line and nothing secret about a wrong password', async () => {
    await createKeystore(path, password, fast);
    const error = await failure(openKeystore(path, 'wrong guess'));
    expect(error.code).to.equal('KEYSTORE_PASSWORD');
    expect(error.message).not.to.include('\n');
    expect(error.cause).to.equal(undefined);
    const shown = inspect(error, { depth: 10, showHidden: true }) + JSON.stringify(error.toObject());
    expect(shown).not.to.include('wrong guess').and.not.to.include(password);
  });

  it('notices every changed field', async () => {
    await createKeystore(path, password, fast);
    const file = JSON.parse(await readFile(path, 'utf8'));
    const flip = (hex: string) => (hex.startsWith('0') ? '1' : '0') + hex.slice(1);
    const changed = [
      { ...file, nodeId: file.nodeId.slice(0, -1) + (file.nodeId.endsWith('x') ? 'y' : 'x') },
      { ...file, address: `0x${flip(file.address.slice(2))}` },
      { ...file, ciphertext: flip(file.ciphertext) },
      { ...file, kdf: { ...file.kdf, n: 2 * file.kdf.n } },
      { ...file, kdf: { ...file.kdf, salt: flip(file.kdf.salt) } },
      { ...file, cipher: { ...file.cipher, nonce: flip(file.cipher.nonce) } },
      { ...file, cipher: { ...file.cipher, tag: flip(file.cipher.tag) } },
    ];
    for (const value of changed) {
      await writeFile(path, JSON.stringify(value));
      expect((await failure(openKeystore(path, password))).code).to.equal('KEYSTORE_PASSWORD');
    }
  });

  it('refuses what is not a keystore, bounded', async () => {
    await createKeystore(path, password, fast);
    const file = JSON.parse(await readFile(path, 'utf8'));
    const malformed = [
      '',
      '{',
      'null',
      '[]',
      JSON.stringify({ ...file, version: 2 }),
      JSON.stringify({ ...file, kdf: { ...file.kdf, n: 2 ** 30 } }),
      JSON.stringify({ ...file, kdf: { ...file.kdf, n: MIN_SCRYPT_COST / 2 } }),
      JSON.stringify({ ...file, kdf: { ...file.kdf, n: MIN_SCRYPT_COST + 1 } }),
      JSON.stringify({ ...file, extra: 1 }),
      ' '.repeat(17 * 1024),
    ];
    for (const text of malformed) {
      await writeFile(path, text);
      expect((await failure(openKeystore(path, password))).code).to.equal('KEYSTORE_MALFORMED');
    }
    expect((await failure(openKeystore(folder, password))).code).to.equal('KEYSTORE_MALFORMED');
  });

  it('does not wait on a pipe in the place of the file', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', ['-m', '600', pipe]);
    expect((await failure(openKeystore(pipe, password))).code).to.equal('KEYSTORE_MALFORMED');
  });

  it('names a missing file, an unwritable place and an empty password', async () => {
    expect((await failure(openKeystore(path, password))).code).to.equal('KEYSTORE_NOT_FOUND');
    expect((await failure(openKeystore(path, ''))).code).to.equal('KEYSTORE_PASSWORD_EMPTY');
    const identity = await createKeystore(path, password, fast);
    const below = join(path, 'below.json');
    expect((await failure(saveKeystore(identity, below, password, fast))).code).to.equal(
      'KEYSTORE_UNWRITABLE',
    );
    const cheap = { scryptCost: 1024 };
    expect((await failure(saveKeystore(identity, join(folder, 'b.json'), password, cheap))).code).to.equal(
      'KEYSTORE_COST',
    );
    expect((await failure(saveKeystore(identity, join(folder, 'b.json'), ''))).code).to.equal(
      'KEYSTORE_PASSWORD_EMPTY',
    );
  });
});
