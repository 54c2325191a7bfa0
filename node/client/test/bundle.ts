import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

export type Bundle = {
  /** Files by name; `client.js` is what a page loads. */
  readonly files: ReadonlyMap<string, string>;
  /** Those that a page loads at once: `client.js` and what it imports, not what it may import later. */
  readonly initial: readonly string[];
  readonly inputs: readonly string[];
};

/**
 * The client and a script that uses it for a browser: nothing is left to import from elsewhere and nothing is
 * polyfilled, so an import of `node:` is an error.
 */
export async function bundleForBrowser(script: string): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: script, resolveDir: fileURLToPath(new URL('..', import.meta.url)), loader: 'ts' },
    bundle: true,
    splitting: true,
    outdir: 'out',
    entryNames: 'client',
    write: false,
    minify: true,
    metafile: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2024',
    logLevel: 'silent',
  });
  const outputs = new Map(Object.entries(metafile.outputs).map(([path, made]) => [basename(path), made]));
  const initial = new Set(['client.js']);
  for (const name of initial)
    for (const { path, kind } of outputs.get(name)?.imports ?? [])
      if (kind === 'import-statement') initial.add(basename(path));
  return {
    files: new Map(outputFiles.map(({ path, text }) => [basename(path), text])),
    initial: [...initial],
    inputs: Object.keys(metafile.inputs),
  };
}
