import { spawn } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { constants } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { exitCode } from './child.js';
import { Stop, say } from './say.js';

const NOISE_LINES = 30;

/**
 * Runs `npm …args` under the Node.js binary `node`, silently; npm's own last lines are shown on failure only.
 *
 * npm must run under the Node.js that will load the packages: an older one quietly leaves out optional
 * packages whose `engines` ask for more, native parts among them.
 *
 * @throws {Stop} when npm cannot be found, fails or is interrupted
 */
export async function runNpm(node, args, { cwd, failure }) {
  const env = {
    // npm looks for its global settings (registry, certificates) beside the Node.js that runs it: ours has none.
    npm_config_globalconfig: join(dirname(process.execPath), '..', 'etc', 'npmrc'),
    ...process.env,
    PATH: [dirname(node), process.env.PATH].filter(Boolean).join(delimiter),
  };
  const flags = ['--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error', '--ignore-scripts'];
  const child = spawn(node, [findNpm(), ...args, ...flags], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });

  let noise = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      noise = (noise + text).slice(-16_384);
    });
  }
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  let interruptedBy;
  for (const signal of signals) {
    process.on(signal, () => {
      interruptedBy = signal;
      child.kill(signal);
    });
  }
  const closed = new Promise((resolve) => child.once('close', resolve));
  const code = await exitCode(child);
  await closed;
  for (const signal of signals) process.removeAllListeners(signal);

  if (interruptedBy !== undefined) {
    throw new Stop('interrupted: the next call installs again', 128 + constants.signals[interruptedBy]);
  }
  if (code !== 0) {
    const tail = noise.trimEnd().split('\n').slice(-NOISE_LINES);
    for (const line of tail) say(`  ${line}`);
    throw new Stop(`${failure} (npm ended with ${code}); npm's last lines stand above`);
  }
}

/** npm's own script: the one that called us, else the one beside the running Node.js, else the one on PATH. */
function findNpm() {
  const candidates = [
    process.env.npm_execpath,
    join(dirname(process.execPath), '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    ...(process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'npm')),
  ];
  for (const candidate of candidates) {
    if (!candidate || !existsSync(candidate)) continue;
    const script = realpathSync(candidate);
    if (basename(script) === 'npm-cli.js') return script;
  }
  throw new Stop('npm was not found: install Node.js with npm, or call this with `npm start` or `npm test`');
}
