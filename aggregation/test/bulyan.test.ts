import { expect } from 'chai';
import { bulyan, createRule, krum, multiKrum, plainKernels, ruleEntry, squaredDistances } from '../index.ts';
import { iteratedKrum } from '../robust/iterated-krum.ts';
import { draw } from './draw.ts';
import { errorOf, inputRows, toRows } from './support.ts';

/** The rows that Bulyan takes, in the order in which it does. */
function chosenOf(rows: readonly Float64Array[], f: number): readonly number[] {
  return iteratedKrum(squaredDistances(rows), rows.length - 2 * f, (r) => r - f - 2).chosen;
}

describe('Bulyan', () => {
  it('refuses fewer than 4f + 3 rows, as its variants do', () => {
    for (const name of ['bulyan', 'bulyan/flower', 'bulyan/fedml']) {
      expect(errorOf(() => createRule(name, { f: 2 }).aggregate(inputRows('D2'))).code).to.equal(
        'RULE_CONDITION',
      );
    }
  });

  it('takes each row that Krum would take of those that are left, as long as Krum may run on them', () => {
    for (let seed = 0; seed < 40; seed++) {
      const draws = draw(seed);
      const f = draws.int(0, 2);
      const n = draws.int(4 * f + 3, 4 * f + 8);
      const rows = Array.from({ length: n }, () => Float64Array.from({ length: 3 }, () => draws.unit()));
      const left = [...rows.keys()];
      for (const row of chosenOf(rows, f)) {
        if (left.length < 2 * f + 3) break;
        const { selected } = krum({ f }).aggregate(left.map((i) => rows[i] as Float64Array));
        expect(row).to.equal(left[selected[0] as number]);
        left.splice(left.indexOf(row), 1);
      }
    }
  });

  it('the variants of Flower and FedML take what their definitions say', () => {
    for (let seed = 0; seed < 60; seed++) {
      const draws = draw(seed);
      const f = draws.int(0, 3);
      const n = draws.int(4 * f + 3, 4 * f + 8);
      const rows = Array.from({ length: n }, () => Float64Array.from({ length: 3 }, () => draws.unit()));
      const near = (chosen: readonly number[], count: number): number[] => [
        ...plainKernels.meanNearMedian(
          chosen.map((i) => rows[i] as Float64Array),
          count,
        ),
      ];
      const ranked = multiKrum({ f, m: n - 2 * f }).aggregate(rows).selected;
      expect([...createRule('bulyan/flower', { f }).aggregate(rows).vector]).to.deep.equal(
        near(ranked, n - 4 * f),
      );
      const left = [...rows.keys()];
      const chosen: number[] = [];
      while (chosen.length < n - 2 * f) {
        const scores = left.map((i) =>
          left
            .filter((j) => j !== i)
            .map((j) => Math.hypot(...(rows[i] as Float64Array).map((x, k) => x - (rows[j]?.[k] as number))))
            .sort((a, b) => a - b)
            .slice(0, left.length - f)
            .reduce((sum, x) => sum + x, 0),
        );
        chosen.push(...left.splice(scores.indexOf(Math.min(...scores)), 1));
      }
      const ascending = chosen.sort((a, b) => a - b);
      const { vector } = createRule('bulyan/fedml', { f }).aggregate(rows);
      expect([...vector], `seed ${seed}`).to.deep.equal(near(ascending, n - 4 * f - 1));
    }
  });

  it('counts one neighbour at least and those that are left at most', () => {
    const distances = squaredDistances(toRows([[0], [1], [3]]));
    expect([...iteratedKrum(distances, 3, (r) => r).scores]).to.deep.equal([9, 5, 0]);
    expect([...iteratedKrum(distances, 3, () => -1).scores]).to.deep.equal([1, 4, 0]);
  });

  it('with f = 0 takes all rows and means all values', () => {
    const rows = toRows([[1], [5], [9], [100]]);
    const { vector, selected, leftOut } = bulyan({ f: 0 }).aggregate(rows);
    expect([...vector]).to.deep.equal([28.75]);
    expect(selected).to.deep.equal([0, 1, 2, 3]);
    expect(leftOut).to.deep.equal([]);
  });

  it('by hand: seven rows on a line, f = 1', () => {
    // Four neighbours: 2 scores 4 + 1 + 1 + 4 and is first; then 1 of 0 1 3 4 … and so on, never 100; 50 is left too.
    const { vector, selected, leftOut } = bulyan({ f: 1 }).aggregate(
      toRows([[100], [0], [1], [2], [3], [4], [50]]),
    );
    // The three values nearest to the median 2 of the five.
    expect([...vector]).to.deep.equal([2]);
    expect(leftOut.map(({ row }) => row)).to.include.members([0, 6]);
    expect(selected).to.deep.equal([2, 3, 4]);
    expect(leftOut.find(({ row }) => row === 1)?.reason).to.equal('trimmed in 100.0 % of the coordinates');
    expect(leftOut.find(({ row }) => row === 0)?.reason).to.match(/^score \d+ when the last of 5 rows/);
  });

  it('does not name a row that is trimmed in half of its coordinates', () => {
    const rows = toRows([
      [0, 2],
      [1, 2],
      [2, 2],
      [3, 2],
      [4, 2],
      [2, 500],
      [2, -500],
    ]);
    const { leftOut } = bulyan({ f: 1 }).aggregate(rows);
    expect(leftOut.map(({ row }) => row)).to.deep.equal([5, 6]);
  });

  it('names liars that stand together, though they are chosen last', () => {
    // Two liars on one spot are each other's only neighbour that counts when five rows are left.
    const honest = Array.from({ length: 9 }, (_, i) => [i, (i * 4) % 9]);
    const rows = toRows([[1e6, 1e6], ...honest, [1e6, 1e6]]);
    expect(chosenOf(rows, 2)).to.satisfy((rs: number[]) => rs.includes(0) || rs.includes(10));
    const { vector, leftOut } = bulyan({ f: 2 }).aggregate(rows);
    expect(leftOut.map(({ row }) => row)).to.include.members([0, 10]);
    for (const x of vector) expect(x).to.be.within(0, 8);
  });

  it('a lie near the honest values of a coordinate can move it past them, by less than their spread', () => {
    // The second coordinate decides who is chosen: all but the last two. Of the seven values in the first those
    // nearest to their median 0 are averaged, five here and four by FedML, and the lie of −1 is nearer than any 10.
    const first = (rule: string, honest: readonly number[]): number | undefined => {
      const rows = toRows([[-1, 0], ...honest.map((x) => [x, 0]), [0, 1e6], [0, -1e6]]);
      return createRule(rule, { f: 1 }).aggregate(rows).vector[0];
    };
    expect(first('bulyan', [0, 0, 0, 0, 10, 10])).to.equal(-0.2);
    expect(first('bulyan/flower', [0, 0, 0, 0, 10, 10])).to.equal(-0.2);
    expect(first('bulyan/fedml', [0, 0, 0, 10, 10, 10])).to.equal(-0.25);
  });

  it('holds where a lie hides in one coordinate, which moves Krum', () => {
    // The lie is nearer to all than any other row, but for one coordinate far off.
    const d = 20;
    const draws = draw(7);
    const honest = Array.from({ length: 10 }, () =>
      Float64Array.from({ length: d }, () => draws.unit() - 0.5),
    );
    const lie = Float64Array.from({ length: d }, (_, k) => (k === 0 ? 0.9 : 0));
    const rows = [...honest, lie];
    expect(krum({ f: 1 }).aggregate(rows).selected).to.deep.equal([10]);
    const first = honest.map((row) => row[0] as number);
    expect(bulyan({ f: 1 }).aggregate(rows).vector[0]).to.be.within(Math.min(...first), Math.max(...first));
  });

  it('asks for 4f + 3 rows', () => {
    expect([0, 1, 2, 5].map(ruleEntry('bulyan').condition.minRows)).to.deep.equal([3, 7, 11, 23]);
  });
});
