import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

export type Bundle = { readonly code: string; readonly inputs: readonly string[] };

/**
 * The client and a script that uses it as one file for a browser: nothing is left to import and nothing is
 * polyfilled, so an import of `node:` is an error.
 */
export async function bundleForBrowser(script: string): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: script, resolveDir: fileURLToPath(new URL('..', import.meta.url)), loader: 'ts' },
    bundle: true,
    write: false,
    minify: true,
    metafile: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2024',
    logLevel: 'silent',
  });
  return { code: outputFiles[0]?.text ?? '', inputs: Object.keys(metafile.inputs) };
}
