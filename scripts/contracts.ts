/** `npm run contracts`: compiles contracts/src and writes the typed ABI and bytecode that the client uses. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GENERATED_FOLDER, generateModules } from '../contracts/solc/generate.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = join(root, GENERATED_FOLDER);
mkdirSync(folder, { recursive: true });
for (const [file, text] of generateModules(root)) {
  writeFileSync(join(folder, file), text);
  console.log(`${GENERATED_FOLDER}/${file}`);
}
