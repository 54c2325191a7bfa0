/**
 * `npm run contracts`: compiles contracts/src and writes the typed ABI and bytecode that the client uses, and the
 * vectors that Solidity's tests read. With `-- --release-layouts`, also the modules' layouts of storage as those that
 * later versions must follow: part of a release, never of an edit.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GENERATED_FOLDER, generateModules, releasedLayouts } from '../contracts/solc/generate.ts';
import { sharedVectors, VECTORS_FOLDER } from '../contracts/test/shared/index.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
write(GENERATED_FOLDER, generateModules(root));
write(VECTORS_FOLDER, await sharedVectors());
if (process.argv.includes('--release-layouts')) write('contracts/test', releasedLayouts(root));

function write(folder: string, files: ReadonlyMap<string, string>): void {
  mkdirSync(join(root, folder), { recursive: true });
  for (const [file, text] of files) {
    writeFileSync(join(root, folder, file), text);
    console.log(`${folder}/${file}`);
  }
}
