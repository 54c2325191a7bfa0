import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const FOLDER = fileURLToPath(new URL('../../node/dashboard', import.meta.url));

/** Where a node of this checkout looks for what {@link bundleDashboard} makes. */
const GENERATED = join(FOLDER, 'generated');

/** The dashboard's script as one module, and its styles with those of the charts. @throws Error with the bundler's words. */
export async function bundleDashboard(): Promise<ReadonlyMap<string, string>> {
  const { outputFiles } = await build({
    entryPoints: {
      dashboard: join(FOLDER, 'page/browser/main.ts'),
      style: join(FOLDER, 'page/style.css'),
    },
    outdir: GENERATED,
    absWorkingDir: FOLDER,
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: ['es2022', 'chrome123', 'firefox120', 'safari17.5'],
    charset: 'utf8',
    legalComments: 'none',
    banner: { js: licences(['lit-html', 'uplot']), css: licences(['uplot']) },
    logLevel: 'silent',
  });
  return new Map(outputFiles.map(({ path, text }) => [path.slice(GENERATED.length + 1), text]));
}

/** Bundles into a folder: the checkout's own, or that of a package. @returns the paths of the files. */
export async function writeDashboard(folder = GENERATED): Promise<readonly string[]> {
  const files = await bundleDashboard();
  return [...files].map(([name, text]) => {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    // A node that starts meanwhile reads the file before or after it, and never half of it.
    const part = `${path}.${process.pid}`;
    writeFileSync(part, text);
    renameSync(part, path);
    return path;
  });
}

/** What those who wrote a part of the bundle ask to be handed on with it. */
function licences(names: readonly string[]): string {
  const { resolve } = createRequire(import.meta.url);
  const texts = names.map((name) => {
    const entry = resolve(name);
    const folder = entry.slice(
      0,
      entry.lastIndexOf(`/node_modules/${name}/`) + `/node_modules/${name}/`.length,
    );
    return `${name}\n\n${readFileSync(join(folder, 'LICENSE'), 'utf8').trim()}`;
  });
  return `/*!\n${texts.join('\n\n').replaceAll('*/', '* /')}\n*/`;
}
