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
    const values = Array.from({ length: 11 }, (_, k) => 1 / (k + 7));
    const s = [0, 0, 0, 0];
    for (const [k, x] of values.entries()) s[k % 4] = (s[k % 4] ?? 0) + x * x;
    const [a = 0, b = 0, c = 0, d = 0] = s;
    const plain = values.reduce((sum, x) => sum + x * x, 0);
    const stated = a + b + (c + d);
    expect(stated, 'the order matters here').not.to.equal(plain);
    expect([...squaredDistances(toRows([values, values.map(() => 0)])).values]).to.deep.equal([stated]);
  });
});
