import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { ballast } from '../../test/e2e/in-process.ts';
import { NODE_COMMANDS } from '../command-list.ts';
import { passphraseSources } from '../passphrases.ts';

const ENTRY = fileURLToPath(new URL('../../../bin/main.ts', import.meta.url));

/** Packages that take time to load, and of which the help needs none. */
const HEAVY = ['viem', 'libp2p', '@tensorflow/tfjs-core', 'fastify', 'level'];

describe('the command line', () => {
  it('lists every command that is not hidden under a task', async () => {
    const { code, out, err } = await ballast(['--help']);
    expect({ code, err }).to.deep.equal({ code: 0, err: '' });
    for (const { name, task } of NODE_COMMANDS) {
      if (task === undefined) continue;
      const from = out.indexOf(`\n${task}\n`);
      expect(from, task).to.be.greaterThan(0);
      expect(out.indexOf(`\n  ${name} `, from), name).to.be.greaterThan(from);
    }
  });

  it('loads each command, with its summary and options', async () => {
    expect(new Set(NODE_COMMANDS.map(({ name }) => name)).size).to.equal(NODE_COMMANDS.length);
    for (const { name, summary } of NODE_COMMANDS) {
      for (const args of [
        [name, '--help'],
        ['help', name],
      ]) {
        const { code, out, err } = await ballast(args);
        expect({ code, err }, name).to.deep.equal({ code: 0, err: '' });
        expect(out.replaceAll(/\s+/g, ' '), name).to.include(summary);
        expect(out, name).to.match(/\n {2}(?!-h)-?-?[a-z][a-z-]*[ ,[]/);
      }
    }
  });

  it('tells its version', async () => {
    const { version } = JSON.parse(
      readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'),
    ) as { readonly version: string };
    expect(await ballast(['--version'])).to.deep.equal({ code: 0, out: `${version}\n`, err: '' });
  });

  it('loads for its help nothing of a chain, a network, a database or training', () => {
    const report = `
      process.argv.push('ballast', '--help');
      import { registerHooks } from 'node:module';
      const loaded = new Set();
      registerHooks({ load(url, context, next) { loaded.add(url); return next(url, context); } });
      process.on('exit', () => process.stderr.write(JSON.stringify([...loaded])));
      await import(${JSON.stringify(ENTRY)});`;
    const { stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', report], {
      encoding: 'utf8',
    });
    const urls = JSON.parse(stderr) as string[];
    expect(urls.some((url) => url.endsWith('/node/cli/program.ts'))).to.equal(true);
    for (const name of HEAVY) {
      expect(
        urls.filter((url) => url.includes(`/node_modules/${name}/`)),
        name,
      ).to.deep.equal([]);
    }
  });

  it('suggests a command for one that it does not know, in one line', async () => {
    const { code, out, err } = await ballast(['nod']);
    expect({ code, out }).to.deep.equal({ code: 1, out: '' });
    expect(err).to.equal("ballast: unknown command 'nod' (Did you mean node?)\n");
  });

  it('says where to read on where there is nothing to suggest', async () => {
    expect((await ballast(['backup'])).err).to.equal(
      "ballast: missing required argument 'file' (ballast backup --help says more)\n",
    );
    expect((await ballast(['xyzzy'])).err).to.equal(
      "ballast: unknown command 'xyzzy' (ballast --help says more)\n",
    );
  });

  it('names the variables of the keystore whose passphrase is missing', () => {
    expect(passphraseSources('BALLAST_STAKE', {}).places).to.equal(
      '--passphrase-file, BALLAST_STAKE_PASSPHRASE_FILE or BALLAST_STAKE_PASSPHRASE',
    );
    expect(passphraseSources('BALLAST', {}, 'a key').places).to.equal(
      'a key, BALLAST_PASSPHRASE_FILE or BALLAST_PASSPHRASE',
    );
  });
});
