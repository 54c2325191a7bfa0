import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { ballastCommands } from './documents/commands.ts';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const LAUNCH = join(ROOT, 'scripts', 'launch');

// The launcher is plain JavaScript without declarations.
type Flags = {
  misplacedFlags(command: string, rest: string[], env: Record<string, string>): string | undefined;
};
type Packages = { ensurePackages(root: string, node: string): Promise<void> };
type Lock = { withInstallLock(root: string, work: () => Promise<void>): Promise<void> };
const load = async (name: string): Promise<unknown> => import(join(LAUNCH, name));

describe('launcher', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ballast-launch-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  describe('flags that npm took', () => {
    let misplacedFlags: Flags['misplacedFlags'];
    before(async () => {
      ({ misplacedFlags } = (await load('flags.js')) as Flags);
    });

    it('are named with the line that works', () => {
      expect(misplacedFlags('start', ['5'], { npm_config_rounds: 'true' })).to.include(
        'write it after two dashes: npm start -- --rounds 5',
      );
      expect(misplacedFlags('start', [], { npm_config_rounds: '5' })).to.include('npm start -- --rounds 5');
      expect(
        misplacedFlags('start', [], { npm_config_data_dir: '/tmp/x', npm_config_exit: 'true' }),
      ).to.include('npm start -- --data-dir /tmp/x --exit');
      expect(misplacedFlags('start', [], { npm_config_privacy: '' })).to.include('npm start -- --no-privacy');
      expect(misplacedFlags('test', ['krum'], { npm_config_grep: 'true' })).to.include(
        'npm test -- --grep krum',
      );
    });

    it('are those of a devnet, but for the one that npm has too', async () => {
      const devnet = (await ballastCommands()).commands.find((command) => command.name() === 'devnet');
      const names = devnet?.options.map(({ long }) => String(long).replace(/^--(?:no-)?/, '')) ?? [];
      const unknown = names.filter(
        (name) =>
          misplacedFlags('start', [], { [`npm_config_${name.replaceAll('-', '_')}`]: 'x' }) === undefined,
      );
      expect(unknown).to.deep.equal(['audit']);
      expect(misplacedFlags('start', [], { npm_config_gate: '' })).to.include('npm start -- --no-gate');
    });

    it('are not guessed at where two of them lost their values', () => {
      const env = { npm_config_rounds: 'true', npm_config_nodes: 'true' };
      expect(misplacedFlags('start', ['5', '7'], env)).to.include('npm start -- --rounds … --nodes …');
    });

    it('are not seen where there are none', () => {
      expect(
        misplacedFlags('start', ['--rounds', '5'], { npm_config_cache: '/c', npm_config_fund: '' }),
      ).to.equal(undefined);
      expect(misplacedFlags('build', [], { npm_config_rounds: '5' })).to.equal(undefined);
    });

    it('stop the launcher with one line', () => {
      const env = { ...process.env, npm_config_rounds: 'true' };
      let stderr = '';
      try {
        execFileSync(process.execPath, [join(ROOT, 'scripts/launch.js'), 'start', '5'], {
          env,
          stdio: 'pipe',
        });
      } catch (error) {
        stderr = (error as { stderr: Buffer }).stderr.toString();
      }
      expect(stderr).to.match(/^.*npm start -- --rounds 5\n$/);
    });
  });

  describe('packages', () => {
    const manifest = (chai: string) => JSON.stringify({ name: 'x', devDependencies: { chai } });
    const lock = (chai: string) =>
      JSON.stringify({ packages: { '': { name: 'x', devDependencies: { chai } } } });

    /** A Node.js in name only, whose npm does what `script` says. */
    function fakeNode(script: string): string {
      const path = join(folder, 'node');
      writeFileSync(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
      return path;
    }

    async function install(script: string): Promise<string | undefined> {
      const { ensurePackages } = (await load('packages.js')) as Packages;
      try {
        await ensurePackages(folder, fakeNode(script));
        return undefined;
      } catch (error) {
        return (error as Error).message;
      }
    }
    const read = (...path: string[]) => readFileSync(join(folder, ...path), 'utf8');
    const calls = () => read('calls').trim().split('\n').length;

    beforeEach(() => {
      writeFileSync(join(folder, 'package.json'), manifest('6.3.0'));
      writeFileSync(join(folder, 'package-lock.json'), lock('6.3.0'));
    });

    it('are installed once, and again when the lock changes', async () => {
      expect(await install('echo x >> calls')).to.equal(undefined);
      expect(await install('echo x >> calls')).to.equal(undefined);
      expect(calls()).to.equal(1);
      writeFileSync(join(folder, 'package-lock.json'), `${lock('6.3.0')}\n`);
      expect(await install('echo x >> calls')).to.equal(undefined);
      expect(calls()).to.equal(2);
    });

    it('are installed once by two commands at a time', async () => {
      const both = await Promise.all([
        install('sleep 0.3; echo x >> calls'),
        install('sleep 0.3; echo x >> calls'),
      ]);
      expect(both).to.deep.equal([undefined, undefined]);
      expect(calls()).to.equal(1);
    });

    it('are installed again after npm has failed', async () => {
      expect(await install('exit 3')).to.include('npm ended with 3');
      expect(await install('echo x >> calls')).to.equal(undefined);
      expect(calls()).to.equal(1);
    });

    it('never change the lock', async () => {
      expect(await install('echo changed > package-lock.json')).to.include('npm changed package-lock.json');
      expect(read('package-lock.json')).to.equal(lock('6.3.0'));
      expect(await install('echo x >> calls')).to.equal(undefined);
      expect(calls()).to.equal(1);
    });

    it('are not installed where the lock says something else than package.json', async () => {
      writeFileSync(join(folder, 'package.json'), manifest('6.2.0'));
      expect(await install('echo x >> calls')).to.include('chai 6.3.0 and package.json 6.2.0');
    });
  });

  it('lets one installation wait for the other', async () => {
    const { withInstallLock } = (await load('lock.js')) as Lock;
    mkdirSync(join(folder, 'a'));
    const order: string[] = [];
    let release = () => {};
    const first = withInstallLock(folder, async () => {
      order.push('first begins');
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      order.push('first ends');
    });
    while (order.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const second = withInstallLock(folder, async () => {
      order.push('second');
    });
    await withInstallLock(join(folder, 'a'), async () => {
      order.push('elsewhere');
    });
    release();
    await Promise.all([first, second]);
    expect(order).to.deep.equal(['first begins', 'elsewhere', 'first ends', 'second']);
  });

  describe('standing in for its child', () => {
    /** Starts a stand-in, in a process group of its own, whose child counts the signals it gets. */
    async function standIn(
      body: string,
    ): Promise<{ parent: ChildProcess; output: () => string; ended: Promise<number | null> }> {
      const child = `${body}; console.log('ready')`;
      const script = `import { standIn } from ${JSON.stringify(join(LAUNCH, 'child.js'))};
        process.exitCode = await standIn(process.execPath, ['-e', ${JSON.stringify(child)}], process.env);`;
      const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
        detached: true,
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let text = '';
      const ended = new Promise<number | null>((resolve) => parent.once('close', resolve));
      const ready = new Promise<void>((resolve) => {
        parent.stdout.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
          if (text.includes('ready')) resolve();
        });
      });
      await Promise.race([ready, ended]);
      return { parent, output: () => text, ended };
    }
    const counting = `let n = 0;
      process.on('SIGINT', () => { n++; setTimeout(() => { console.log('got', n); process.exit(7); }, 600); })`;

    it('passes on a signal that it alone was sent', async () => {
      const { parent, output, ended } = await standIn(`${counting}; setInterval(() => {}, 1000)`);
      parent.kill('SIGINT');
      expect(await ended).to.equal(7);
      expect(output()).to.include('got 1');
    });

    it('does not send again what the whole group was sent', async () => {
      const { parent, output, ended } = await standIn(`${counting}; setInterval(() => {}, 1000)`);
      process.kill(-(parent.pid ?? 0), 'SIGINT');
      // npm passes the signal on to its script as well.
      parent.kill('SIGINT');
      expect(await ended).to.equal(7);
      expect(output()).to.include('got 1');
    });

    it('ends with the exit code of its child, as a shell would give it', async () => {
      expect(await (await standIn('process.exitCode = 5')).ended).to.equal(5);
      expect(await (await standIn("process.kill(process.pid, 'SIGKILL')")).ended).to.equal(137);
    });
  });
});
