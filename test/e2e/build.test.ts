import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { type Installed, installPackage, ROOT } from './installed.ts';
import { strangersPath } from './strangers-path.ts';

type Manifest = {
  readonly exports: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>;
};

/** The package as `npm pack` makes it, in the `node_modules` of an empty folder. */
describe('published package', function () {
  this.timeout(120_000);
  let installed: Installed;
  const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest;
  const subpaths = Object.entries(exports).flatMap(([name, target]) =>
    typeof target === 'string' ? [] : [name.slice(2)],
  );
  const run = (...args: string[]) =>
    execFileSync(process.execPath, args, { cwd: installed.folder, encoding: 'utf8' });
  const write = (name: string, text: string) => writeFileSync(join(installed.folder, name), text);

  before(() => {
    installed = installPackage();
  });
  after(() => installed?.remove());

  it('holds JavaScript, declarations and contracts, and no tests', () => {
    const files = globSync('**/*.*', { cwd: installed.package });
    expect(files.filter((path) => /(?:^|\/)test\//.test(path))).to.deep.equal([]);
    expect(files.filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'))).to.deep.equal([]);
    for (const thread of ['training/worker', 'kernels/kernel-thread', 'kernels/aggregation-thread'])
      expect(existsSync(join(installed.package, `dist/node/${thread}.js`)), thread).to.equal(true);
    for (const name of ['README.md', 'LICENSE', 'contracts/src/ModelRegistry.sol'])
      expect(existsSync(join(installed.package, name)), name).to.equal(true);
  });

  it('is as publint would have it', () => {
    const publint = join(ROOT, 'node_modules/publint/src/cli.js');
    expect(run(publint, installed.tarball, '--strict')).to.include('All good!');
  });

  it('loads every folder that it exports, by the name a user writes', () => {
    const script = subpaths.map((name) => `import * as ${name} from 'ballast/${name}';`).join('\n');
    write('load.mjs', `${script}\nconsole.log([${subpaths}].every((m) => Object.keys(m).length > 0));`);
    expect(run('load.mjs')).to.equal('true\n');
  });

  it('has types that a strict compiler resolves, declarations of dependencies included', () => {
    const imports = subpaths.map((name) => `import * as ${name} from 'ballast/${name}';`);
    write(
      'user.ts',
      `${imports.join('\n')}
      export const loaded: object[] = [${subpaths}];
      export const names: readonly string[] = aggregation.ruleNames;
      // @ts-expect-error a rule's name is no number
      export const wrong: number = aggregation.ruleNames[0];`,
    );
    const compilerOptions = { module: 'nodenext', target: 'es2023', strict: true, noEmit: true, types: [] };
    write('package.json', '{ "type": "module" }');
    write('tsconfig.json', JSON.stringify({ compilerOptions, files: ['user.ts'] }));
    expect(run(join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', '.')).to.equal('');
  });

  it('has the ABIs as JSON', () => {
    write(
      'abi.mjs',
      `import abi from 'ballast/abi/model-registry.json' with { type: 'json' };
      console.log(abi.some(({ type, name }) => type === 'function' && name === 'publish'));`,
    );
    expect(run('abi.mjs')).to.equal('true\n');
  });

  it('refers to no source', () => {
    const modules = globSync('dist/**/*.js', { cwd: installed.package });
    const offending = modules.filter((path) =>
      /(?:from|import)\s*\(?\s*'\.[^']*\.ts'/.test(readFileSync(join(installed.package, path), 'utf8')),
    );
    expect(modules).to.have.length.above(50);
    expect(offending).to.deep.equal([]);
  });

  it('runs its command', () => {
    expect(run('node_modules/.bin/ballast', '--help')).to.include('devnet');
  });

  it('finds the threads of an aggregation', () => {
    write(
      'aggregate.mjs',
      `import { allocateRows, openAggregationWorker } from './node_modules/ballast/dist/node/kernels/index.js';
      const rows = allocateRows(9, 40_000);
      const worker = openAggregationWorker({ rule: 'krum', f: 1, kernels: { threads: 2 } });
      const { result } = await worker.aggregate(rows, { step: 0, vectors: {} });
      await worker.close();
      console.log(result.selected.length);`,
    );
    expect(run('aggregate.mjs')).to.equal('1\n');
  });

  it('serves the dashboard', () => {
    write(
      'dashboard.mjs',
      `import { dashboardFiles } from './node_modules/ballast/dist/node/dashboard/index.js';
      console.log((await dashboardFiles()).filter(({ body }) => body.length > 500).length);`,
    );
    expect(run('dashboard.mjs')).to.equal('3\n');
  });

  it('is usable as a library', async () => {
    const url = pathToFileURL(join(installed.package, 'dist/aggregation/index.js')).href;
    const { ruleNames } = (await import(url)) as typeof import('../../aggregation/index.ts');
    expect(ruleNames).to.include('krum');
  });

  strangersPath(() => installed);
});
