import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ballast } from '../../test/e2e/in-process.ts';
import { followLog } from '../follow.ts';
import { LOG_FILE, RotatingFile } from '../rotating-file.ts';

describe('log: files', () => {
  let folder = '';
  const path = (name: string) => join(folder, name);
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ballast-log-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const sizes = async () => {
    const names = (await readdir(path('logs'))).sort();
    return Promise.all(
      names.map(async (name) => [name, (await stat(join(path('logs'), name))).size] as const),
    );
  };

  it('take a bounded place, the newest lines in the first', async () => {
    const file = new RotatingFile({ folder: path('logs'), after: folder, maxBytes: 100, maxFiles: 3 });
    for (let i = 0; i < 100; i++) file.write(`line ${String(i).padStart(4, '0')}\n`);
    file.write(`${'x'.repeat(1_000)}\n`);
    file.write('last\n');
    file.close();
    expect((await sizes()).map(([name]) => name)).to.deep.equal([LOG_FILE, `${LOG_FILE}.1`, `${LOG_FILE}.2`]);
    for (const [name, size] of await sizes()) expect(size, name).to.be.within(1, 100);
    expect(await readFile(join(path('logs'), LOG_FILE), 'utf8')).to.match(/last\n$/);
    expect((await stat(join(path('logs'), LOG_FILE))).mode & 0o777).to.equal(0o600);
  });

  it('wait until the data folder is made, with a bounded number of lines, and then go on after those of before', async () => {
    const file = new RotatingFile({ folder: path('logs'), after: path('format.json') });
    for (let i = 0; i < 1_000; i++) file.write(`${i}\n`);
    expect(await readdir(folder)).to.deep.equal([]);
    await writeFile(path('format.json'), '');
    await mkdir(path('logs'));
    await writeFile(join(path('logs'), LOG_FILE), 'before\n');
    file.write('now\n');
    file.close();
    const lines = (await readFile(join(path('logs'), LOG_FILE), 'utf8')).trim().split('\n');
    expect(lines).to.have.length(201);
    expect([lines[0], lines[1], lines.at(-1)]).to.deep.equal(['before', '801', 'now']);
  });

  it('that cannot be written end nothing', async () => {
    await writeFile(path('logs'), 'no folder');
    const file = new RotatingFile({ folder: path('logs'), after: folder });
    file.write('lost\n');
    file.close();
    expect(await readFile(path('logs'), 'utf8')).to.equal('no folder');
  });

  it('are followed from their last lines on, letter by letter and into the next file', async () => {
    const file = path(LOG_FILE);
    await writeFile(file, 'one\ntwo\nthrée\n');
    const end = new AbortController();
    const seen: string[] = [];
    const steps = [
      () => writeFile(file, 'four\nfi', { flag: 'a' }),
      async () => {
        await writeFile(file, 've\n', { flag: 'a' });
        await rename(file, path(`${LOG_FILE}.1`));
        await writeFile(file, 'six\n');
      },
      undefined,
      async () => end.abort(),
    ];
    for await (const line of followLog({ file, lines: 2, follow: true }, end.signal)) {
      seen.push(line);
      if (seen.length >= 2) await steps[seen.length - 2]?.();
    }
    expect(seen).to.deep.equal(['two', 'thrée', 'four', 'five', 'six']);
  }).timeout(10_000);

  it('are printed by ballast logs, by level and module', async () => {
    const line = (level: string, module: string, msg: string) =>
      `${JSON.stringify({ level, time: '2026-01-01T00:00:00.000Z', module, msg, round: 1 })}\n`;
    const file = path(LOG_FILE);
    await writeFile(
      file,
      line('info', 'round', 'round 1 accepted') +
        line('warn', 'node', 'no space') +
        line('debug', 'network', 'refused'),
    );
    const all = await ballast(['logs', '--file', file]);
    expect(all).to.deep.include({ code: 0, err: '' });
    expect(all.out.split('\n')[0]).to.equal('2026-01-01T00:00:00.000Z info  round: round 1 accepted round=1');
    expect(all.out.trim().split('\n')).to.have.length(3);
    const loud = await ballast(['logs', '--file', file, '--level', 'info', '--lines', '2', '--json']);
    expect(loud.out).to.equal(line('warn', 'node', 'no space'));
    expect((await ballast(['logs', '--file', file, '--module', 'network'])).out).to.match(/network: refused/);
    const missing = await ballast(['logs', '--file', path('none')]);
    expect(missing.code).to.equal(1);
    expect(missing.err).to.match(/^ballast: .*none: got nothing, expected a node’s log \(.*\)\n$/);
  });
});
