import { expect } from 'chai';
import type { AggregateOptions, InputName, Kernels } from '../index.ts';
import { neededOf, ruleFor, type Subject } from './law-cases.ts';
import { errorOf } from './support.ts';

const WIDTH = 3;
const INPUTS: readonly InputName[] = ['steps', 'losses', 'reference', 'seed'];

/** Arithmetic that must not be reached. */
const untouchable: Kernels = {
  name: 'untouchable',
  squaredDistances: () => touched(),
  windowMeans: () => touched(),
  meanNearMedian: () => touched(),
  meansOf: () => touched(),
};

function touched(): never {
  throw new Error('arithmetic before the checks');
}

/** Every input that a rule must not compute with, and what it says of it. */
export function describeRefusals(subject: Subject): void {
  const rule = ruleFor(subject, 0);
  const n = Math.max(rule.minRows, 9);
  const plenty = (change: (rows: Float64Array[]) => unknown = () => {}): Float64Array[] => {
    const rows = Array.from({ length: n }, (_, i) => Float64Array.of(i, i * i, 1));
    change(rows);
    return rows;
  };
  const needed = neededOf(rule, n, WIDTH);
  const errorFor = (rows: Float64Array[], options: AggregateOptions): ReturnType<typeof errorOf> =>
    errorOf(() => rule.aggregate(rows, { ...options, kernels: untouchable }));
  const codeOf = (rows: Float64Array[], options: AggregateOptions): string | undefined =>
    errorFor(rows, options).code;

  it('refuses rows that are none, ragged or not finite, before any arithmetic', () => {
    const replaced = (at: number, ...row: number[]): Float64Array[] =>
      plenty((rows) => rows.splice(at, 1, Float64Array.from(row)));
    const bad: [label: string, code: string, rows: Float64Array[]][] = [
      ['no rows', 'ROWS_EMPTY', []],
      ['no coordinates', 'ROWS_EMPTY', Array.from({ length: n }, () => new Float64Array())],
      ['a shorter row', 'ROW_RAGGED', replaced(4, 1, 2)],
      ['a longer row', 'ROW_RAGGED', replaced(n - 1, 1, 2, 3, 4)],
      ['an empty row', 'ROW_RAGGED', replaced(2)],
    ];
    for (const [value, at, k] of [Number.NaN, Infinity, -Infinity].flatMap((x) =>
      [0, 3, n - 1].flatMap((row) => [0, 1, 2].map((column) => [x, row, column] as const)),
    )) {
      const row = [1, 2, 3].map((x, column) => (column === k ? value : x));
      bad.push([`${value} in row ${at}`, 'ROW_NOT_FINITE', replaced(at, ...row)]);
    }
    for (const [label, code, rows] of bad) expect(codeOf(rows, needed), label).to.equal(code);
  });

  it('takes the fewest rows of its condition and refuses one fewer, saying n, f and what is needed', () => {
    for (const f of subject.maxF === 0 ? [0] : [0, 1, 2, 5]) {
      const made = subject.make(f);
      made.check(made.minRows);
      const fewer = made.minRows - 1;
      const error = errorOf(() => made.check(fewer));
      expect(error.code).to.equal('RULE_CONDITION');
      expect(error.metadata).to.include({ rule: made.name, n: fewer, f: made.f, minRows: made.minRows });
      for (const part of [made.requirement, `${made.minRows} rows`, `f = ${made.f}`, `n = ${fewer}`]) {
        expect(error.message).to.include(part);
      }
      if (fewer === 0) continue;
      const rows = Array.from({ length: fewer }, (_, i) => Float64Array.of(i));
      const act = (): unknown => made.aggregate(rows, { ...neededOf(made, fewer, 1), kernels: untouchable });
      expect(errorOf(act).code).to.equal('RULE_CONDITION');
    }
  });

  it('takes no input that it has no use for, and misses none that it needs', () => {
    const valid: Required<Pick<AggregateOptions, InputName>> = {
      steps: Array.from({ length: n }, () => 2),
      losses: Array.from({ length: n }, () => 2),
      reference: new Float64Array(WIDTH),
      seed: 'a'.repeat(64),
    };
    for (const input of INPUTS) {
      if (!rule.takes.includes(input)) {
        const { code, message } = errorFor(plenty(), { ...needed, [input]: valid[input] });
        expect(code, input).to.equal('INPUT_NOT_TAKEN');
        expect(message).to.include(`${rule.name} takes no ${input}`);
      }
    }
    for (const input of rule.needs) {
      const { [input]: _, ...rest } = needed;
      const { code, message } = errorFor(plenty(), rest);
      expect(code, input).to.equal('INPUT_MISSING');
      expect(message).to.include(`${rule.name} needs ${input}`);
    }
    if (!rule.takes.includes('weights')) {
      const weights = Array.from({ length: n }, () => 1);
      expect(codeOf(plenty(), { ...needed, weights })).to.equal('WEIGHTS_NOT_TAKEN');
    }
  });

  it('refuses inputs that do not fit', () => {
    const list = (...values: number[]): number[] => [
      ...values,
      ...Array.from({ length: n - values.length }, () => 1),
    ];
    const bad: Record<InputName, unknown[]> = {
      steps: [
        list(0),
        list(1.5),
        list(Number.NaN),
        list(-1),
        list(Infinity),
        list(1).slice(1),
        [...list(1), 1],
      ],
      losses: [list(0), list(-1), list(Number.NaN), list(Infinity), list(1).slice(1), [...list(1), 1]],
      reference: [
        [1, 2],
        [1, 2, 3, 4],
        [1, Number.NaN, 3],
        [Infinity, 2, 3],
      ].map((x) => Float64Array.from(x)),
      seed: ['', 'a'.repeat(63), 'g'.repeat(64)],
    };
    for (const input of INPUTS.filter((each) => rule.takes.includes(each))) {
      for (const value of bad[input]) {
        expect(codeOf(plenty(), { ...needed, [input]: value }), `${input} ${value}`).to.equal(
          'INPUT_INVALID',
        );
      }
    }
  });

  it('gives a finite vector of the largest rows there are, or says RESULT_NOT_FINITE', () => {
    for (const f of [0, subject.maxF]) {
      const made = ruleFor(subject, f);
      const rowCount = Math.max(made.minRows, 5);
      for (const value of [Number.MAX_VALUE, 1e200, 1e-200, Number.MIN_VALUE, 0]) {
        const rows = Array.from({ length: rowCount }, (_, i) =>
          Float64Array.of(value, i % 2 === 0 ? value : -value),
        );
        try {
          const { vector } = made.aggregate(rows, neededOf(made, rowCount, 2));
          expect([...vector].every(Number.isFinite)).to.equal(true);
        } catch (error) {
          expect(error).to.have.property('code', 'RESULT_NOT_FINITE');
          expect(value, 'the size of the rows').to.be.greaterThan(1);
        }
      }
    }
  });
}
