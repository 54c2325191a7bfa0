import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const MEMBER = fileURLToPath(new URL('../../kill/member.ts', import.meta.url));
/** Beside the packages, so that what stays outside the bundle is found. */
const FOLDER = fileURLToPath(new URL('../../../node_modules/.cache/ballast-kill/', import.meta.url));
/** Native code, and a library for training that a member has no use for. */
const OUTSIDE = ['level', '@tensorflow/*'];
/** What is CommonJS asks for `require`. */
const BANNER = `import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);`;

export type Bundle = { readonly path: string; readonly remove: () => Promise<void> };

/**
 * A member's code in one file: the same code, loaded in a quarter of the processor time. That is most of what a life
 * of a fraction of a second costs.
 *
 * @param folder whose last part tells this run's file from that of others.
 */
export async function bundleMember(folder: string): Promise<Bundle> {
  const path = join(FOLDER, `${basename(folder)}.mjs`);
  await build({
    entryPoints: [MEMBER],
    outfile: path,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    external: OUTSIDE,
    banner: { js: BANNER },
    logLevel: 'error',
  });
  return { path, remove: () => rm(path, { force: true }) };
}
