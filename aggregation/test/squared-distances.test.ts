import { expect } from 'chai';
import fc from 'fast-check';
import { distancesFrom, squaredDistances } from '../index.ts';
import { toRows } from './support.ts';

describe('squared distances', () => {
  /** The definition, written out: BigInt, so that nothing rounds. */
  const exactly = (x: Float64Array, y: Float64Array): number =>
    Number(x.reduce((sum, value, k) => sum + (BigInt(value) - BigInt(y[k] ?? 0)) ** 2n, 0n));

  it('equal the definition on integers, for every length of the last tile', () => {
    const integer = fc.integer({ min: -1000, max: 1000 });
    fc.assert(
      fc.property(
        fc.constantFrom(1, 2, 3, 4, 5, 6, 7, 8, 2047, 2048, 2049, 2051, 4099),
        fc.integer({ min: 1, max: 6 }),
        fc.array(integer, { minLength: 32, maxLength: 32 }),
        (d, n, seeds) => {
          const rows = Array.from({ length: n }, (_, i) =>
            Float64Array.from({ length: d }, (_, k) => ((seeds[(i * 7 + k) % 32] ?? 0) * (k + 1 + i)) % 1009),
          );
          const distances = squaredDistances(rows);
          for (const [i, row] of rows.entries()) {
            const others = rows.filter((_, j) => j !== i);
            expect([...distancesFrom(distances, i)]).to.deep.equal(
              others.map((other) => exactly(row, other)),
            );
          }
        },
      ),
      { seed: 3, numRuns: 60 },
    );
  });

  it('lose nothing to an offset that all rows share', () => {
    const rows = toRows([
      [1e15 + 1, 1e15],
      [1e15, 1e15 + 2],
    ]);
    expect([...squaredDistances(rows).values]).to.deep.equal([5]);
  });

  it('add in the stated order: four sums by k mod 4, then in pairs', () => {
    let rounded = 0;
    for (const length of [5, 8, 11, 14, 50, 2047, 2048, 2050, 4099]) {
      for (let shift = 1; shift <= 10; shift++) {
        const values = Array.from({ length }, (_, k) => 1 / (k + shift));
        const s = [0, 0, 0, 0];
        for (const [k, x] of values.entries()) s[k % 4] = (s[k % 4] ?? 0) + x * x;
        const [a = 0, b = 0, c = 0, d = 0] = s;
        const stated = a + b + (c + d);
        if (stated !== values.reduce((sum, x) => sum + x * x, 0)) rounded++;
        const rows = toRows([values, values.map(() => 0)]);
        expect([...squaredDistances(rows).values], `1/k from ${shift}, d = ${length}`).to.deep.equal([
          stated,
        ]);
      }
    }
    expect(rounded, 'cases in which a plain sum has other bits').to.be.greaterThan(30);
  });
});
