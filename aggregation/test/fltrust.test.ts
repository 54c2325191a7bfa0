import { expect } from 'chai';
import { createAggregator, flTrust } from '../index.ts';
import { dotsWith } from '../kernels/dots-with.ts';
import { draw } from './draw.ts';
import { expectClose, inputRows, toRows } from './support.ts';
import vectors from './vectors/filtering.json' with { type: 'json' };

const rule = flTrust({ f: 1 });

describe('dots of rows with a point', () => {
  it('go into four sums by k mod 4, to the bit, and no further than d', () => {
    for (let d = 1; d <= 13; d++) {
      const { int, unit } = draw(d);
      const row = (): Float64Array =>
        Float64Array.from({ length: d }, () => (unit() - 0.5) * 10 ** int(-6, 6));
      const [x, y, point] = [row(), row(), row()];
      const wanted = [x, y].map((each) => {
        const [a = 0, b = 0, c = 0, e = 0] = [0, 1, 2, 3].map((lane) =>
          each.reduce((sum, value, k) => (k % 4 === lane ? sum + value * (point[k] ?? 0) : sum), 0),
        );
        return a + b + (c + e);
      });
      expect([...dotsWith([x, y], point)], `d = ${d}`).to.deep.equal(wanted);
    }
  });
});

describe('FLTrust', () => {
  for (const { input, f, fltrust: wanted } of vectors.cases) {
    it(`trusts the rows of ${input}, f = ${f}, by their cosines with row 0`, () => {
      const rows = inputRows(input);
      const { vector, weights } = flTrust({ f }).aggregate(rows, {
        reference: rows[0] ?? new Float64Array(),
      });
      expectClose(vector, wanted.vector, 1e-9);
      expectClose(weights ?? new Float64Array(), wanted.trust, 1e-9);
    });
  }

  it('by hand: as long as the root, half as long as it points half the way', () => {
    // Cosines 1, 0.6 and −1; directions of length 10 are (10, 0) and (6, 8).
    const rows = toRows([
      [2, 0],
      [30, 40],
      [-1, 0],
    ]);
    const { vector, weights, selected, leftOut } = rule.aggregate(rows, {
      reference: Float64Array.of(10, 0),
    });
    expectClose(weights ?? new Float64Array(), [1, 0.6, 0], 1e-15);
    expectClose(vector, [(10 + 0.6 * 6) / 1.6, (0.6 * 8) / 1.6], 1e-12);
    expect(selected).to.deep.equal([0, 1]);
    expect(leftOut).to.deep.equal([{ row: 2, reason: 'cosine -1 with the reference' }]);
  });

  it('is 0 where no row is trusted, and where the root is 0', () => {
    const rows = toRows([
      [-1, 0],
      [0, 5],
      [0, 0],
    ]);
    for (const reference of [Float64Array.of(1, 0), Float64Array.of(0, 0)]) {
      const { vector, selected, leftOut } = rule.aggregate(rows, { reference });
      expect([...vector]).to.deep.equal([0, 0]);
      expect(selected).to.deep.equal([]);
      expect(leftOut).to.have.lengthOf(3);
    }
  });

  it('any number of liars move it by no more than the root is long, and never away from it', () => {
    for (let seed = 0; seed < 300; seed++) {
      const { int, unit, pick } = draw(seed);
      const d = int(1, 6);
      const row = (size: number): Float64Array =>
        Float64Array.from({ length: d }, () => (unit() - 0.5) * size);
      const reference = row(10);
      const rows = Array.from({ length: int(3, 9) }, () => row(pick([1e-200, 1, 1e9, 1e200, 1e308])));
      const { vector } = rule.aggregate(rows, { reference });
      const along = vector.reduce((sum, x, k) => sum + x * (reference[k] ?? 0), 0);
      expect(Math.hypot(...vector), `seed ${seed}`).to.be.at.most(Math.hypot(...reference) * (1 + 1e-12));
      expect(along, `seed ${seed}`).to.be.at.least(0);
    }
  });

  it('a liar at 60° of the root counts half of an honest row, so it turns the result', () => {
    const rows = toRows([
      [1, 0],
      [1, 0],
      [1, Math.sqrt(3)],
    ]);
    const { vector } = rule.aggregate(rows, { reference: Float64Array.of(1, 0) });
    expectClose(vector, [0.9, (0.5 * Math.sqrt(3)) / 2 / 2.5], 1e-12);
  });

  it('takes the median of the rows for a root where a round has none', () => {
    const rows = toRows([
      [1, 1],
      [2, 3],
      [3, 2],
    ]);
    const aggregator = createAggregator('fltrust', { f: 1 });
    const wanted = rule.aggregate(rows, { reference: Float64Array.of(2, 2) }).vector;
    expect([...aggregator.aggregate(rows, aggregator.initialState(2)).update]).to.deep.equal([...wanted]);
  });
});
