import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { expect } from 'chai';
import {
  createKeystore,
  createStakeKeystore,
  KeystoreError,
  MIN_SCRYPT_COST,
  openKeystore,
  openStakeKeystore,
} from '../index.ts';

const fast = { scryptCost: MIN_SCRYPT_COST };
const password = 'correct horse battery';

async function codeOf(action: Promise<unknown>): Promise<string> {
  try {
    await action;
  } catch (error) {
    expect(error).to.be.instanceOf(KeystoreError);
    return (error as KeystoreError).code;
  }
  throw new Error('expected a KeystoreError');
}

describe('stake keystore', () => {
  let folder = '';
  let path = '';

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ballast-stake-'));
    path = join(folder, 'stake-keystore.json');
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('opens what it saved, with mode 0600, and shows nothing of the key', async () => {
    const created = await createStakeKeystore(path, password, fast);
    const opened = await openStakeKeystore(path, password);
    expect(opened.account.address).to.equal(created.account.address);
    expect((await stat(path)).mode & 0o777).to.equal(0o600);
    const shown = inspect(opened, { depth: 9 }) + JSON.stringify(opened);
    expect(shown.match(/[0-9a-f]{64}/i)).to.equal(null);
    const digest = await opened.account.signMessage({ message: 'a' });
    expect(digest).to.equal(await created.account.signMessage({ message: 'a' }));
  });

  it('is neither replaced, nor opened with a wrong password, mode or field', async () => {
    await createStakeKeystore(path, password, fast);
    expect(await codeOf(createStakeKeystore(path, password, fast))).to.equal('KEYSTORE_EXISTS');
    expect(await codeOf(openStakeKeystore(path, 'wrong guess'))).to.equal('KEYSTORE_PASSWORD');
    const file = JSON.parse(await readFile(path, 'utf8'));
    await writeFile(path, JSON.stringify({ ...file, address: `0x${'00'.repeat(20)}` }));
    expect(await codeOf(openStakeKeystore(path, password))).to.equal('KEYSTORE_PASSWORD');
    await chmod(path, 0o640);
    expect(await codeOf(openStakeKeystore(path, password))).to.equal('KEYSTORE_PERMISSIONS');
  });

  it('is not mistaken for an operator’s keystore, nor the other way round', async () => {
    await createStakeKeystore(path, password, fast);
    expect(await codeOf(openKeystore(path, password))).to.equal('KEYSTORE_MALFORMED');
    const hot = join(folder, 'keystore.json');
    await createKeystore(hot, password, fast);
    expect(await codeOf(openStakeKeystore(hot, password))).to.equal('KEYSTORE_MALFORMED');
  });
});
