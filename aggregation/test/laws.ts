import { expect } from 'chai';
import fc from 'fast-check';
import type { AggregationRule, Rows, RuleEntry } from '../index.ts';
import { bytesOf, errorOf, toRows } from './support.ts';

export type RuleUnderTest = {
  readonly name: string;
  readonly entry: RuleEntry;
  /** The rule for `f` liars, or for none where it bears none. */
  readonly make: (f: number) => AggregationRule;
};

// Every sum of up to 11 such numbers is divided by 1 … 11 without rounding, so laws of the reals hold to the bit.
const DIVISIBLE = 27720;
const MAX_ROWS = 11;
const SEED = 20171;
const d = fc.integer({ min: 1, max: 6 });
// Away from the smallest numbers, so that squares and scaled values keep all their bits.
const wild = fc
  .oneof(
    { weight: 1, arbitrary: fc.constantFrom(0, -0) },
    {
      weight: 9,
      arbitrary: fc.tuple(fc.constantFrom(-1, 1), fc.double({ min: 1e-3, max: 1e9, noNaN: true })),
    },
  )
  .map((x) => (typeof x === 'number' ? x : x[0] * x[1]));

/** What every aggregation rule has to satisfy, whatever its arithmetic; each new rule runs through it. */
export function describeLaws({ name, entry, make }: RuleUnderTest): void {
  const bearsLiars = entry.kind !== 'averaging';
  const size = fc.integer({ min: 0, max: bearsLiars ? 3 : 0 }).chain((f) => {
    const { minRows } = make(f);
    return fc.record({
      f: fc.constant(f),
      n: fc.integer({ min: minRows, max: Math.max(minRows, MAX_ROWS) }),
    });
  });
  const rowsOf = (value: fc.Arbitrary<number>): fc.Arbitrary<{ f: number; rows: Float64Array[] }> =>
    fc
      .tuple(size, d)
      .chain(([{ f, n }, width]) =>
        fc
          .array(fc.array(value, { minLength: width, maxLength: width }), { minLength: n, maxLength: n })
          .map((values) => ({ f, rows: toRows(values) })),
      );
  const exactRows = rowsOf(fc.integer({ min: -40, max: 40 }).map((x) => x * DIVISIBLE));
  const wildRows = rowsOf(wild);
  const law = <T>(property: fc.IProperty<T>): void => fc.assert(property, { seed: SEED, numRuns: 150 });
  const width = (rows: Rows): number => rows[0]?.length ?? 0;

  describe(name, () => {
    it('gives the same bits twice and leaves its rows as they were', () => {
      law(
        fc.property(wildRows, ({ f, rows }) => {
          const before = rows.map(bytesOf);
          const first = make(f).aggregate(rows);
          const second = make(f).aggregate(rows.map((row) => Float64Array.from(row)));
          expect(bytesOf(first.vector)).to.equal(bytesOf(second.vector));
          expect(first).to.deep.equal(second);
          expect(rows.map(bytesOf)).to.deep.equal(before);
        }),
      );
    });

    it('does not depend on the order of the rows, but for ties', () => {
      const shuffled = exactRows.chain(({ f, rows }) =>
        fc.record({
          f: fc.constant(f),
          rows: fc.constant(rows),
          order: fc.shuffledSubarray([...rows.keys()], { minLength: rows.length }),
        }),
      );
      let checked = 0;
      law(
        fc.property(shuffled, ({ f, rows, order }) => {
          const first = make(f).aggregate(rows);
          if (new Set(first.scores ?? []).size < (first.scores?.length ?? 0)) return; // ties go by order
          const second = make(f).aggregate(order.flatMap((i) => rows[i] ?? []));
          expect(bytesOf(second.vector)).to.equal(bytesOf(first.vector));
          const named = (rowsLeft: readonly { row: number }[]): (number | undefined)[] =>
            rowsLeft.map(({ row }) => order[row]).sort();
          expect(named(second.leftOut)).to.deep.equal(first.leftOut.map(({ row }) => row).sort());
          checked++;
        }),
      );
      expect(checked, 'cases without ties').to.be.greaterThan(50);
    });

    it('moves with its rows: the same offset on every row is that offset on the result', () => {
      const moved = exactRows.chain((given) =>
        fc.record({
          given: fc.constant(given),
          offset: fc.array(
            fc.integer({ min: -1000, max: 1000 }).map((x) => x * DIVISIBLE),
            { minLength: width(given.rows), maxLength: width(given.rows) },
          ),
        }),
      );
      law(
        fc.property(moved, ({ given: { f, rows }, offset }) => {
          const add = (row: Float64Array): Float64Array => row.map((x, k) => x + (offset[k] ?? 0));
          const expected = add(make(f).aggregate(rows).vector);
          expect([...make(f).aggregate(rows.map(add)).vector]).to.deep.equal([...expected]);
        }),
      );
    });

    it('scales with its rows by powers of two', () => {
      law(
        fc.property(wildRows, fc.integer({ min: -20, max: 20 }), ({ f, rows }, exponent) => {
          const scale = (row: Float64Array): Float64Array => row.map((x) => x * 2 ** exponent);
          const expected = scale(make(f).aggregate(rows).vector);
          expect(bytesOf(make(f).aggregate(rows.map(scale)).vector)).to.equal(bytesOf(expected));
        }),
      );
    });

    it('n equal rows give that row, and no one is left out for a coordinate', () => {
      law(
        fc.property(exactRows, ({ f, rows }) => {
          const row = rows[0] ?? new Float64Array();
          const result = make(f).aggregate(rows.map(() => row));
          expect([...result.vector]).to.deep.equal([...row].map((x) => x + 0));
          if (entry.kind === 'coordinate-wise') expect(result.leftOut).to.deep.equal([]);
        }),
      );
    });

    it('stays within the hull of the rows, coordinate by coordinate', () => {
      law(fc.property(exactRows, ({ f, rows }) => expectInHull(make(f).aggregate(rows).vector, rows)));
    });

    it('gives no negative zero', () => {
      const { minRows } = make(0);
      const rows = Array.from({ length: Math.max(minRows, 3) }, () => Float64Array.of(-0, -0));
      expect(bytesOf(make(0).aggregate(rows).vector)).to.equal(bytesOf(new Float64Array(2)));
    });

    it('says what became of every row', () => {
      law(
        fc.property(wildRows, ({ f, rows }) => {
          const { selected, leftOut, scores, trimmedShare, vector } = make(f).aggregate(rows);
          expect(vector.length).to.equal(width(rows));
          expect(selected).to.deep.equal([...selected].sort((a, b) => a - b));
          const left = leftOut.map(({ row }) => row);
          for (const { reason } of leftOut) expect(reason).to.match(/\d/);
          if (entry.kind === 'selecting') {
            expect([...selected, ...left].sort((a, b) => a - b)).to.deep.equal([...rows.keys()]);
            expect(scores?.length).to.equal(rows.length);
          } else {
            expect(selected).to.deep.equal([...rows.keys()]);
          }
          if (entry.kind === 'coordinate-wise') expect(trimmedShare?.length).to.equal(rows.length);
        }),
      );
    });

    describeLiars(bearsLiars, make);
    describeRefusals(make, entry.kind === 'averaging');
  });
}

function describeLiars(bearsLiars: boolean, make: (f: number) => AggregationRule): void {
  const attacked = fc.integer({ min: 1, max: 3 }).chain((f) => {
    const least = Math.max(make(bearsLiars ? f : 0).minRows, 2 * f + 3) - f;
    return fc.record({
      honest: fc
        .array(fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 4, maxLength: 4 }), {
          minLength: least,
          maxLength: least + 4,
        })
        .map(toRows),
      direction: fc.array(fc.constantFrom(-1, 1), { minLength: 4, maxLength: 4 }),
      distances: fc.array(
        fc.constantFrom(1e6, 1e9, 1e150, Number.MAX_VALUE).chain((x) => fc.constantFrom(x, x / 3)),
        { minLength: f, maxLength: f },
      ),
      at: fc.nat(),
    });
  });
  const place = (a: { honest: Float64Array[]; direction: number[]; distances: number[]; at: number }) => {
    const lies = a.distances.map((far) => Float64Array.from(a.direction, (sign) => sign * far));
    const at = a.at % (a.honest.length + 1);
    return { rows: [...a.honest.slice(0, at), ...lies, ...a.honest.slice(at)], at };
  };

  if (bearsLiars) {
    it('f liars far off, together or apart, cannot move it out of the honest hull, and are named', () => {
      fc.assert(
        fc.property(attacked, (given) => {
          const { rows, at } = place(given);
          const result = make(given.distances.length).aggregate(rows);
          expectInHull(result.vector, given.honest, 1e-12);
          const named = result.leftOut.map(({ row }) => row);
          expect(named).to.include.members(given.distances.map((_, i) => at + i));
        }),
        { seed: SEED, numRuns: 200 },
      );
    });
  } else {
    it('one liar moves it out of the honest hull: it bears none', () => {
      fc.assert(
        fc.property(attacked, (given) => {
          const lie = Float64Array.from(given.direction, (sign) => sign * 1e6);
          const rows = [...given.honest, lie];
          expect(() => expectInHull(make(0).aggregate(rows).vector, given.honest)).to.throw('coordinate');
        }),
        { seed: SEED, numRuns: 100 },
      );
    });
  }
}

function describeRefusals(make: (f: number) => AggregationRule, averaging: boolean): void {
  const plenty = (change: (rows: Float64Array[]) => void): Float64Array[] => {
    const rows = Array.from({ length: 9 }, (_, i) => Float64Array.of(i, i * i, 1));
    change(rows);
    return rows;
  };
  const bad: [label: string, code: string, rows: Float64Array[]][] = [
    ['no rows', 'ROWS_EMPTY', []],
    ['rows without coordinates', 'ROWS_EMPTY', Array.from({ length: 9 }, () => new Float64Array())],
    ['a shorter row', 'ROW_RAGGED', plenty((rows) => rows.splice(4, 1, Float64Array.of(1, 2)))],
    ['a longer row', 'ROW_RAGGED', plenty((rows) => rows.splice(8, 1, Float64Array.of(1, 2, 3, 4)))],
    ['NaN', 'ROW_NOT_FINITE', plenty((rows) => rows.splice(0, 1, Float64Array.of(1, Number.NaN, 3)))],
    ['infinity', 'ROW_NOT_FINITE', plenty((rows) => rows.splice(8, 1, Float64Array.of(1, 2, Infinity)))],
    [
      'minus infinity',
      'ROW_NOT_FINITE',
      plenty((rows) => rows.splice(3, 1, Float64Array.of(-Infinity, 2, 3))),
    ],
  ];
  for (const [label, code, rows] of bad) {
    it(`refuses ${label}: ${code}`, () => {
      expect(errorOf(() => make(0).aggregate(rows)).code).to.equal(code);
    });
  }

  it('refuses a sum that leaves the range of float64: RESULT_NOT_FINITE', () => {
    const rows = Array.from({ length: 9 }, () => Float64Array.of(Number.MAX_VALUE));
    const act = (): unknown => make(0).aggregate(rows);
    // Rules that add nothing up return the row itself.
    const singular = ['krum', 'median'].includes(make(0).name);
    if (singular) expect(act).not.to.throw();
    else expect(errorOf(act).code).to.equal('RESULT_NOT_FINITE');
  });

  it('takes the fewest rows of its condition and refuses one fewer, saying n, f and what is needed', () => {
    for (const f of averaging ? [0] : [0, 1, 2, 5]) {
      const rule = make(f);
      rule.check(rule.minRows);
      const n = rule.minRows - 1;
      const error = errorOf(() => rule.check(n));
      expect(error.code).to.equal('RULE_CONDITION');
      expect(error.metadata).to.include({ rule: rule.name, n, f, minRows: rule.minRows });
      for (const part of [rule.requirement, `${rule.minRows} rows`, `f = ${f}`, `n = ${n}`]) {
        expect(error.message).to.include(part);
      }
      if (n > 0) {
        const rows = Array.from({ length: n }, (_, i) => Float64Array.of(i));
        expect(errorOf(() => rule.aggregate(rows)).code).to.equal('RULE_CONDITION');
      }
    }
  });

  it('takes no weights unless it was made for them', () => {
    const rows = plenty(() => {});
    const act = (): unknown => make(0).aggregate(rows, { weights: rows.map(() => 1) });
    expect(errorOf(act).code).to.equal('WEIGHTS_NOT_TAKEN');
  });
}

/** Each coordinate lies between the least and the greatest of the rows, give or take a rounding of `slack`. */
function expectInHull(vector: Float64Array, rows: Rows, slack = 0): void {
  for (const [k, value] of vector.entries()) {
    const column = rows.map((row) => row[k] ?? Number.NaN);
    expect(value, `coordinate ${k}`).to.be.within(Math.min(...column) - slack, Math.max(...column) + slack);
  }
}
