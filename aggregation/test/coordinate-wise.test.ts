import { expect } from 'chai';
import fc from 'fast-check';
import { createRule } from '../index.ts';
import { bytesOf, toRows } from './support.ts';

describe('median and trimmed mean', () => {
  const rules = ['median', 'trimmed-mean'];

  it('report the share of coordinates in which a row was outside', () => {
    const rows = toRows([
      [1, 1, 1, 1],
      [2, 2, 2, 9],
      [3, 3, 3, 3],
      [4, 4, 4, 4],
      [9, 9, 0, 5],
    ]);
    for (const name of rules) {
      const { trimmedShare } = createRule(name, { f: 1 }).aggregate(rows);
      expect([...(trimmedShare ?? [])], name).to.deep.equal([0.75, 0.25, 0, 0.25, 0.75]);
    }
  });

  it('trim no row where rows agree, so that ties accuse nobody', () => {
    const rows = toRows([[0], [0], [0], [0], [7]]);
    for (const name of rules) {
      const { trimmedShare, leftOut, selected } = createRule(name, { f: 1 }).aggregate(rows);
      expect([...(trimmedShare ?? [])], name).to.deep.equal([0, 0, 0, 0, 1]);
      expect(leftOut).to.deep.equal([{ row: 4, reason: 'trimmed in 100.0 % of the coordinates' }]);
      expect(selected, 'a trimmed row still shifts what is in the middle').to.deep.equal([0, 1, 2, 3, 4]);
    }
  });

  it('name a row above nine tenths, not at it', () => {
    const row = (out: number): number[] => Array.from({ length: 20 }, (_, k) => (k < out ? 5 : 0));
    for (const name of rules) {
      for (const [out, named] of [
        [18, []],
        [19, [2]],
      ] as const) {
        const rows = toRows([row(0), row(0), row(out), row(0), row(0)]);
        const { leftOut } = createRule(name, { f: 1 }).aggregate(rows);
        expect(
          leftOut.map((left) => left.row),
          `${name}, ${out} of 20`,
        ).to.deep.equal(named);
      }
    }
  });

  it('do not depend on the order of the rows, to the bit, for any numbers', () => {
    const rows = fc
      .array(fc.array(fc.double({ noNaN: true, min: -1e300, max: 1e300 }), { minLength: 3, maxLength: 3 }), {
        minLength: 5,
        maxLength: 12,
      })
      .map(toRows);
    const both = rows.chain((given) =>
      fc.tuple(fc.constant(given), fc.shuffledSubarray(given, { minLength: given.length })),
    );
    for (const name of rules) {
      const rule = createRule(name, { f: 2 });
      fc.assert(
        fc.property(both, ([given, shuffled]) => {
          expect(bytesOf(rule.aggregate(shuffled).vector)).to.equal(bytesOf(rule.aggregate(given).vector));
        }),
        { seed: 7, numRuns: 200 },
      );
    }
  });

  it('work across the tiles in which columns are read', () => {
    const d = 201;
    const rows = Array.from({ length: 7 }, (_, i) =>
      Float64Array.from({ length: d }, (_, k) => (i * 5 + k) % 7),
    );
    // Each column holds 0 … 6 once.
    for (const name of rules) {
      const { vector } = createRule(name, { f: 3 }).aggregate(rows);
      expect([...vector]).to.deep.equal(Array.from({ length: d }, () => 3));
    }
  });
});
