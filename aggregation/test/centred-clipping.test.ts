import { expect } from 'chai';
import { centredClipping, createAggregator, normBounding } from '../index.ts';
import { draw } from './draw.ts';
import { errorOf, expectClose, inputRows, toRows } from './support.ts';
import preaggregation from './vectors/preaggregation.json' with { type: 'json' };

function distance(x: Float64Array, y: Float64Array): number {
  return Math.sqrt(x.reduce((sum, value, k) => sum + (value - (y[k] as number)) ** 2, 0));
}

describe('centred clipping', () => {
  it('begins at 0 where there is no reference', () => {
    const rows = inputRows('D2');
    const rule = centredClipping({ f: 2, iterations: 3 });
    const reference = new Float64Array(3);
    expect(rule.aggregate(rows)).to.deep.equal(rule.aggregate(rows, { reference }));
  });

  it('by hand: one step from a reference, differences cut to the radius', () => {
    const rows = toRows([
      [1, 2],
      [4, 6],
      [1, 12],
    ]);
    const reference = Float64Array.of(1, 2);
    // Differences (0, 0), (3, 4) and (0, 10) become (0, 0), (1.5, 2) and (0, 2.5).
    const { vector, weights } = centredClipping({ f: 1, radius: 2.5 }).aggregate(rows, { reference });
    expect([...(weights ?? [])]).to.deep.equal([1, 0.5, 0.25]);
    expect([...vector]).to.deep.equal([1.5, 3.5]);
    expect([...reference]).to.deep.equal([1, 2]);
    // Radius and distance alike leave a row as it is.
    expect([
      ...(centredClipping({ f: 1, radius: 5 }).aggregate(rows, { reference }).weights ?? []),
    ]).to.deep.equal([1, 1, 0.5]);
  });

  it('f liars move it by at most 2·L·f·τ/n, and can by nearly that much', () => {
    let most = 0;
    for (let seed = 0; seed < 60; seed++) {
      const draws = draw(seed);
      const iterations = draws.int(1, 4);
      const f = draws.int(1, 2);
      const rows = Array.from({ length: 5 }, () => Float64Array.from({ length: 2 }, () => 4 * draws.unit()));
      const reference = Float64Array.of(draws.unit(), draws.unit());
      const rule = centredClipping({ f, radius: 0.5, iterations });
      const far = draws.pick([1, 1e3, 1e9]);
      const lied = rows.map((row, i) => (i < f ? row.map((x) => (reference[0] as number) - far * x) : row));
      const moved = distance(
        rule.aggregate(lied, { reference }).vector,
        rule.aggregate(rows, { reference }).vector,
      );
      const bound = (2 * iterations * f * 0.5) / 5;
      expect(moved).to.be.at.most(bound * (1 + 1e-12));
      most = Math.max(most, moved / bound);
    }
    expect(most).to.be.above(0.8);
  });

  it('the same lie in every round walks it there', () => {
    const rows = toRows([[0], [0], [0], [100], [100]]);
    const aggregator = createAggregator('centred-clipping:radius=1', { f: 2 });
    let state = aggregator.initialState(1);
    let last = 0;
    for (let round = 0; round < 40; round++) {
      const step = aggregator.aggregate(rows, state);
      state = step.state;
      last = step.update[0] as number;
    }
    // Two pull with 1 each, three with v each: there is rest at 2/3.
    expect(last).to.be.closeTo(2 / 3, 1e-9);
  });

  it('names a row beyond float64, which has no say', () => {
    const rows = toRows([[1], [2], [Number.MAX_VALUE]]);
    const { vector, leftOut } = centredClipping({ f: 1, radius: 3 }).aggregate(rows);
    expect([...vector]).to.deep.equal([1]);
    expect(leftOut.map(({ row }) => row)).to.deep.equal([2]);
  });

  it('refuses a radius or iterations that are none', () => {
    for (const options of [{ radius: 0 }, { radius: Number.NaN }, { iterations: 0 }, { iterations: 1.5 }]) {
      expect(errorOf(() => centredClipping({ f: 1, ...options })).code).to.equal('RULE_OPTION');
    }
  });
});

describe('norm bounding', () => {
  for (const { input, f, clipping } of preaggregation.cases) {
    it(`of ${input} is the mean of its rows clipped to 2`, () => {
      const rows = inputRows(input);
      const mean = clipping[0]?.map(
        (_, k) => clipping.reduce((sum, row) => sum + (row[k] ?? 0), 0) / rows.length,
      );
      expectClose(normBounding({ f, radius: 2 }).aggregate(rows).vector, mean ?? [], 1e-9);
    });
  }

  it('by hand: 3-4-5 triangles', () => {
    const { vector, weights } = normBounding({ f: 1, radius: 5 }).aggregate(
      toRows([
        [3, 4],
        [-6, -8],
        [30, 40],
        [0, 0],
      ]),
    );
    expect([...(weights ?? [])]).to.deep.equal([1, 0.5, 0.1, 1]);
    expect([...vector]).to.deep.equal([0.75, 1]);
  });

  it('one boosted row moves it by at most 2·radius/n, and lies within the radius pass', () => {
    const honest = [[0.1], [0.2], [0.3], [-0.1]];
    const bound = (2 * 1) / 5;
    const rule = normBounding({ f: 1 });
    const at = (lie: number): number => rule.aggregate(toRows([...honest, [lie]])).vector[0] as number;
    expect(Math.abs(at(1e9) - at(-1e9))).to.be.closeTo(bound, 1e-12);
    expect(at(1)).to.equal(at(1e9));
    expect(at(0.5)).to.be.closeTo(0.2, 1e-12);
  });

  it('refuses a radius that is none', () => {
    expect(errorOf(() => normBounding({ f: 1, radius: -1 })).code).to.equal('RULE_OPTION');
  });
});
