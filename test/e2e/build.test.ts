import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect } from 'chai';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

type Manifest = {
  readonly exports: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>;
};

/** The package as it would be published, unpacked beside the installed dependencies. */
describe('published package', function () {
  this.timeout(120_000);
  let installed: string;
  const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest;
  const run = (args: string[]) => execFileSync(process.execPath, args, { cwd: installed, encoding: 'utf8' });

  before(() => {
    installed = mkdtempSync(join(tmpdir(), 'ballast-build-'));
    const build = [join(ROOT, 'scripts/build.ts'), '--out', join(installed, 'dist')];
    const { status, stdout } = spawnSync(process.execPath, build, { encoding: 'utf8' });
    expect(status, stdout).to.equal(0);
    mkdirSync(join(installed, 'bin'));
    cpSync(join(ROOT, 'bin/ballast.js'), join(installed, 'bin/ballast.js'));
    cpSync(join(ROOT, 'package.json'), join(installed, 'package.json'));
    symlinkSync(join(ROOT, 'node_modules'), join(installed, 'node_modules'));
  });
  after(() => rmSync(installed, { recursive: true, force: true }));

  it('holds JavaScript and declarations, and no tests', () => {
    const files = globSync('dist/**/*.*', { cwd: installed });
    expect(files.filter((path) => path.includes('/test/'))).to.deep.equal([]);
    expect(files.filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'))).to.deep.equal([]);
    for (const thread of ['training/worker', 'kernels/kernel-thread', 'kernels/aggregation-thread']) {
      expect(existsSync(join(installed, `dist/node/${thread}.js`)), thread).to.equal(true);
    }
  });

  it('loads every folder that it exports, by the name a user writes', () => {
    const names = Object.entries(exports).flatMap(([name, target]) =>
      typeof target === 'string' ? [] : [name.slice(2)],
    );
    const script = names.map((name) => `import * as ${name} from 'ballast/${name}';`).join('\n');
    writeFileSync(
      join(installed, 'load.mjs'),
      `${script}\nconsole.log([${names}].every((m) => Object.keys(m).length > 0));`,
    );
    expect(run(['load.mjs'])).to.equal('true\n');
  });

  it('refers to no source', async () => {
    const modules = globSync('dist/**/*.js', { cwd: installed });
    const offending = modules.filter((path) =>
      /(?:from|import)\s*\(?\s*'\.[^']*\.ts'/.test(readFileSync(join(installed, path), 'utf8')),
    );
    expect(modules).to.have.length.above(50);
    expect(offending).to.deep.equal([]);
  });

  it('runs its command', () => {
    expect(run(['bin/ballast.js', '--help'])).to.include('devnet');
  });

  it('finds the threads of an aggregation', () => {
    writeFileSync(
      join(installed, 'aggregate.mjs'),
      `import { allocateRows, openAggregationWorker } from './dist/node/kernels/index.js';
      const rows = allocateRows(9, 40_000);
      const worker = openAggregationWorker({ rule: 'krum', f: 1, kernels: { threads: 2 } });
      const { result } = await worker.aggregate(rows, { step: 0, vectors: {} });
      await worker.close();
      console.log(result.selected.length);`,
    );
    expect(run(['aggregate.mjs'])).to.equal('1\n');
  });

  it('serves the dashboard', () => {
    writeFileSync(
      join(installed, 'dashboard.mjs'),
      `import { dashboardFiles } from './dist/node/dashboard/index.js';
      console.log((await dashboardFiles()).filter(({ body }) => body.length > 500).length);`,
    );
    expect(run(['dashboard.mjs'])).to.equal('3\n');
  });

  it('is usable as a library', async () => {
    const url = pathToFileURL(join(installed, 'dist/aggregation/index.js')).href;
    const { ruleNames } = (await import(url)) as typeof import('../../aggregation/index.ts');
    expect(ruleNames).to.include('krum');
  });
});
