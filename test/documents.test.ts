import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { ballast } from '../node/test/e2e/in-process.ts';
import { ballastCommands, type Checkout, faultOf, misuseOf } from './documents/commands.ts';
import { anchors, links, promisedOutputs, readPages, shownCommands } from './documents/pages.ts';
import { launched } from './documents/scripts.ts';
import { shellWords } from './documents/shell-words.ts';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

describe('documents', function () {
  this.timeout(20_000);
  const pages = readPages(ROOT);
  let checkout: Checkout;

  before(async () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Pick<
      Checkout,
      'scripts'
    >;
    const entryOf = (script: string) => launched(ROOT, script);
    checkout = { root: ROOT, program: await ballastCommands(), scripts, entryOf };
  });

  it('show commands, flags, scripts and files that there are', () => {
    const shown = pages.flatMap(shownCommands);
    const known = shown.filter(({ text }) =>
      /^(?:ballast|npm|npx|node|mocha)$/.test(shellWords(text)[0] ?? ''),
    );
    expect(known).to.have.length.above(150);
    const faults = known.flatMap(({ at, text, isMention }) => {
      const fault = faultOf(text, isMention, checkout);
      return fault === undefined ? [] : [`${at}: ${fault} (${text})`];
    });
    expect(faults).to.deep.equal([]);
  });

  it('link to pages and headings that there are', () => {
    const faults = pages.flatMap((page) =>
      links(page).flatMap(({ at, target }) => {
        if (/^https?:/.test(target)) return [];
        const [file = '', anchor] = target.split('#');
        const path = file === '' ? page.path : join(dirname(page.path), file);
        if (!existsSync(join(ROOT, path))) return [`${at}: no ${path}`];
        if (anchor === undefined || !path.endsWith('.md')) return [];
        return anchors(readFileSync(join(ROOT, path), 'utf8')).has(anchor)
          ? []
          : [`${at}: no #${anchor} in ${path}`];
      }),
    );
    expect(faults).to.deep.equal([]);
  });

  it('are all listed in the README', () => {
    const readme = pages.find(({ path }) => path === 'README.md');
    const listed = new Set(
      readme === undefined ? [] : links(readme).map(({ target }) => target.split('#')[0]),
    );
    expect(
      pages.map(({ path }) => path).filter((path) => path !== 'README.md' && !listed.has(path)),
    ).to.deep.equal([]);
  });

  it('name every flag of a devnet in the README', () => {
    const readme = pages.find(({ path }) => path === 'README.md')?.text ?? '';
    const devnet = checkout.program.commands.find((command) => command.name() === 'devnet');
    const flags = devnet?.options.map(({ long }) => String(long)) ?? [];
    expect(flags).to.have.length.above(20);
    expect(flags.filter((flag) => !new RegExp(`^\\| \`${flag}[ \`]`, 'm').test(readme))).to.deep.equal([]);
  });

  it('show what a command prints where they say that it runs', async () => {
    const promised = pages.flatMap(promisedOutputs);
    expect(promised).to.have.length.above(0);
    for (const { at, command, output } of promised) {
      const words = shellWords(command);
      expect((await ballast(words.slice(1))).out, `${at}: ${command}`).to.equal(output);
    }
  });

  for (const [line, fault] of [
    ['ballast nodes', 'ballast has no nodes'],
    ['ballast node --fodler x', 'node has no --fodler'],
    ['ballast breaker stauts', 'breaker has no stauts'],
    ['ballast backup', 'backup needs 1 arguments, and 0 are given'],
    ['ballast backup a b', 'backup takes 1 arguments, and 2 are given'],
    ['for i in 1; do', undefined],
    ['X=1 npx ballast init --port 1 # --no-such', undefined],
    ['npm run nothing', 'package.json has no script nothing'],
    ['npm start -- --no-such', 'devnet has no --no-such'],
    ['npm run soak -- --sedes 3', 'simulations/experiments/soak.ts has no --sedes'],
    ['npm test -- no/such.test.ts', 'no file no/such.test.ts'],
    ['node scripts/no-such.ts', 'no file scripts/no-such.ts'],
    ['mocha test/no-such.test.ts', 'no file test/no-such.test.ts'],
  ] as const) {
    it(`would ${fault === undefined ? 'let pass' : 'fail with'} ${line}`, () => {
      expect(faultOf(line, false, checkout)).to.equal(fault);
    });
  }

  it('may leave away in a sentence what a block has to say', () => {
    expect(misuseOf(checkout.program, ['backup'], true)).to.equal(undefined);
    expect(misuseOf(checkout.program, ['backup', '--fodler'], true)).to.equal('backup has no --fodler');
  });

  it('are read with the anchors that their headings have', () => {
    expect([...anchors('# A `b`, c!\n## [X y](z.md)\n## X y\n```\n# no\n```\n')]).to.deep.equal([
      'a-b-c',
      'x-y',
      'x-y-1',
    ]);
  });
});
