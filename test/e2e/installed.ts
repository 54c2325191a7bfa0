import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** A folder with the package in its `node_modules`, as `npm install` would leave it. */
export type Installed = {
  readonly folder: string;
  /** The package itself. */
  readonly package: string;
  readonly tarball: string;
  readonly remove: () => void;
};

/**
 * Builds and packs the package and unpacks it beside the dependencies of this checkout, which need not be fetched again.
 * Commands are linked as npm links them.
 */
export function installPackage(): Installed {
  const root = mkdtempSync(join(tmpdir(), 'ballast-build-'));
  const [stage, folder] = [join(root, 'stage'), join(root, 'user')];
  const modules = join(folder, 'node_modules');
  for (const path of [stage, join(modules, '.bin')]) mkdirSync(path, { recursive: true });

  const build = [join(ROOT, 'scripts/build.ts'), '--out', join(stage, 'dist')];
  const { status, stdout } = spawnSync(process.execPath, build, { encoding: 'utf8' });
  expect(status, stdout).to.equal(0);
  for (const name of ['bin', 'contracts/src', 'package.json', 'README.md', 'LICENSE'])
    cpSync(join(ROOT, name), join(stage, name), { recursive: true });
  const pack = ['pack', '--json', '--silent', '--ignore-scripts', '--pack-destination', root];
  const [packed] = JSON.parse(execFileSync('npm', pack, { cwd: stage, encoding: 'utf8' })) as {
    filename: string;
  }[];
  if (packed === undefined) throw new Error('npm pack made nothing');
  const tarball = resolve(root, packed.filename);
  execFileSync('tar', ['-xzf', tarball, '-C', modules]);
  rmSync(stage, { recursive: true });

  const installed = join(modules, 'ballast');
  renameSync(join(modules, 'package'), installed);
  for (const name of readdirSync(join(ROOT, 'node_modules')))
    if (!existsSync(join(modules, name))) symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
  symlinkSync('../ballast/bin/ballast.js', join(modules, '.bin/ballast'));
  symlinkSync('../@foundry-rs/anvil/bin.mjs', join(modules, '.bin/anvil'));
  return {
    folder,
    package: installed,
    tarball,
    remove: () => rmSync(root, { recursive: true, force: true, maxRetries: 5 }),
  };
}
