/** `npm run kernels`: compiles the vector kernels and writes the modules that hold their bytes. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileKernels, KERNEL_MODULES } from './kernels/compile.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
for (const module of KERNEL_MODULES) {
  const text = await compileKernels(root, module);
  mkdirSync(dirname(join(root, module.generated)), { recursive: true });
  writeFileSync(join(root, module.generated), text);
  console.log(module.generated);
}
