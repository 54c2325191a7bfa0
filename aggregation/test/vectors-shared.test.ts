import { existsSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import {
  compose,
  createPreAggregator,
  createRule,
  krumScores,
  plainKernels,
  type Rows,
  squaredDistances,
} from '../index.ts';
import { meanOf } from '../kernels/mean.ts';
import { ranking } from '../kernels/ranking.ts';
import { BULYAN_CHOICES } from './bulyan-choices.ts';
import { expectClose, toRows } from './support.ts';

// A collection of reference outputs that may lie beside the checkout: here every one of its keys is looked at, so that
// none of the numbers in vectors/ was forgotten. What it has of attacks is for the tests of the simulations.
const FILE = new URL('../../../shared/vectors/aggregation-and-attacks.json', import.meta.url);
const OF_ATTACKS = ['attacks', 'alie_zmax', 'minmax_minsum'];
const TOLERANCE = 1e-9;

type Shared = {
  readonly inputs: Record<string, number[][]>;
  readonly byzfl: Record<string, Record<string, number[] | number[][]>>;
  readonly disagreement: Record<string, Record<string, Disagreement>>;
};
type Disagreement = {
  readonly index?: number;
  readonly scores?: number[];
  readonly sel?: number[];
  readonly out?: number[];
};

/** Byzfl's name of a rule, what it is here, and the numbers in it: f, or the options in their order. */
const RULES: readonly [
  pattern: RegExp,
  result: (rows: Rows, f: number, numbers: readonly number[]) => Rows | Float64Array,
][] = [
  [/^Average$/, (rows) => vectorOf('fedavg', rows, {})],
  [/^Median$/, (rows, f) => vectorOf('median', rows, { f })],
  [/^TrMean\(f=(\d)\)$/, (rows, f) => vectorOf('trimmed-mean', rows, { f })],
  [
    /^GeometricMedian\(nu=(.*),T=(.*)\)$/,
    (rows, f, [smoothing = 0, iterations = 0]) =>
      vectorOf('geometric-median/byzfl', rows, { f, smoothing, iterations }),
  ],
  [/^exact geometric median /, (rows, f) => vectorOf('geometric-median', rows, { f })],
  [/^Krum\(f=(\d)\)$/, (rows, f) => vectorOf('krum/byzfl', rows, { f })],
  [
    /^MultiKrum\(f=(\d)\)$/,
    (rows, f) => {
      const scores = krumScores(squaredDistances(rows), rows.length - f - 1);
      return meanOf(rows, ranking(scores).slice(0, rows.length - f));
    },
  ],
  [
    /^CenteredClipping\(m=0,L=(.*),tau=(.*)\)$/,
    (rows, f, [iterations = 0, radius = 0]) => vectorOf('centred-clipping', rows, { f, radius, iterations }),
  ],
  [/^MDA\(f=(\d)\)$/, (rows, f) => vectorOf('mda', rows, { f })],
  [
    /^MoNNA\(f=(\d),idx=0\)$/,
    (rows, f) => createRule('monna', { f }).aggregate(rows, { reference: rows[0] as Float64Array }).vector,
  ],
  [/^Meamed\(f=(\d)\)$/, (rows, f) => vectorOf('meamed', rows, { f })],
  [/^NNM\(f=(\d)\)$/, (rows, f) => mixed('nnm', { f }, rows)],
  [/^Clipping\(c=(.*)\)$/, (rows, _, [radius = 0]) => mixed('clipping', { radius }, rows)],
  [/^ARC\(f=(\d)\)$/, (rows, f) => mixed('arc', { f }, rows)],
  [/^NNM\((\d)\) then TrMean\(\d\)$/, (rows, f) => behindNnm('trimmed-mean', rows, f)],
  [/^NNM\((\d)\) then Krum\(\d\)$/, (rows, f) => behindNnm('krum/byzfl', rows, f)],
];

/** Which rule another library's name of Krum or Bulyan is. */
const NAMED: readonly [pattern: RegExp, rule: string][] = [
  [/^paper Krum /, 'krum'],
  [/^(?:flower|fedml) Krum$/, 'krum'],
  [/^byzfl Krum /, 'krum/byzfl'],
  [/^p2pfl "Krum" /, 'krum/p2pfl'],
  [/^paper Bulyan /, 'bulyan'],
  [/^flower Bulyan /, 'bulyan/flower'],
  [/^fedml Bulyan$/, 'bulyan/fedml'],
  [/^paper Multi-Krum m=\d+$/, 'multi-krum'],
];

describe('reference outputs beside the checkout', () => {
  before(function () {
    if (existsSync(FILE)) return;
    console.log(`      not there: ${FILE.pathname}`);
    this.skip();
  });

  it('has no section that nothing looks at', () => {
    const sections = Object.keys(read()).map((key) => key.split(' ')[0]);
    expect(sections).to.have.members(['inputs', 'byzfl', 'disagreement', ...OF_ATTACKS]);
  });

  it('every output of ByzFL is ours, by whatever name', () => {
    const { inputs, byzfl } = read();
    let compared = 0;
    for (const [name, outputs] of Object.entries(byzfl)) {
      const { rows, f } = caseOf(name, inputs);
      for (const [key, wanted] of Object.entries(outputs)) {
        const [pattern, result] =
          RULES.find(([each]) => each.test(key)) ?? expect.fail(`nothing is called ${key}`);
        const numbers = (pattern.exec(key) ?? []).slice(1).map(Number);
        expectAllClose(result(rows, f, numbers), wanted, `${name}: ${key}`);
        compared++;
      }
    }
    expect(compared).to.equal(5 * 19);
  });

  it('every Krum, Multi-Krum and Bulyan chooses the rows that it is known to choose', () => {
    const { inputs, disagreement } = read();
    for (const [name, outputs] of Object.entries(disagreement)) {
      const { rows, f } = caseOf(name, inputs);
      for (const [key, { index, scores, sel, out }] of Object.entries(outputs)) {
        const [, rule = ''] =
          NAMED.find(([each]) => each.test(key)) ?? expect.fail(`nothing is called ${key}`);
        const m = sel?.length ?? 0;
        const result = createRule(rule, rule === 'multi-krum' ? { f, m } : { f }).aggregate(rows);
        if (index !== undefined) expect(result.selected, `${name}: ${key}`).to.deep.equal([index]);
        if (scores !== undefined) expectClose(result.scores ?? new Float64Array(), scores, 5.0001e-5);
        if (out !== undefined) expectAllClose(result.vector, out, `${name}: ${key}`);
        if (sel === undefined) continue;
        const chosen =
          BULYAN_CHOICES[rule]?.(rows, f) ?? ranking(result.scores ?? new Float64Array()).slice(0, m);
        expect(chosen, `${name}: ${key}`).to.deep.equal(sel);
      }
    }
  });
});

function read(): Shared {
  return JSON.parse(readFileSync(FILE, 'utf8'));
}

function caseOf(name: string, inputs: Shared['inputs']): { rows: Float64Array[]; f: number } {
  const [input = '', f] = name.split('_f');
  return { rows: toRows(inputs[input] ?? []), f: Number(f) };
}

function vectorOf(name: string, rows: Rows, options: Parameters<typeof createRule>[1]): Float64Array {
  return createRule(name, options).aggregate(rows).vector;
}

function mixed(name: string, options: Parameters<typeof createRule>[1], rows: Rows): Rows {
  const context = { weights: new Float64Array(rows.length).fill(1), kernels: plainKernels };
  return createPreAggregator(name, options).apply(rows, context).rows;
}

function behindNnm(name: string, rows: Rows, f: number): Float64Array {
  return compose(createPreAggregator('nnm', { f }), createRule(name, { f })).aggregate(rows).vector;
}

function expectAllClose(actual: Rows | Float64Array, wanted: number[] | number[][], what: string): void {
  const [ours, theirs] = [actual, wanted].map((each) =>
    Array.from(each as ArrayLike<number | Float64Array>, (x) => (typeof x === 'number' ? x : [...x])).flat(),
  );
  expect(ours?.length, what).to.equal(theirs?.length);
  for (const [i, value] of (theirs ?? []).entries()) expect(ours?.[i], what).to.be.closeTo(value, TOLERANCE);
}
