import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { Trial } from './mutation/host.ts';
import { type Mutant, mutantsOf } from './mutation/operators.ts';
import { type Outcome, runTrials } from './mutation/pool.ts';
import { reportOf } from './mutation/report.ts';
import { sampleOf } from './mutation/sample.ts';
import { tokensOf } from './mutation/tokens.ts';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

const changes = (text: string): string[] => mutantsOf('a.ts', text).map(({ change }) => change);

/** The text with the edit made. */
const edited = (text: string, { at, length, replacement }: Mutant): string =>
  text.slice(0, at) + replacement + text.slice(at + length);

const results = (text: string): string[] => mutantsOf('a.ts', text).map((mutant) => edited(text, mutant));

describe('mutants of a file', () => {
  it('reads code alone: no types, comments, strings, templates or patterns', () => {
    const text = [
      'type A<T> = { a: Map<T, 1 | -1>[] };',
      `const f = <T>(x: T[], y?: number): string => \`a\${'<'} - \${\`b \${y as number}\`}\`; // x < y`,
      "const s = 'a < b' as const; /* 1 + 2 */ const r = /a+b<c/;",
    ].join('\n');
    expect(changes(text)).to.deep.equal([]);
    expect(tokensOf(text).some(({ text: word }) => word === 'T')).to.equal(false);
  });

  it('keeps every token at its place in the file', () => {
    const text = `const at: number = (b! as number) <= c.length;\nlet y = \`\${at > 1 ? { a: 1 }.a : 2}\`;`;
    for (const token of tokensOf(text))
      expect(text.startsWith(token.text, token.at), token.text).to.equal(true);
    expect(
      tokensOf(text)
        .filter(({ inTemplate }) => !inTemplate)
        .at(-1)?.text,
    ).to.equal(';');
  });

  it('moves and turns comparisons', () => {
    expect(results('a < b;')).to.deep.equal(['a <= b;', 'a >= b;']);
    expect(results('a >= b;')).to.deep.equal(['a > b;', 'a < b;']);
    expect(results('a === b;')).to.deep.equal(['a !== b;']);
    expect(results('Math.min(a, b);')).to.deep.equal(['Math.max(a, b);']);
    expect(results('o.min(a, b);')).to.deep.equal([]);
  });

  it('flips signs, and a unary minus apart from a difference', () => {
    expect(results('x = a * b - c;')).to.deep.equal(['x = a / b - c;', 'x = a * b + c;']);
    expect(results('x += -a;')).to.deep.equal(['x -= -a;', 'x += +a;']);
    expect(changes('f(-a);')).to.deep.equal(['unary - → +']);
    expect(results("s = 'a' + b + 'c';")).to.deep.equal([]);
    expect(results('i++;')).to.deep.equal([]);
  });

  it('moves indices, bounds and the whole numbers beside them', () => {
    expect(results('v[i];')).to.deep.equal(['v[i + 1];', 'v[i - 1];']);
    expect(results('v[0];')).to.deep.equal(['v[1];']);
    expect(results('m = n - 1;')).to.deep.equal(['m = n + 1;', 'm = n - 0;', 'm = n - 2;']);
    expect(results('v.slice(1, m);')).to.deep.equal(['v.slice(0, m);', 'v.slice(2, m);']);
    expect(results('for (let i = 0; i < n; i++) {}')).to.deep.equal([
      'for (let i = 1; i < n; i++) {}',
      'for (let i = 0; i <= n; i++) {}',
      'for (let i = 0; i >= n; i++) {}',
      'for (let i = 0; i < n - 1; i++) {}',
    ]);
    expect(results('const [a] = [b]; f(2); type A = B[0];')).to.deep.equal([]);
  });

  it('leaves what is said to people alone', () => {
    expect(changes(`throw new RangeError(\`\${n - 1} < 2\`, { n: n - 1 });`)).to.deep.equal([]);
    expect(changes("throw optionError('a', n - 1);")).to.deep.equal([]);
  });

  it('tells equal changes in equal lines apart', () => {
    const mutants = mutantsOf('a.ts', 'f(a < b);\nf(a < b);\n');
    expect(mutants.map(({ line, change, nth }) => [line, change, nth])).to.deep.equal([
      [1, '< → <=', 1],
      [1, '< → >=', 1],
      [2, '< → <=', 2],
      [2, '< → >=', 2],
    ]);
  });
});

describe('trials of mutants', () => {
  const path = 'aggregation/robust/krum.ts';
  const text = readFileSync(join(ROOT, path), 'utf8');
  const stages = [['aggregation/test/krum.test.ts']];
  const tried = async (edits: readonly Trial['edit'][]): Promise<Outcome[]> => {
    const outcomes: Outcome[] = [];
    const trials = edits.map(
      (edit, id): Trial => ({
        id,
        root: ROOT,
        folder: 'aggregation',
        stages,
        first: '',
        replaced: {},
        ...(edit && { edit }),
      }),
    );
    await runTrials(trials, { processes: 1, stuckMs: 10_000 }, ({ id }, outcome) => {
      outcomes[id] = outcome;
    });
    return outcomes;
  };

  it('leaves the tests alone without an edit, fails one with it, and is none the worse afterwards', async () => {
    const mutant = mutantsOf(path, text).find(
      ({ change, code }) => change === '2 → 3' && code.includes('f - 2'),
    );
    const broken = { path, at: text.indexOf('krumScores('), length: 10, replacement: 'nothing' };
    const outcomes = await tried([undefined, mutant, broken, undefined]);
    expect(outcomes.map(({ type }) => type)).to.deep.equal(['survived', 'killed', 'killed', 'survived']);
  });

  it('runs no test that has nothing to do with the edited file', async () => {
    const other = { path: 'aggregation/test/law-runs.ts', at: 0, length: 0, replacement: 'throw 0;' };
    expect(await tried([other])).to.deep.equal([{ type: 'survived', tests: 0 }]);
  });
});

describe('report of a mutation run', () => {
  const killed = { type: 'killed', by: 'x' } as const;
  const mutants = mutantsOf(
    'aggregation/a.ts',
    Array.from({ length: 10 }, (_, i) => `a${i} < b;`).join('\n'),
  );
  const tried = (survivors: number) =>
    mutants.map((mutant, i) => ({
      mutant,
      outcome: i < survivors ? ({ type: 'survived', tests: 1 } as const) : killed,
    }));
  const listed = { path: 'aggregation/a.ts', code: 'a0 < b;', change: '< → <=', reason: 'r' };

  it('is good where all are killed, or the survivor is on the list', () => {
    expect(reportOf(tried(0), [], true).ok).to.equal(true);
    expect(reportOf(tried(1), [listed], true).ok).to.equal(true);
    expect(reportOf(tried(1), [{ ...listed, nth: 1 }], true).ok).to.equal(true);
  });

  it('is not where a survivor is not on the list, the list is stale, or too few are killed', () => {
    expect(reportOf(tried(1), [], true).ok).to.equal(false);
    expect(reportOf(tried(1), [{ ...listed, nth: 2 }], true).ok).to.equal(false);
    expect(reportOf(tried(0), [listed], true).ok).to.equal(false);
    expect(reportOf(tried(0), [listed], false).ok).to.equal(true);
    const both = [listed, { ...listed, change: '< → >=' }];
    expect(reportOf(tried(2), both, true).ok).to.equal(false);
    // More of those of privacy may compute the same.
    const path = 'privacy/a.ts';
    const moved = tried(2).map(({ mutant, outcome }) => ({ mutant: { ...mutant, path }, outcome }));
    expect(
      reportOf(
        moved,
        both.map((each) => ({ ...each, path })),
        true,
      ).ok,
    ).to.equal(true);
  });

  it('counts by file and by folder', () => {
    const [mutant] = mutantsOf('a/b.ts', 'a < b;');
    if (mutant === undefined) throw new Error('expected a mutant');
    const others = mutantsOf('a/c.ts', 'a < b;').map((each) => ({ mutant: each, outcome: killed }));
    const { lines } = reportOf([{ mutant, outcome: { type: 'survived', tests: 1 } }, ...others], [], true);
    expect(lines.slice(0, 3).map((line) => line.trim().split(/ +/))).to.deep.equal([
      ['0/1', 'a/b.ts'],
      ['2/2', 'a/c.ts'],
      ['2/3', 'a/'],
    ]);
  });

  it('samples by seed', () => {
    const items = Array.from({ length: 50 }, (_, i) => i);
    expect(sampleOf(items, 5, 1))
      .to.deep.equal(sampleOf(items, 5, 1))
      .and.have.length(5);
    expect(sampleOf(items, 5, 1)).to.not.deep.equal(sampleOf(items, 5, 2));
    expect(sampleOf(items, 50, 1)).to.deep.equal(items);
  });
});
