import { readFileSync } from 'node:fs';

export type Package = { readonly version: string; readonly engines: { readonly node: string } };

/** The package that this command line belongs to. */
export function packageOf(): Package {
  // The built copy of this file lies one folder deeper, in dist.
  const root = import.meta.url.endsWith('.ts') ? '../..' : '../../..';
  return JSON.parse(readFileSync(new URL(`${root}/package.json`, import.meta.url), 'utf8')) as Package;
}
