import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { cycles } from './architecture/cycles.ts';
import { direction } from './architecture/direction.ts';
import { COMPUTED_IMPORTS, ENTRY_FILES, PLATFORM_FILES } from './architecture/exceptions.ts';
import { folderCycles } from './architecture/folder-cycles.ts';
import { parseSource, type SourceFile } from './architecture/imports.ts';
import { commandLine, determinism, fileLength, purity, type Rule } from './architecture/rules.ts';
import { readTree } from './architecture/tree.ts';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

const imports = (specifier: string) => `import { a } from '${specifier}';\n`;

type Sample = readonly [path: string, text: string];

type Case = {
  readonly rule: Rule;
  /** Each of these breaks the rule once. */
  readonly bad: readonly Sample[];
  /** None of these does. */
  readonly good: readonly Sample[];
};

const CASES: Readonly<Record<string, Case>> = {
  'imports run downwards': {
    rule: direction(COMPUTED_IMPORTS),
    bad: [
      ['protocol/x.ts', imports('../privacy/y.ts')],
      ['privacy/x.ts', imports('../aggregation/index.ts')],
      ['aggregation/robust/x.ts', imports('../../coordinator/y.ts')],
      ['coordinator/x.ts', imports('../node/store/y.ts')],
      ['coordinator/x.ts', imports('../contracts/client/index.ts')],
      ['node/cli/x.ts', imports('../../simulations/index.ts')],
      ['node/x.ts', imports('../contracts/solc/y.ts')],
      ['node/x.ts', imports('../scripts/build.ts')],
      ['node/x.ts', imports('../bin/main.ts')],
      ['contracts/client/x.ts', imports('../../aggregation/index.ts')],
      ['contracts/client/x.ts', imports('../../node/index.ts')],
      ['protocol/x.ts', "import '../privacy/y.ts';\n"],
      ['protocol/x.ts', "import type { A } from '../privacy/y.ts';\n"],
      ['protocol/x.ts', "export * from '../privacy/y.ts';\n"],
      ['protocol/x.ts', "export {\n  a,\n  b,\n} from '../privacy/y.ts';\n"],
      ['protocol/x.ts', "const y = await import('../privacy/y.ts');\n"],
      ['protocol/x.ts', 'const y = await import(`../privacy/y.ts`);\n'],
      ['protocol/x.ts', "type A = import('../privacy/y.ts').A;\n"],
      ['protocol/x.ts', "const y = new URL('../node/worker.ts', import.meta.url);\n"],
      ['protocol/x.ts', "const y = new URL(z ? './a.ts' : '../node/worker.js', import.meta.url);\n"],
      ['protocol/x.ts', imports('ballast/privacy')],
      ['protocol/x.ts', imports('../../elsewhere.ts')],
      ['protocol/x.ts', 'const y = await import(name);\n'],
      ['protocol/x.ts', imports('./test/helper.ts')],
      ['protocol/test/x.test.ts', imports('../../node/store/y.ts')],
      ['protocol/x.ts', imports('libp2p')],
      ['coordinator/x.ts', imports('@libp2p/tcp')],
      ['node/models/x.ts', imports('level')],
      ['node/models/x.ts', imports('../store/index.ts')],
      ['node/controller/x.ts', imports('../cli/errors.ts')],
    ],
    good: [
      ['simulations/x.ts', imports('../node/y.ts') + imports('../contracts/client/index.ts')],
      ['node/x.ts', imports('../protocol/y.ts') + imports('./network/z.ts') + imports('node:fs')],
      ['node/models/x.ts', imports('../features/y.ts') + imports('../../protocol/y.ts')],
      ['contracts/client/x.ts', imports('../../protocol/y.ts') + imports('viem')],
      ['contracts/test/x.test.ts', imports('../../scripts/build.ts')],
      ['scripts/x.ts', imports('../simulations/index.ts')],
      ['protocol/x.ts', "const text = \"import { a } from '../node/y.ts'\";\n// import '../node/y.ts'\n"],
    ],
  },
  'no file imports itself by way of others': {
    rule: cycles,
    bad: [
      ['protocol/x.ts', imports('./x.ts')],
      ['node/x.ts', "import type { A } from './x.ts';\n"],
    ],
    good: [['node/x.ts', "const worker = new URL('./x.ts', import.meta.url);\n"]],
  },
  'pure folders reach for nothing outside': {
    rule: purity(PLATFORM_FILES),
    bad: [
      ['protocol/x.ts', 'const now = Date.now();\n'],
      ['privacy/x.ts', 'const now = new Date();\n'],
      ['privacy/x.ts', 'const now = new Date;\n'],
      ['privacy/x.ts', 'const now = Date();\n'],
      ['aggregation/x.ts', 'const x = Math.random();\n'],
      ['coordinator/x.ts', 'setTimeout(() => {}, 5);\n'],
      ['coordinator/x.ts', 'const t = performance.now();\n'],
      ['coordinator/x.ts', 'console.log(1);\n'],
      ['node/models/x.ts', 'const home = process.env.HOME;\n'],
      ['node/features/x.ts', 'globalThis.fetch(url);\n'],
      ['node/controller/x.ts', 'crypto.subtle;\n'],
      ['node/controller/x.ts', imports('node:fs')],
      ['protocol/x.ts', imports('node:timers/promises')],
      ['protocol/x.ts', imports('node:worker_threads')],
      ['protocol/x.ts', "import { randomBytes } from 'node:crypto';\n"],
      ['protocol/x.ts', "import { generateKeyPairSync as make } from 'node:crypto';\n"],
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the sample is source text
      ['protocol/x.ts', 'const text = `a ${`b ${Date.now()}`} c`;\n'],
    ],
    good: [
      ['protocol/x.ts', imports('node:crypto') + imports('node:buffer')],
      ['protocol/x.ts', 'const then = new Date(seconds * 1000); // never Date.now()\n'],
      ['privacy/x.ts', 'constructor(randomBytes: RandomBytes) { this.process.run(); }\n'],
      [
        'privacy/x.ts',
        "const s = 'Math.random()'; const r = /Date.now\\(/; const q = a! / b; const p = c / d;\n",
      ],
      ['protocol/test/x.test.ts', imports('node:fs')],
      ['node/network/x.ts', 'setTimeout(() => {}, Date.now());\n'],
    ],
  },
  'the way to the model is exact': {
    rule: determinism,
    bad: [
      ...['exp', 'log', 'log2', 'sin', 'pow', 'hypot', 'cbrt', 'tanh', 'PI'].map(
        (name): Sample => ['aggregation/x.ts', `const x = Math.${name}(y);\n`],
      ),
      ['coordinator/x.ts', 'const { exp } = Math;\n'],
      ['coordinator/x.ts', "const x = Math['exp'](y);\n"],
      ['aggregation/x.ts', 'const x = y ** 0.5;\n'],
      ['aggregation/x.ts', 'const x = y ** 2;\n'],
      ['aggregation/x.ts', 'x **= y;\n'],
      ['coordinator/x.ts', 'ids.sort((a, b) => a.localeCompare(b));\n'],
    ],
    good: [
      ['aggregation/x.ts', 'const x = Math.sqrt(Math.max(...y)) + 2 ** 32 + 2 ** bits;\n'],
      ['aggregation/x.ts', 'const x = 10n ** decimals + y ** 2n; /** y ** 2 */\n'],
      ['privacy/x.ts', 'const x = Math.exp(-y);\n'],
      ['aggregation/test/x.test.ts', 'const x = Math.exp(-y);\n'],
    ],
  },
  'only the command line knows arguments, environment and terminal': {
    rule: commandLine(ENTRY_FILES),
    bad: [
      ['node/network/x.ts', 'const level = process.env.LEVEL;\n'],
      ['node/x.ts', 'process.exit(1);\n'],
      ['node/x.ts', 'process.exitCode = 1;\n'],
      ['simulations/x.ts', "console.log('x');\n"],
      ['contracts/client/x.ts', 'const [, , name] = process.argv;\n'],
      ['node/x.ts', "const level = process['env'].LEVEL;\n"],
      ['node/x.ts', 'const { env } = process;\n'],
    ],
    good: [
      ['node/cli/x.ts', 'process.exit(Number(process.env.CODE));\n'],
      ['node/cli/test/x.test.ts', 'console.log(process.argv);\n'],
      ['node/x.ts', 'const used = process.memoryUsage(); child.process.exit(1);\n'],
      ['scripts/x.ts', 'console.log(1);\n'],
    ],
  },
  'no file is longer than 500 lines': {
    rule: fileLength,
    bad: [['node/x.ts', 'a;\n'.repeat(501)]],
    good: [
      ['node/x.ts', 'a;\n'.repeat(500)],
      ['contracts/client/generated/x.ts', 'a;\n'.repeat(501)],
    ],
  },
};

describe('architecture', () => {
  let tree: readonly SourceFile[];
  before(() => {
    tree = readTree(ROOT);
  });

  it('is read from every folder', () => {
    const folders = new Set(tree.map(({ path }) => path.split('/')[0]));
    expect([...folders]).to.include.members([
      'protocol',
      'aggregation',
      'coordinator',
      'node',
      'scripts',
      'test',
    ]);
    expect(tree.flatMap((file) => file.imports)).to.have.length.above(tree.length);
  });

  for (const [name, { rule, bad, good }] of Object.entries(CASES)) {
    it(name, () => {
      expect(rule(tree).map(({ path, line, what }) => `${path}:${line} ${what}`)).to.deep.equal([]);
    });

    it(`${name}: a breach is found`, () => {
      for (const [path, text] of bad) {
        expect(rule([parseSource(path, text)]), `${path}: ${text}`).to.have.length(1);
      }
    });

    it(`${name}: what is allowed is let pass`, () => {
      for (const [path, text] of good) {
        expect(rule([parseSource(path, text)]), `${path}: ${text}`).to.deep.equal([]);
      }
    });
  }

  it('finds a cycle through several files once', () => {
    const files = [
      parseSource('node/a.ts', imports('./b.ts')),
      parseSource('node/b.ts', imports('./c.ts') + imports('./d.ts')),
      parseSource('node/c.ts', imports('./a.ts')),
      parseSource('node/d.ts', ''),
    ];
    const found = cycles(files);
    expect(found.map(({ what }) => what)).to.deep.equal([
      'imports itself: node/a.ts → node/b.ts → node/c.ts → node/a.ts',
    ]);
  });

  it('no folder inside node imports itself by way of others', () => {
    expect(folderCycles(tree).map(({ path, line, what }) => `${path}:${line} ${what}`)).to.deep.equal([]);
  });

  it('names each import of a circle of folders, and lets tests reach anywhere', () => {
    const files = [
      parseSource('node/a/x.ts', imports('../b/x.ts') + imports('../d/x.ts')),
      parseSource('node/b/x.ts', imports('./y.ts')),
      parseSource('node/b/y.ts', `\nimport type { C } from '../c/x.ts';\n`),
      parseSource('node/c/x.ts', "const worker = new URL('../a/x.ts', import.meta.url);\n"),
      parseSource('node/d/x.ts', ''),
      parseSource('node/d/test/x.test.ts', imports('../../a/x.ts')),
    ];
    expect(folderCycles(files)).to.deep.equal([
      { path: 'node/a/x.ts', line: 1, what: 'imports node/b/x.ts: a → b → c → a' },
      { path: 'node/b/y.ts', line: 2, what: 'imports node/c/x.ts: b → c → a → b' },
      { path: 'node/c/x.ts', line: 1, what: 'imports node/a/x.ts: c → a → b → c' },
    ]);
    expect(folderCycles(files.filter(({ path }) => path !== 'node/c/x.ts'))).to.deep.equal([]);
  });

  it('has no exception that nothing needs', () => {
    const stale = (rule: Rule, paths: readonly string[]) =>
      paths.filter((path) => rule(tree.filter((file) => file.path === path)).length === 0);
    expect(
      stale(
        commandLine([]),
        ENTRY_FILES.map(({ path }) => path),
      ),
    ).to.deep.equal([]);
    expect(
      stale(
        direction([]),
        COMPUTED_IMPORTS.map(({ path }) => path),
      ),
    ).to.deep.equal([]);
    expect(
      stale(
        purity([]),
        PLATFORM_FILES.map(({ path }) => path),
      ),
    ).to.deep.equal([]);
  });

  it('refuses source that it cannot read', () => {
    for (const text of [
      "const a = 'b;\n",
      'const a = `b;\n',
      '/* a',
      'const a = /b;\n',
      'const a = `$' + '{b;',
    ]) {
      expect(() => parseSource('node/x.ts', text), text).to.throw('without an end at line 1');
    }
  });
});
