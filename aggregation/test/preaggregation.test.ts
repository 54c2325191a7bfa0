import { expect } from 'chai';
import {
  arc,
  bucketing,
  clipping,
  compose,
  createAggregator,
  createPreAggregator,
  krumScores,
  nnm,
  type PreAggregator,
  plainKernels,
  preAggregatorNames,
  type Rows,
  trimmedMean,
} from '../index.ts';
import { draw } from './draw.ts';
import { inHull } from './law-cases.ts';
import { errorOf, expectClose, inputRows, toRows } from './support.ts';
import vectors from './vectors/preaggregation.json' with { type: 'json' };

const apply = (part: PreAggregator, rows: Rows): Rows => partsOf(part, rows).rows;

function partsOf(part: PreAggregator, rows: Rows): ReturnType<PreAggregator['apply']> {
  const context = { weights: new Float64Array(rows.length).fill(1), kernels: plainKernels };
  return part.apply(rows, context);
}

const values = (rows: Rows): number[][] => rows.map((row) => [...row]);

describe('pre-aggregators', () => {
  for (const { input, f, ...wanted } of vectors.cases) {
    it(`nearest-neighbour mixing, clipping to 2 and adaptive clipping of ${input}, f = ${f}`, () => {
      const rows = inputRows(input);
      const given = { nnm: nnm({ f }), clipping: clipping({ radius: 2 }), arc: arc({ f }) };
      for (const name of ['nnm', 'clipping', 'arc'] as const) {
        const made = apply(given[name], rows);
        expect(made).to.have.lengthOf(rows.length);
        for (const [i, row] of made.entries()) expectClose(row, wanted[name][i] ?? []);
      }
    });

    it(`mixing before the trimmed mean, and before another library's Krum, of ${input}, f = ${f}`, () => {
      const rows = inputRows(input);
      expectClose(compose(nnm({ f }), trimmedMean({ f })).aggregate(rows).vector, wanted.nnmTrimmedMean);
      const mixed = apply(nnm({ f }), rows);
      const scores = krumScores(plainKernels.squaredDistances(mixed), rows.length - f - 1);
      const best = mixed[scores.indexOf(Math.min(...scores))] ?? new Float64Array();
      expectClose(best, wanted.nnmOtherKrum);
    });
  }

  it('are made by name and say so', () => {
    expect(preAggregatorNames).to.include.members(['nnm', 'bucketing', 'clipping', 'arc']);
    const options = { nnm: { f: 2 }, bucketing: { size: 3 }, clipping: { radius: 1 }, arc: { f: 2 } };
    for (const [name, option] of Object.entries(options)) {
      const part = createPreAggregator(name, option);
      expect(part.name).to.equal(name);
      expect(part.f).to.equal('f' in option ? 2 : undefined);
      expect(part.condition.minRows(2)).to.equal('f' in option ? 5 : 1);
      expect(part.rowsAfter(7)).to.equal(name === 'bucketing' ? 3 : 7);
    }
  });

  it('refuse options out of range', () => {
    const bad = {
      nnm: [{}, { f: -1 }],
      arc: [{}, { f: 0.5 }],
      clipping: [{}, { radius: 0 }, { radius: -1 }],
    };
    for (const [name, list] of Object.entries({ ...bad, bucketing: [{ size: 0 }, { size: 1.5 }] })) {
      for (const options of list) {
        expect(errorOf(() => createPreAggregator(name, options)).code).to.equal('RULE_OPTION');
      }
    }
  });

  it('leave what they were given, whatever it is', () => {
    const rows = toRows([
      [3, 4],
      [0, 0],
      [1e200, 1e200],
      [-Number.MAX_VALUE, 1],
      [5e-324, 0],
    ]);
    const before = values(rows);
    for (const part of [nnm({ f: 2 }), bucketing(), clipping({ radius: 1 }), arc({ f: 2 })]) {
      const made = apply(part, rows);
      for (const x of values(made).flat()) expect(x).to.satisfy(Number.isFinite);
      expect(values(rows)).to.deep.equal(before);
    }
  });
});

describe('nearest-neighbour mixing', () => {
  it('takes a row itself first, then the nearer, then the earlier', () => {
    // n − f = 3. Of 0 and 4, both 2 from row 2, row 1 comes first; the equals of row 3 do not push it out.
    const rows = toRows([[10], [0], [2], [4], [4], [4], [4]]);
    const made = apply(nnm({ f: 3 }), rows.slice(0, 6));
    expect(values(made)).to.deep.equal([[6], [2], [2], [4], [4], [4]]);
    expect(apply(nnm({ f: 3 }), rows)[6]).to.deep.equal(Float64Array.of(4));
  });

  it('keeps the mixed honest rows within the honest hull while f liars are far', () => {
    for (let seed = 0; seed < 300; seed++) {
      const { int, pick } = draw(seed);
      const f = int(1, 3);
      const honest = toRows(Array.from({ length: f + 1 + int(0, 4) }, () => [int(-50, 50), int(-50, 50)]));
      const lies = toRows(
        Array.from({ length: f }, () => [pick([1e6, -1e150, Number.MAX_VALUE]), int(0, 9)]),
      );
      const made = apply(nnm({ f }), [...honest, ...lies]);
      for (const row of made.slice(0, honest.length)) {
        expect(inHull(row, honest, 1e-12), `seed ${seed}: [${row}]`).to.equal(true);
      }
    }
  });

  it('adds by ascending row, whichever row it is for: of all rows each becomes the same bits', () => {
    for (let seed = 0; seed < 50; seed++) {
      const { int, unit } = draw(seed);
      const rows = toRows(Array.from({ length: int(3, 9) }, () => [(unit() - 0.5) * 10 ** int(-3, 3)]));
      const [mean] = plainKernels.meansOf(rows, [[...rows.keys()]]);
      for (const row of apply(nnm({ f: 0 }), rows)) expect(row).to.deep.equal(mean);
    }
  });

  it('draws the honest rows together: their spread is less than before', () => {
    const rows = toRows([[0], [1], [2], [3], [4], [5], [1e6]]);
    const made = apply(nnm({ f: 1 }), rows).slice(0, 6);
    expect(new Set(made.map((row) => row[0]))).to.deep.equal(new Set([2.5]));
  });

  it('one liar more than f is mixed into honest rows', () => {
    const rows = toRows([[0], [1], [2], [1e6], [1e6]]);
    expect(apply(nnm({ f: 1 }), rows)[0]?.[0]).to.be.greaterThan(1e5);
  });
});

describe('bucketing', () => {
  const rows = toRows([[1], [3], [10], [20], [7]]);

  it('averages consecutive rows, the last bucket smaller, and says who is in it', () => {
    const { rows: made, members } = partsOf(bucketing(), rows);
    expect(values(made)).to.deep.equal([[2], [15], [7]]);
    expect(members).to.deep.equal([[0, 1], [2, 3], [4]]);
    expect(values(apply(bucketing({ size: 9 }), rows))).to.deep.equal([[8.2]]);
    expect(values(apply(bucketing({ size: 1 }), rows))).to.deep.equal(values(rows));
  });

  it('asks the rule behind it to bear f liars among the buckets', () => {
    const rule = compose(bucketing({ size: 3 }), trimmedMean({ f: 2 }));
    expect(rule.minRows).to.equal(13);
    expect(errorOf(() => rule.check(12)).code).to.equal('RULE_CONDITION');
  });

  it('names all of a bucket that is left out', () => {
    const given = toRows([[1], [3], [1e6], [2], [7], [1]]);
    const { vector, leftOut } = compose(bucketing(), trimmedMean({ f: 1 })).aggregate(given);
    expect([...vector]).to.deep.equal([4]);
    // Of three buckets the trimmed mean keeps the middle one.
    expect(leftOut.map(({ row }) => row)).to.deep.equal([0, 1, 2, 3]);
    expect(leftOut[0]?.reason).to.include('bucket of 2');
  });
});

describe('clipping', () => {
  it('keeps the direction and shortens to the radius, static and adaptive', () => {
    const rows = toRows([
      [3, 4],
      [0, 0.5],
      [0, 0],
      [-6, 8],
      [1e200, 0],
    ]);
    expect(values(apply(clipping({ radius: 5 }), rows))).to.deep.equal([
      [3, 4],
      [0, 0.5],
      [0, 0],
      [-3, 4],
      [0, 0],
    ]);
    // k = ⌊2·1·4/5⌋ = 1: only the longest is clipped, to the next one's norm, 10.
    expect(
      values(
        apply(
          arc({ f: 1 }),
          toRows([
            [3, 4],
            [0, 0.5],
            [0, 0],
            [-6, 8],
            [30, 40],
          ]),
        ),
      ),
    ).to.deep.equal([
      [3, 4],
      [0, 0.5],
      [0, 0],
      [-6, 8],
      [6, 8],
    ]);
  });

  it('adaptive: f liars of any size leave the largest norm at an honest one, f + 1 do not', () => {
    for (let seed = 0; seed < 300; seed++) {
      const { int, pick } = draw(seed);
      const f = int(1, 4);
      const honest = toRows(Array.from({ length: f + 1 + int(0, 4) }, () => [int(-50, 50), int(1, 50)]));
      const lies = (count: number): Rows =>
        toRows(Array.from({ length: count }, () => [pick([1e6, -1e150, Number.MAX_VALUE]), int(0, 9)]));
      const longest = (given: Rows): number => Math.max(...given.map(([x = 0, y = 0]) => Math.hypot(x, y)));
      const made = apply(arc({ f }), [...lies(f), ...honest]);
      expect(longest(made)).to.be.at.most(longest(honest) * (1 + 1e-12));
    }
    const many = apply(arc({ f: 1 }), toRows([[1], [1], [1], [1e9], [1e9]]));
    expect(many[4]?.[0]).to.equal(1e9);
  });

  it('is part of an aggregation by name, with the radius of the whole where none is written', () => {
    const rows = toRows([
      [3, 4],
      [0, 0.5],
      [-6, 8],
    ]);
    const [one, other] = [
      createAggregator('clipping:radius=5+fedavg'),
      createAggregator('clipping+fedavg', { radius: 5 }),
    ];
    for (const each of [one, other]) {
      const { update } = each.aggregate(rows, each.initialState(2));
      expectClose(update, [0, 8.5 / 3], 1e-12);
    }
  });
});
