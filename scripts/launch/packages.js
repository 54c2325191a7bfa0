import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withInstallLock } from './lock.js';
import { runNpm } from './npm.js';
import { Stop, say } from './say.js';
import { Stamp } from './stamp.js';

/**
 * Makes the packages in `node_modules` those of `package-lock.json`.
 *
 * `npm ci` refuses a lock that lacks the optional parts of other platforms, so this is `npm install` with the
 * lock guarded: it must say what package.json says before, and be the same bytes after.
 *
 * @param {string} root the checkout
 * @param {string} node the Node.js binary that will load the packages
 * @throws {Stop} when npm fails, or when the lock does not belong to package.json
 */
export async function ensurePackages(root, node) {
  const stamp = new Stamp(root);
  if (stamp.isCurrent()) return;

  await withInstallLock(root, async () => {
    if (stamp.isCurrent()) return;
    const lockPath = join(root, 'package-lock.json');
    const before = readFileSync(lockPath);
    requireSameDependencies(readFileSync(join(root, 'package.json'), 'utf8'), before.toString('utf8'));

    say(
      `Installing the packages of package-lock.json (once${existsSync(join(root, 'node_modules')) ? '' : ', about a minute'}) …`,
    );
    stamp.remove();
    await runNpm(
      node,
      ['install', '--no-save', '--package-lock', '--prefer-offline', '--include=dev', '--include=optional'],
      {
        cwd: root,
        failure: 'the packages could not be installed',
      },
    );
    if (!readFileSync(lockPath).equals(before)) {
      writeFileSync(lockPath, before);
      throw new Stop(
        'npm changed package-lock.json, which was put back: run npm install yourself and commit the lock',
      );
    }
    stamp.write();
  });
}

/** With `--no-save` npm would quietly install what the lock does not name. */
function requireSameDependencies(packageText, lockText) {
  const wanted = JSON.parse(packageText);
  const locked = JSON.parse(lockText).packages[''];
  for (const kind of ['dependencies', 'devDependencies', 'optionalDependencies']) {
    const names = new Set([...Object.keys(wanted[kind] ?? {}), ...Object.keys(locked[kind] ?? {})]);
    for (const name of names) {
      const [want, have] = [wanted[kind]?.[name], locked[kind]?.[name]];
      if (want !== have) {
        throw new Stop(
          `package-lock.json has ${name} ${have ?? 'not at all'} and package.json ${want ?? 'not at all'}: run npm install and commit the lock`,
        );
      }
    }
  }
}
