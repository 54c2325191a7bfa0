import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, link, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { BallastError } from '../../../protocol/errors.ts';
import { LevelStore, StoreError } from '../../store/index.ts';
import { DataFolder, lockHolder, readFormat, SCHEMA } from '../index.ts';
import { giveLifeSign } from '../life-sign.ts';
import { claimOf } from '../lock.ts';
import { OWNER, STEPS, type Step } from './steps.ts';

const OPENER = fileURLToPath(new URL('./opener.ts', import.meta.url));
const NOBODY = 65_534;

async function codeOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof BallastError) return error.code;
  throw error ?? new Error('it was not refused');
}

describe('a data folder', function () {
  this.timeout(30_000);
  let root: string;
  let folder: string;
  const children: ChildProcess[] = [];

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'ballast-folder-'));
    folder = join(root, 'data');
  });

  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    await chmod(root, 0o700);
    await rm(root, { recursive: true, force: true, maxRetries: 5 });
  });

  /** Starts a process and waits for its first word. */
  async function opener(args: readonly string[], uid?: number) {
    const child = spawn(process.execPath, [OPENER, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
      ...(uid === undefined ? {} : { uid, gid: uid }),
    });
    children.push(child);
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    const [word] = await Promise.race([
      (async () => {
        for await (const line of createInterface({ input: child.stdout })) return [line];
        return [''];
      })(),
    ]);
    return { child, word, ended };
  }

  const store = async (work: (store: LevelStore) => Promise<void>) => {
    const opened = await LevelStore.open(join(folder, 'db'));
    try {
      await work(opened);
    } finally {
      await opened.close();
    }
  };

  it('is made private, says whose it is, and opens again', async () => {
    const first = await DataFolder.open(folder, OWNER, { now: () => 0 });
    expect((await stat(folder)).mode & 0o777).to.equal(0o700);
    expect((await stat(join(folder, 'format.json'))).mode & 0o777).to.equal(0o600);
    expect(await readFormat(folder)).to.deep.equal({
      schema: SCHEMA,
      ...OWNER,
      createdAt: '1970-01-01T00:00:00.000Z',
    });
    await first.close();
    expect(existsSync(join(folder, 'LOCK'))).to.equal(false);
    await (await DataFolder.open(folder, OWNER)).close();
    expect((await readFormat(folder))?.createdAt).to.equal('1970-01-01T00:00:00.000Z');
  });

  it('is refused to another node, another network and an older release', async () => {
    await (await DataFolder.open(folder, OWNER)).close();
    const open = (owner: typeof OWNER) => codeOf(DataFolder.open(folder, owner));
    expect(await open({ ...OWNER, node: 'other' })).to.equal('DATA_FOLDER_FOREIGN');
    expect(await open({ ...OWNER, network: 'cd'.repeat(32) })).to.equal('DATA_FOLDER_FOREIGN');
    const format = await readFormat(folder);
    await writeFile(join(folder, 'format.json'), JSON.stringify({ ...format, schema: SCHEMA + 1 }));
    expect(await open(OWNER)).to.equal('DATA_FOLDER_NEWER');
    await writeFile(join(folder, 'format.json'), '{"schema":');
    expect(await open(OWNER)).to.equal('DATA_FOLDER_DAMAGED');
    expect(existsSync(join(folder, 'LOCK')), 'a lock that outlived the refusal').to.equal(false);
  });

  it('is held by one process at a time, and by nobody after its death', async () => {
    const both = await Promise.all([opener([folder]), opener([folder])]);
    expect(both.map(({ word }) => word).toSorted()).to.deep.equal(['DATA_FOLDER_LOCKED', 'open']);
    const migrations = STEPS(async () => undefined);
    expect(await codeOf(DataFolder.open(folder, OWNER, { migrations }))).to.equal('DATA_FOLDER_LOCKED');
    const holder = both.find(({ word }) => word === 'open');
    holder?.child.kill('SIGKILL');
    await holder?.ended;
    expect(existsSync(join(folder, 'LOCK')), 'what the killed process leaves').to.equal(true);
    await (await DataFolder.open(folder, OWNER, { migrations })).close();
  });

  it('is taken over from a process whose number is another’s now, and from a garbled lock', async () => {
    await (await DataFolder.open(folder, OWNER)).close();
    const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
    for (const lock of [
      JSON.stringify({ pid: process.pid, started: '1', boot }),
      JSON.stringify({ pid: process.pid, started: '1', boot: 'another' }),
      '{"pid":',
    ]) {
      await writeFile(join(folder, 'LOCK'), lock);
      await (await DataFolder.open(folder, OWNER)).close();
    }
  });

  it('is held by a process of another container while that answers, and by nobody once it is dead', async () => {
    await (await DataFolder.open(folder, OWNER)).close();
    const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
    const token = randomUUID();
    // The number is of no process that is seen from here.
    const owner = { pid: 4_194_305, started: '1', boot, processes: 'pid:[1]', token };
    const lifeSign = await giveLifeSign(folder, `LOCK.${token}.live`);
    await writeFile(join(folder, 'LOCK'), JSON.stringify(owner));
    expect(await lockHolder(folder)).to.equal(owner.pid);
    expect(await codeOf(DataFolder.open(folder, OWNER))).to.equal('DATA_FOLDER_LOCKED');
    expect(JSON.parse(await readFile(join(folder, 'LOCK'), 'utf8'))).to.deep.equal(owner);

    // Its file stays behind, as after a kill.
    const kept = `${folder}.live`;
    await link(join(folder, `LOCK.${token}.live`), kept);
    await lifeSign?.end();
    await rename(kept, join(folder, `LOCK.${token}.live`));
    expect(await lockHolder(folder)).to.equal(undefined);
    const next = await DataFolder.open(folder, OWNER);
    const names = (await readdir(folder)).filter((name) => name.startsWith('LOCK.'));
    expect(names, 'one life sign, its own').to.have.length(1);
    expect(names).to.not.include(`LOCK.${token}.live`);
    await next.close();
    expect((await readdir(folder)).filter((name) => name.startsWith('LOCK'))).to.deep.equal([]);
  });

  it('is left to who is taking it over in another container, unless that died meanwhile', async () => {
    await (await DataFolder.open(folder, OWNER)).close();
    const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
    const stale = JSON.stringify({ pid: 4_194_305, started: '1', boot });
    await writeFile(join(folder, 'LOCK'), stale);
    const token = randomUUID();
    const lifeSign = await giveLifeSign(folder, `LOCK.${token}.live`);
    const claim = claimOf(join(folder, 'LOCK'), stale);
    await writeFile(claim, JSON.stringify({ pid: 7, started: '1', boot, processes: 'pid:[1]', token }));
    expect(await codeOf(DataFolder.open(folder, OWNER))).to.equal('DATA_FOLDER_LOCKED');
    expect(await readFile(join(folder, 'LOCK'), 'utf8')).to.equal(stale);
    await lifeSign?.end();
    await (await DataFolder.open(folder, OWNER)).close();
    expect((await readdir(folder)).filter((name) => name.startsWith('LOCK'))).to.deep.equal([]);
  });

  it('is not taken over twice by those who find the same stale lock', async () => {
    await (await DataFolder.open(folder, OWNER)).close();
    await writeFile(
      join(folder, 'LOCK'),
      JSON.stringify({ pid: process.pid, started: '1', boot: 'another' }),
    );
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => DataFolder.open(folder, OWNER)));
    const opened = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    expect(opened).to.have.length(1);
    await opened[0]?.close();
  });

  for (const step of ['before 1', 'within 1', 'after 1', 'before 2', 'within 2', 'after 2'] as const) {
    it(`is brought up to date after a kill ${step}`, async () => {
      await store(async (old) => old.write([{ type: 'put', key: 'old', value: new Uint8Array([1]) }]));
      const killed = await opener([folder, step satisfies Step]);
      expect(killed.word).to.equal(step);
      killed.child.kill('SIGKILL');
      await killed.ended;
      const nothing = async () => undefined;
      await (await DataFolder.open(folder, OWNER, { migrations: STEPS(nothing) })).close();
      expect((await readFormat(folder))?.schema).to.equal(3);
      await store(async (migrated) => {
        const keys: string[] = [];
        for await (const [key] of migrated.entries('')) keys.push(key);
        expect(keys).to.deep.equal(['a/1', 'a/2', 'b/1', 'b/2', 'old']);
      });
    });
  }

  it('of the last release, without a format, is brought to this one’s schema', async () => {
    await store(async (old) => old.write([{ type: 'put', key: 'old', value: new Uint8Array([1]) }]));
    await (await DataFolder.open(folder, OWNER)).close();
    expect((await readFormat(folder))?.schema).to.equal(SCHEMA);
    await store(async (kept) => {
      expect(await kept.get('old')).to.deep.equal(new Uint8Array([1]));
    });
  });

  it('of an earlier release that has taken part in rounds is refused and left as it is', async () => {
    await (await DataFolder.open(folder, OWNER)).close();
    const format = await readFormat(folder);
    const older = () => writeFile(join(folder, 'format.json'), JSON.stringify({ ...format, schema: 2 }));
    await older();
    await store(async (old) =>
      old.sub('ledger').write([{ type: 'put', key: 'a', value: new Uint8Array([1]) }]),
    );
    await (await DataFolder.open(folder, OWNER)).close();
    await older();
    await store(async (old) =>
      old.sub('round').write([{ type: 'put', key: 'log/0000000001', value: new Uint8Array([1]) }]),
    );
    expect(await codeOf(DataFolder.open(folder, OWNER))).to.equal('DATA_FOLDER_OUTDATED');
    expect((await readFormat(folder))?.schema).to.equal(2);
    await store(async (kept) => {
      expect(await kept.sub('round').get('log/0000000001')).to.deep.equal(new Uint8Array([1]));
    });
  });

  it('that cannot be written is refused', async () => {
    await chmod(root, 0o555);
    const { word } = await opener([folder], process.getuid?.() === 0 ? NOBODY : undefined);
    expect(word).to.equal('DATA_FOLDER_UNWRITABLE');
  });

  it('tells a full disk from a folder that is wrong', async () => {
    await store(async (old) => old.write([{ type: 'put', key: 'old', value: new Uint8Array([1]) }]));
    const run = async () => {
      throw Object.assign(new Error('write'), { code: 'ENOSPC' });
    };
    const error = await DataFolder.open(folder, OWNER, { migrations: [{ from: 1, to: 2, run }] }).catch(
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(StoreError).with.property('code', 'DISK_FULL');
    await (await DataFolder.open(folder, OWNER)).close();
  });

  it('remembers that it was restored until that is cleared', async () => {
    const first = await DataFolder.open(folder, OWNER);
    expect(first.restored).to.equal(false);
    await first.markRestored();
    await first.close();
    const second = await DataFolder.open(folder, OWNER);
    expect(second.restored).to.equal(true);
    await second.clearRestored();
    await second.close();
    const third = await DataFolder.open(folder, OWNER);
    expect(third.restored).to.equal(false);
    await third.close();
  });
});
