import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { main } from 'assemblyscript/asc';

/** A source in AssemblyScript, and the module that its bytes are written to, relative to the root. */
export type KernelModule = { readonly source: string; readonly generated: string; readonly name: string };

export const KERNEL_MODULES: readonly KernelModule[] = [
  {
    source: 'aggregation/kernels/wasm/kernels.as',
    generated: 'aggregation/kernels/generated/wasm.ts',
    name: 'kernelsWasm',
  },
  {
    source: 'simulations/experiments/aggregation-bench/bound.as',
    generated: 'simulations/experiments/aggregation-bench/generated/bound.ts',
    name: 'boundWasm',
  },
];

const BYTES_A_LINE = 75;

/** The text of the generated module. @throws Error with the compiler's words. */
export async function compileKernels(root: string, { source, name }: KernelModule): Promise<string> {
  const text = readFileSync(join(root, source), 'utf8');
  let bytes: Uint8Array | undefined;
  // The file has another ending than the compiler's, so that it is nobody's TypeScript.
  const options = ['kernels.ts', '--outFile', 'kernels.wasm', '-O3', '--noAssert', '--runtime', 'stub'];
  const { error, stderr } = await main([...options, '--enable', 'simd', '--initialMemory', '1'], {
    readFile: (file) => (file === 'kernels.ts' ? text : null),
    writeFile: (_, contents) => {
      if (typeof contents !== 'string') bytes = contents;
    },
    listFiles: () => [],
  });
  if (error !== null || bytes === undefined) throw new Error(`${source}: ${String(stderr)}`);
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += BYTES_A_LINE) {
    lines.push(`  '${Buffer.from(bytes.subarray(at, at + BYTES_A_LINE)).toString('base64')}'`);
  }
  return [
    `// Generated from ${source} by npm run kernels; do not edit.`,
    '',
    `export const ${name} =`,
    `${lines.join(' +\n')};`,
    '',
  ].join('\n');
}
