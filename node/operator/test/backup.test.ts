import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { expect } from 'chai';
import { PrivacyLedger, releaseEvent } from '../../../privacy/index.ts';
import { BallastError } from '../../../protocol/errors.ts';
import { networkId } from '../../../protocol/network.ts';
import { DataFolder } from '../../data-folder/index.ts';
import { createKeystore, MIN_SCRYPT_COST, openKeystore } from '../../keys/index.ts';
import { LevelStore } from '../../store/index.ts';
import { unsealBackup } from '../backup-format.ts';
import { backupData, restoreData } from '../index.ts';
import { DOCUMENT, filesIn, PASSPHRASE, remembered } from './support.ts';

const PROCESS = fileURLToPath(new URL('./restoring-process.ts', import.meta.url));
const LIGHT = { scryptCost: MIN_SCRYPT_COST };
const AT = { now: () => Date.UTC(2026, 0, 2), ...LIGHT };
const POLICY = DOCUMENT.parameters.privacy;

async function failure(action: Promise<unknown>): Promise<BallastError> {
  try {
    await action;
  } catch (error) {
    expect(error).to.be.instanceOf(BallastError);
    return error as BallastError;
  }
  throw new Error('expected a refusal');
}

/** A node's folder with votes, a lock, a counter, public bodies and so many privacy debits. */
async function lived(folder: string, rounds: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  const { nodeId } = existsSync(join(folder, 'keystore.json'))
    ? await openKeystore(join(folder, 'keystore.json'), PASSPHRASE)
    : await createKeystore(join(folder, 'keystore.json'), PASSPHRASE, LIGHT);
  const data = await DataFolder.open(join(folder, 'data'), { network: networkId(DOCUMENT), node: nodeId });
  const store = await LevelStore.open(data.database);
  const put = (key: string, text: string) =>
    ({ type: 'put', key, value: new TextEncoder().encode(text) }) as const;
  await store
    .sub('round')
    .write([
      put('sent/0000000004/commit/0', `vote ${rounds}`),
      put('lock/0000000004', 'a lock'),
      put('sequence', String(100 + rounds)),
      put('blob/00', 'public bytes'),
      put('blob-of/0000000003/00', ''),
    ]);
  const ledger = await PrivacyLedger.open(store.sub('ledger'), POLICY);
  const event = releaseEvent({ unit: 'record', relation: 'add-remove', noiseMultiplier: 8, releases: 1 });
  for (let round = 1; round <= rounds; round++) {
    await ledger.commit({ key: `round/${round}`, event, bytes: new Uint8Array(260).fill(round) });
  }
  await store.close();
  await data.close();
}

const isPublic = (key: string) => key.includes(':blob');

describe('backup and restore', function () {
  this.timeout(30_000);
  let root = '';
  let origin = '';
  let backup = '';
  let content: Record<string, string>;

  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'ballast-backup-'));
    origin = join(root, 'origin');
    backup = join(root, 'node.backup');
    await lived(origin, 3);
    await backupData(filesIn(origin), backup, AT);
    const all = Object.entries(await remembered(join(origin, 'data')));
    content = Object.fromEntries(all.filter(([key]) => !isPublic(key)));
  });

  after(() => rm(root, { recursive: true, force: true }));

  it('brings keys, votes, lock, counter and ledger back on an empty machine, marked as restored', async () => {
    expect((await stat(backup)).mode & 0o777).to.equal(0o600);
    const fresh = filesIn(join(root, 'fresh'));
    const done = await restoreData(fresh, backup);
    expect(done.createdAt).to.equal('2026-01-02T00:00:00.000Z');
    expect(await remembered(fresh.dataDir)).to.deep.equal(content);
    const keys = await openKeystore(fresh.keystore, PASSPHRASE);
    expect(keys.nodeId).to.equal(done.node);
    expect((await stat(fresh.keystore)).mode & 0o777).to.equal(0o600);
    expect((await stat(fresh.dataDir)).mode & 0o777).to.equal(0o700);
    const folder = await DataFolder.open(fresh.dataDir, { network: networkId(DOCUMENT), node: done.node });
    expect(folder.restored).to.equal(true);
    const store = await LevelStore.open(folder.database);
    const ledger = await PrivacyLedger.open(store.sub('ledger'), POLICY);
    expect(ledger.position().count).to.equal(3);
    await store.close();
    await folder.close();
  });

  it('may be restored twice, with --force, and never without', async () => {
    const twice = filesIn(join(root, 'twice'));
    await restoreData(twice, backup);
    expect((await failure(restoreData(twice, backup))).code).to.equal('RESTORE_FOLDER_IN_USE');
    await restoreData(twice, backup, { force: true });
    expect(await remembered(twice.dataDir)).to.deep.equal(content);
  });

  it('shows nothing of what it holds, and neither do its errors', async () => {
    const bytes = await readFile(backup);
    const keystore = JSON.parse(await readFile(join(origin, 'keystore.json'), 'utf8')) as {
      ciphertext: string;
    };
    for (const secret of [keystore.ciphertext, 'a lock', 'vote 3', 'round/1', PASSPHRASE]) {
      expect(bytes.includes(secret), secret).to.equal(false);
    }
    const wrong = { ...filesIn(join(root, 'wrong')), passphrase: 'wrong guess' };
    const error = await failure(restoreData(wrong, backup));
    expect(error.code).to.equal('BACKUP_PASSPHRASE');
    expect(inspect(error, { depth: 9, showHidden: true })).not.to.include('wrong guess');
    expect(existsSync(join(root, 'wrong'))).to.equal(false);
  });

  it('refuses one flipped bit anywhere, and any cut', async () => {
    const bytes = await readFile(backup);
    for (let i = 0; i < bytes.length; i++) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(bytes.readUInt8(i) ^ (1 << (i % 8)), i);
      const { code } = await failure(unsealBackup(changed, PASSPHRASE, 'x'));
      expect(code, `byte ${i}`).to.be.oneOf(['BACKUP_DAMAGED', 'BACKUP_MALFORMED']);
    }
    for (const length of [0, 10, 200, bytes.length - 33, bytes.length - 1]) {
      const { code } = await failure(unsealBackup(bytes.subarray(0, length), PASSPHRASE, 'x'));
      expect(code, `length ${length}`).to.be.oneOf(['BACKUP_DAMAGED', 'BACKUP_MALFORMED']);
    }
  });

  it('refuses a change whose checksum was made to fit: header and content are sealed', async () => {
    const bytes = await readFile(backup);
    const body = bytes.subarray(0, bytes.length - 32);
    const refit = (changed: Buffer) =>
      Buffer.concat([changed, createHash('sha256').update(changed).digest()]);
    const flipped = Buffer.from(body);
    flipped.writeUInt8(body.readUInt8(body.length - 5) ^ 1, body.length - 5);
    expect((await failure(unsealBackup(refit(flipped), PASSPHRASE, 'x'))).code).to.equal('BACKUP_PASSPHRASE');
    const text = body.toString('latin1');
    for (const [old, other] of [
      ['2026-01-02', '2027-01-02'],
      [networkId(DOCUMENT), 'c'.repeat(64)],
    ] as const) {
      const renamed = Buffer.from(text.replace(old, other), 'latin1');
      expect((await failure(unsealBackup(refit(renamed), PASSPHRASE, 'x'))).code).to.equal(
        'BACKUP_PASSPHRASE',
      );
    }
  });

  it('refuses another network, another node, a running node, and to replace a backup', async () => {
    const other = filesIn(join(root, 'other'));
    const elsewhere = { ...other, document: { ...DOCUMENT, name: 'elsewhere' } };
    expect((await failure(restoreData(elsewhere, backup))).code).to.equal('BACKUP_FOREIGN');
    await createKeystore(other.keystore, PASSPHRASE, LIGHT);
    expect((await failure(restoreData(other, backup))).code).to.equal('BACKUP_FOREIGN');
    expect(existsSync(other.dataDir)).to.equal(false);
    expect((await failure(backupData(other, join(root, 'none.backup'), AT))).code).to.equal('BACKUP_NOTHING');
    expect((await failure(backupData(filesIn(origin), backup, AT))).code).to.equal('BACKUP_EXISTS');
    const { nodeId } = await openKeystore(filesIn(origin).keystore, PASSPHRASE);
    const held = await DataFolder.open(join(origin, 'data'), { network: networkId(DOCUMENT), node: nodeId });
    const running = await failure(backupData(filesIn(origin), join(root, 'running.backup'), AT));
    expect(running.code).to.equal('DATA_FOLDER_LOCKED');
    expect((await failure(restoreData(filesIn(origin), backup, { force: true }))).code).to.equal(
      'DATA_FOLDER_LOCKED',
    );
    await held.close();
    expect((await failure(restoreData(other, join(root, 'no such file')))).code).to.equal(
      'BACKUP_UNREADABLE',
    );
    await writeFile(join(root, 'text'), 'a shopping list');
    expect((await failure(restoreData(other, join(root, 'text')))).code).to.equal('BACKUP_MALFORMED');
  });

  it('never forgets a privacy debit, even when forced', async () => {
    const later = join(root, 'later');
    await cp(origin, later, { recursive: true });
    await lived(later, 5);
    const before = await remembered(join(later, 'data'));
    const error = await failure(restoreData(filesIn(later), backup, { force: true }));
    expect(error.code).to.equal('RESTORE_WOULD_FORGET');
    expect(await remembered(join(later, 'data'))).to.deep.equal(before);
  });

  it('leaves nothing where there was nothing when it cannot write', async () => {
    const fresh = filesIn(join(root, 'disk-full'));
    const openStore = async (path: string) => {
      const store = await LevelStore.open(path);
      store.writeTogether = () => Promise.reject(new BallastError('DISK_FULL', 'no space'));
      return store;
    };
    expect((await failure(restoreData(fresh, backup, { openStore }))).code).to.equal('DISK_FULL');
    expect(existsSync(fresh.dataDir) || existsSync(fresh.keystore)).to.equal(false);
    await restoreData(fresh, backup);
    expect(await remembered(fresh.dataDir)).to.deep.equal(content);
  });

  it('leaves the old or the new content when it is killed', async () => {
    for (const [life, delayMs] of [0, 1, 3, 8].entries()) {
      const folder = join(root, `killed-${life}`);
      const files = filesIn(folder);
      const hadData = life % 2 === 0;
      if (hadData) {
        await cp(join(origin, 'keystore.json'), join(root, `killed-${life}`, 'keystore.json'));
        await lived(folder, 2);
      }
      const old = hadData ? await remembered(files.dataDir) : undefined;
      const child = spawn(process.execPath, [PROCESS, folder, backup], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await once(child.stdout, 'data');
      setTimeout(() => child.kill('SIGKILL'), delayMs);
      await once(child, 'close');
      const left = existsSync(files.dataDir) ? await remembered(files.dataDir) : undefined;
      const states = [old, content].map((state) => JSON.stringify(state));
      expect(JSON.stringify(left)).to.be.oneOf(states);
      if (JSON.stringify(left) === states[1] && hadData) {
        expect(existsSync(join(files.dataDir, 'restored.json'))).to.equal(true);
      }
      await restoreData(files, backup, { force: true });
      expect(await remembered(files.dataDir)).to.deep.equal(content);
    }
  });
});
