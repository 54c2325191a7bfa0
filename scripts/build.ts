/**
 * `npm run build`: JavaScript and declarations for the published package.
 *
 * The compiler leaves out what is not TypeScript, so pages, wasm and tables beside the sources are copied.
 * `contracts/src` is published from where it stands.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, globSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const CONFIG = join(ROOT, 'tsconfig.build.json');

function main(): number {
  const { values } = parseArgs({ options: { out: { type: 'string', default: 'dist' } } });
  const out = resolve(ROOT, values.out);
  const started = performance.now();

  // A file whose source is gone must not stay in the package.
  rmSync(out, { recursive: true, force: true });
  const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
  const { status } = spawnSync(process.execPath, [compiler, '--project', CONFIG, '--outDir', out], {
    stdio: 'inherit',
  });
  if (status !== 0) return status ?? 1;

  const { include } = JSON.parse(readFileSync(CONFIG, 'utf8')) as { include: string[] };
  const folders = include.filter((folder) => existsSync(join(ROOT, folder)));
  const assets = folders.flatMap((folder) =>
    globSync(`${folder}/**/*.*`, {
      cwd: ROOT,
      exclude: (name) => name === 'test' || name === 'node_modules',
    }),
  );
  const copied = assets.filter((path) => !/\.(?:ts|as|md)$/.test(path));
  for (const path of copied) cpSync(join(ROOT, path), join(out, path));

  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(
    `built ${values.out}: ${globSync('**/*.js', { cwd: out }).length} modules, ${copied.length} other files, ${seconds} s`,
  );
  return 0;
}

process.exitCode = main();
