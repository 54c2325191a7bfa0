import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { expect } from 'chai';
import { UsageError } from '../../../protocol/errors.ts';
import { obtainNewPassphrase, obtainPassphrase } from '../index.ts';

async function failure(action: Promise<unknown>): Promise<UsageError> {
  try {
    await action;
  } catch (error) {
    expect(error).to.be.instanceOf(UsageError);
    return error as UsageError;
  }
  throw new Error('expected a refusal');
}

describe('passphrase', () => {
  let folder = '';
  const path = (name: string) => join(folder, name);
  const write = (name: string, text: string) => writeFile(path(name), text, { mode: 0o600 });

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ballast-passphrase-'));
    await write('flag', 'from the flag\n');
    await write('environment', 'from the file\r\n');
    await write('configured', ' from the config ');
  });

  after(() => rm(folder, { recursive: true, force: true }));

  it('comes from the first source in the stated order, its last newline dropped', async () => {
    const all = {
      file: path('flag'),
      environmentFile: path('environment'),
      environment: 'from the environment',
      configuredFile: path('configured'),
      ask: async () => 'from a person',
    };
    const take = (sources: Partial<typeof all>) => obtainPassphrase(sources, 'a keystore');
    const { file: _f, ...second } = all;
    const { environmentFile: _e, ...third } = second;
    const { environment: _v, ...fourth } = third;
    const { configuredFile: _c, ...last } = fourth;
    expect(await take(all)).to.equal('from the flag');
    expect(await take(second)).to.equal('from the file');
    expect(await take(third)).to.equal('from the environment');
    expect(await take(fourth)).to.equal(' from the config ');
    expect(await take(last)).to.equal('from a person');
    expect((await failure(take({}))).code).to.equal('PASSPHRASE_MISSING');
    const { hint } = await failure(obtainPassphrase({ places: '--a-file or B' }, 'a keystore'));
    expect(hint).to.equal('give --a-file or B');
  });

  it('is asked for twice when it is new, and weak ones are refused from every source', async () => {
    const answers = (...texts: string[]) => {
      const asked: string[] = [];
      const ask = async (question: string) => {
        asked.push(question);
        return texts.shift() ?? '';
      };
      return { ask, asked };
    };
    const good = answers('long enough', 'long enough');
    expect(await obtainNewPassphrase(good, 'the stake keystore')).to.equal('long enough');
    expect(good.asked).to.have.length(2);
    expect(good.asked[0]).to.include('the stake keystore');
    const differs = await failure(obtainNewPassphrase(answers('long enough', 'long enougH'), 'k'));
    expect(differs.code).to.equal('PASSPHRASE_DIFFERS');
    expect(inspect(differs, { depth: 9 })).not.to.include('long enoug');
    for (const sources of [answers('seven77', 'seven77'), { environment: 'seven77' }]) {
      const weak = await failure(obtainNewPassphrase(sources, 'k'));
      expect(weak.code).to.equal('PASSPHRASE_WEAK');
      expect(inspect(weak, { depth: 9 })).not.to.include('seven77');
    }
    // An old keystore may have a weak one: it must still open.
    expect(await obtainPassphrase({ environment: 'seven77' }, 'k')).to.equal('seven77');
  });

  it('is not read from a file that others may read, nor from a missing or huge one', async () => {
    await write('shared', 'long enough');
    await chmod(path('shared'), 0o644);
    expect((await failure(obtainPassphrase({ file: path('shared') }, 'k'))).code).to.equal(
      'PASSPHRASE_PERMISSIONS',
    );
    expect((await failure(obtainPassphrase({ file: path('none') }, 'k'))).code).to.equal('PASSPHRASE_FILE');
    await write('huge', 'x'.repeat(5000));
    expect((await failure(obtainPassphrase({ file: path('huge') }, 'k'))).code).to.equal('PASSPHRASE_FILE');
  });
});
