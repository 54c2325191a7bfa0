import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { UsageError } from '../../../protocol/errors.ts';
import { LevelStore } from '../../store/index.ts';
import { prepareFolder } from '../setup.ts';

async function refusal(dataDir: string): Promise<string> {
  try {
    await prepareFolder(dataDir);
  } catch (error) {
    expect(error).to.be.instanceOf(UsageError);
    return (error as UsageError).message;
  }
  throw new Error('expected a refusal');
}

describe('devnet folder', () => {
  let folder = '';

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ballast-devnet-'));
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('is made where it is missing, and emptied of an earlier devnet', async () => {
    const dataDir = join(folder, 'a', 'b');
    await prepareFolder(dataDir);
    await writeFile(join(dataDir, 'network.json'), '{}');
    await prepareFolder(dataDir);
    expect(await readdir(dataDir)).to.deep.equal(['devnet.json']);
  });

  it('never replaces a folder with other files, nor a file', async () => {
    const precious = join(folder, 'precious');
    await writeFile(precious, 'mine');
    expect(await refusal(folder)).to.include('holds other files');
    expect(await refusal(precious)).to.include('ENOTDIR');
    expect(await refusal(join(precious, 'sub'))).to.include('ENOTDIR');
    expect(await readFile(precious, 'utf8')).to.equal('mine');
  });

  it('is left alone while a devnet runs in it', async () => {
    await prepareFolder(folder);
    const database = join(folder, 'node-1', 'data', 'db');
    await mkdir(join(folder, 'node-1', 'data'), { recursive: true });
    const store = await LevelStore.open(database);
    expect(await refusal(folder)).to.include('a devnet is running');
    expect(await readdir(folder)).to.include('node-1');
    await store.close();
    await prepareFolder(folder);
    expect(await readdir(folder)).to.deep.equal(['devnet.json']);
  });
});
