/**
 * `npm run contracts`: compiles contracts/src and writes the typed ABI and bytecode that the client uses, and the
 * vectors that Solidity's tests read.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GENERATED_FOLDER, generateModules } from '../contracts/solc/generate.ts';
import { sharedVectors, VECTORS_FOLDER } from '../contracts/test/shared/index.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
write(GENERATED_FOLDER, generateModules(root));
write(VECTORS_FOLDER, await sharedVectors());

function write(folder: string, files: ReadonlyMap<string, string>): void {
  mkdirSync(join(root, folder), { recursive: true });
  for (const [file, text] of files) {
    writeFileSync(join(root, folder, file), text);
    console.log(`${folder}/${file}`);
  }
}
