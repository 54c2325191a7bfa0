import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { isDiskFault, LevelStore } from '../index.ts';

const WRITER = fileURLToPath(new URL('./filling-writer.ts', import.meta.url));
/** No file may grow beyond this: writing fails with EFBIG as it would with ENOSPC. */
const LIMIT_BYTES = 300_000;

describe('a store whose disk is full', function () {
  this.timeout(30_000);

  it('says so once, takes nothing more, loses nothing that it took, and takes more when it is opened anew', async () => {
    const root = await mkdtemp(join(tmpdir(), 'ballast-full-'));
    const folder = join(root, 'db');
    try {
      const child = spawn('prlimit', [`--fsize=${LIMIT_BYTES}`, process.execPath, WRITER, folder], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const ended = once(child, 'exit');
      const words: string[] = [];
      for await (const line of createInterface({ input: child.stdout })) words.push(line);
      expect(await ended).to.deep.equal([0, null]);
      const acknowledged = words.filter((word) => word.startsWith('wrote ')).length;
      expect(acknowledged).to.be.within(1, 10);
      expect(words.slice(acknowledged)).to.deep.equal([
        'failed DISK_FULL',
        'refused DISK_FULL',
        'again DISK_FULL',
        'takes writes again',
      ]);
      const store = await LevelStore.open(folder);
      for (let i = 0; i < acknowledged; i++) {
        expect(
          (await store.get(`key/${i}`))?.every((byte) => byte === i),
          `entry ${i}`,
        ).to.equal(true);
      }
      await store.close();
    } finally {
      await rm(root, { recursive: true, force: true });
    }
  });

  it('is told from one that is damaged', () => {
    for (const code of ['ENOSPC', 'EFBIG', 'EDQUOT', 'EIO']) {
      expect(isDiskFault(new Error('open', { cause: Object.assign(new Error('x'), { code }) }))).to.equal(
        true,
      );
    }
    expect(isDiskFault(new Error('IO error: db/000003.log: No space left on device'))).to.equal(true);
    expect(isDiskFault(new Error('Corruption: bad block'))).to.equal(false);
    expect(isDiskFault(Object.assign(new Error('x'), { code: 'EACCES' }))).to.equal(false);
  });
});
