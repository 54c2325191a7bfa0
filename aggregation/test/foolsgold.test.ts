import { expect } from 'chai';
import { foolsGold, type Rows } from '../index.ts';
import { draw } from './draw.ts';
import { expectClose, inputRows, toRows } from './support.ts';
import vectors from './vectors/filtering.json' with { type: 'json' };

const rule = foolsGold({ f: 1 });
const weightsOf = (rows: Rows): Float64Array => rule.aggregate(rows).weights ?? new Float64Array();

describe('FoolsGold', () => {
  for (const { input, f, foolsgold: wanted } of vectors.cases) {
    it(`weighs ${input}, f = ${f}, as with the logarithm of the system`, () => {
      const { vector, weights } = foolsGold({ f }).aggregate(inputRows(input));
      expectClose(weights ?? new Float64Array(), wanted.weights, 1e-9);
      expectClose(vector, wanted.vector, 1e-9);
    });
  }

  it('by hand: an angle of 60° between two rows, 90° to the third', () => {
    // c = ½ for rows 0 and 1, so a = ½, ½, 1; logit(½) + ½ = ½.
    const rows = toRows([
      [2, 0, 0],
      [1, Math.sqrt(3), 0],
      [0, 0, 4],
    ]);
    expectClose(weightsOf(rows), [0.5, 0.5, 1], 1e-12);
    expectClose(rule.aggregate(rows).vector, [0.75, Math.sqrt(3) / 4, 2], 1e-12);
  });

  it('by hand: pardons the row that a copy resembles less than another copy does', () => {
    // Cosines 0.7 (0, 1), 0.9 (1, 2), 0.63 (0, 2). Row 0 is pardoned by 0.7 ÷ 0.9, so its a is 1 − 0.49/0.9 and not 0.3,
    // of which the logit would be below −½; rows 1 and 2 keep a = 0.1.
    const rows = toRows([
      [0.7, Math.sqrt(0.51), 0, 0],
      [1, 0, 0, 0],
      [0.9, 0, Math.sqrt(0.19), 0],
      [0, 0, 0, 1],
    ]);
    const a = 1 - 0.49 / 0.9;
    expectClose(weightsOf(rows), [Math.log(a / (1 - a)) + 0.5, 0, 0, 1], 1e-12);
  });

  it('copies under many names weigh nothing, one honest row everything', () => {
    for (let seed = 0; seed < 200; seed++) {
      const { int, unit } = draw(seed);
      const row = (): number[] => Array.from({ length: 40 }, () => unit() - 0.5);
      const lie = row();
      const copies = Array.from({ length: int(2, 8) }, () => {
        const size = 10 ** int(-3, 3);
        return lie.map((x) => x * size);
      });
      const rows = toRows([row(), row(), ...copies]);
      const weights = weightsOf(rows);
      expect([...weights.subarray(2)], `seed ${seed}`).to.deep.equal(copies.map(() => 0));
      expect(Math.max(...weights.subarray(0, 2)), `seed ${seed}`).to.equal(1);
    }
  });

  it('a liar who copies nobody weighs as much as the best: it is no outlier filter', () => {
    const weights = weightsOf(
      toRows([
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, -1e6],
      ]),
    );
    expect([...weights]).to.deep.equal([1, 1, 1]);
    // Five like rows are taken for copies of each other, and the one far off is all that is left.
    expect(rule.aggregate(inputRows('D2')).selected).to.deep.equal([5]);
  });

  it('is 0 where all point one way, whatever their sizes, and a row of zeros resembles none', () => {
    const { vector, selected } = rule.aggregate(
      toRows([
        [1, 2],
        [3, 6],
        [1e200, 2e200],
      ]),
    );
    expect([...vector]).to.deep.equal([0, 0]);
    expect(selected).to.deep.equal([]);
    expectClose(
      weightsOf(
        toRows([
          [1, 1],
          [0, 0],
          [1, 1],
        ]),
      ),
      [0, 1, 0],
      0,
    );
  });
});
