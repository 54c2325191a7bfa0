import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Licensed, licenceOf } from './licences.ts';

type Locked = { readonly version?: string; readonly dev?: boolean };

/** The packages of the lock that are installed, by what their own manifests say; `published` leaves out development's. */
export function installedPackages(root: string, { published = false } = {}): Licensed[] {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, Locked>;
  };
  return Object.entries(packages).flatMap(([path, { dev = false }]) => {
    const file = join(root, path, 'package.json');
    // Parts for other platforms stand in the lock and are not installed.
    if (path === '' || (published && dev) || !existsSync(file)) return [];
    const manifest = JSON.parse(readFileSync(file, 'utf8')) as {
      readonly version: string;
      readonly license?: unknown;
    };
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    return [{ name, version: manifest.version, licence: licenceOf(manifest) }];
  });
}
