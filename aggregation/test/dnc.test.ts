import { expect } from 'chai';
import { dnc, type Rows } from '../index.ts';
import { draw } from './draw.ts';
import { errorOf, expectClose, inputRows, toRows } from './support.ts';
import vectors from './vectors/filtering.json' with { type: 'json' };

const SEED = 'c0'.repeat(32);

/** Rows of d coordinates around 0, of which the last lies in the coordinates from `from` on. */
function spread(n: number, d: number, lie: number, from = 0): Rows {
  const { unit } = draw(n + d);
  return Array.from({ length: n }, (_, i) =>
    Float64Array.from({ length: d }, (_, k) => (i === n - 1 && k >= from ? lie : unit() - 0.5)),
  );
}

describe('DnC', () => {
  for (const { input, f, dnc: wanted } of vectors.cases) {
    it(`takes the rows of ${input}, f = ${f}, that a singular value decomposition does`, () => {
      const { vector, selected, scores } = dnc({ f }).aggregate(inputRows(input));
      expect(selected).to.deep.equal(wanted.selected);
      expectClose(vector, wanted.vector, 1e-9);
      expectClose(scores ?? new Float64Array(), wanted.shares, 2e-9);
    });
  }

  it('by hand: rows that mirror each other tie, and the earlier is kept', () => {
    const { vector, selected, leftOut, scores } = dnc({ f: 1 }).aggregate(
      toRows([[-2], [1], [0], [-1], [2]]),
    );
    expect([...(scores ?? [])]).to.deep.equal([1, 0.25, 0, 0.25, 1]);
    expect(selected).to.deep.equal([0, 1, 2, 3]);
    expect([...vector]).to.deep.equal([-0.5]);
    expect(leftOut).to.have.lengthOf(1);
    expect(leftOut[0]?.reason).to.equal('projection 1 of the longest, squared; the 4 shortest are taken');
  });

  it('names those left out in the order of the rows, not of their projections', () => {
    const rows = toRows([[60], [0], [1], [2], [1], [0], [2], [-55]]);
    expect(
      dnc({ f: 2 })
        .aggregate(rows)
        .leftOut.map(({ row }) => row),
    ).to.deep.equal([0, 7]);
  });

  it('draws coordinates from the seed, and needs one where not all are taken', () => {
    const rows = spread(9, 40, 30, 36);
    const rule = dnc({ f: 1, sample: 8 });
    expect(errorOf(() => rule.aggregate(rows))).to.include({
      code: 'INPUT_MISSING',
      message: 'dnc needs seed for 40 coordinates; it was not given',
    });
    expect(dnc({ f: 1, sample: 40 }).aggregate(rows).leftOut[0]?.row).to.equal(8);
    const found = new Set<boolean>();
    for (let i = 0; i < 30; i++) {
      const seed = i.toString(16).padStart(64, '0');
      const { leftOut } = rule.aggregate(rows, { seed });
      expect(leftOut).to.deep.equal(rule.aggregate(rows, { seed }).leftOut);
      found.add(leftOut[0]?.row === 8);
    }
    // The lie is in 4 of 40 coordinates: some draws of 8 see it, some do not.
    expect(found).to.deep.equal(new Set([true, false]));
  });

  it('takes the rows that no draw removed, and more draws find what one may miss', () => {
    const rows = spread(15, 40, 30, 36);
    const seeds = Array.from({ length: 20 }, (_, i) => i.toString(16).padStart(64, '0'));
    const finds = (iterations: number): number =>
      seeds.filter((seed) => {
        const { selected, leftOut } = dnc({ f: 1, sample: 8, iterations }).aggregate(rows, { seed });
        expect(leftOut.length).to.be.within(1, iterations);
        expect(selected.length + leftOut.length).to.equal(15);
        return !selected.includes(14);
      }).length;
    expect(finds(6)).to.be.greaterThan(finds(1));
  });

  it('asks for so many rows that draws cannot remove them all', () => {
    expect(dnc({ f: 2 }).minRows).to.equal(5);
    expect(dnc({ f: 2, removal: 1.5 }).minRows).to.equal(5);
    expect(dnc({ f: 2, removal: 3 }).minRows).to.equal(7);
    expect(dnc({ f: 2, removal: 2 }).requirement).to.equal('n > 2f');
    expect(dnc({ f: 2, removal: 2.5 }).requirement).to.equal('n > 2f and n > 1·⌊2.5·f⌋');
    expect(dnc({ f: 2, removal: 2.5 }).minRows).to.equal(6);
    expect(dnc({ f: 2, iterations: 4 }).minRows).to.equal(9);
    expect(dnc({ f: 2, iterations: 4 }).requirement).to.equal('n > 2f and n > 4·⌊1·f⌋');
    const rows = spread(9, 40, 1);
    expect(
      dnc({ f: 2, iterations: 4, sample: 5 }).aggregate(rows, { seed: SEED }).selected,
    ).to.not.have.lengthOf(0);
    for (const options of [{ iterations: 0 }, { sample: 1.5 }, { removal: 0 }]) {
      expect(errorOf(() => dnc({ f: 1, ...options })).code).to.equal('RULE_OPTION');
    }
  });

  it('removes f liars who send the same, wherever that is', () => {
    for (const [f, n] of [
      [1, 4],
      [2, 6],
      [4, 10],
    ] as const) {
      const honest = spread(n - f, 6, 0);
      for (const far of [10, -1e6, 1e200]) {
        const lies = Array.from({ length: f }, () => new Float64Array(6).fill(far));
        const { selected } = dnc({ f }).aggregate([...lies, ...honest]);
        expect(selected).to.deep.equal([...honest.keys()].map((i) => i + f));
      }
    }
  });

  it('is broken by a decoy: a second liar hides between it and the honest rows, at any distance', () => {
    for (const far of [1e3, 1e6, 1e9]) {
      const rows = toRows([[0], [1], [-1], [2], [-2], [1], [0], [-1], [far / 6], [far]]);
      const { selected, vector } = dnc({ f: 2 }).aggregate(rows);
      expect(selected).to.include(8).and.not.include(9);
      expect(vector[0]).to.be.greaterThan(far / 60);
    }
  });
});
