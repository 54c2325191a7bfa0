/**
 * `npm run build`: JavaScript and declarations for the published package.
 *
 * The compiler leaves out what is not TypeScript, so pages, wasm and tables beside the sources are copied.
 * `contracts/src` is published from where it stands; the ABIs are written as JSON into `contracts/abi`.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { writeDashboard } from './dashboard/bundle.ts';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const CONFIG = join(ROOT, 'tsconfig.build.json');

async function main(): Promise<number> {
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
  const copied = assets.filter((path) => !/(?:\.(?:ts|as|md)|tsconfig\.json)$/.test(path));
  for (const path of copied) cpSync(join(ROOT, path), join(out, path));
  await writeDashboard(join(out, 'node', 'dashboard', 'generated'));

  const abis = writeAbis(join(out, 'contracts', 'abi'));

  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(
    `built ${values.out}: ${globSync('**/*.js', { cwd: out }).length} modules, ${copied.length} other files, ${abis} ABIs, ${seconds} s`,
  );
  return 0;
}

/** The ABI of each deployed contract as JSON, for those who use no TypeScript. @returns how many. */
function writeAbis(folder: string): number {
  const generated = join(ROOT, 'contracts', 'client', 'generated');
  mkdirSync(folder, { recursive: true });
  let count = 0;
  for (const file of globSync('*.ts', { cwd: generated })) {
    const abi = /Abi = (\[[\s\S]*?\n\]) as const;/.exec(readFileSync(join(generated, file), 'utf8'))?.[1];
    if (abi === undefined) continue;
    writeFileSync(join(folder, file.replace(/\.ts$/, '.json')), `${JSON.stringify(JSON.parse(abi))}\n`);
    count += 1;
  }
  return count;
}

process.exitCode = await main();
