import { expect } from 'chai';
import { createAggregator, monna } from '../index.ts';
import { errorOf, toRows } from './support.ts';

describe('nearest-neighbour averaging (MoNNA)', () => {
  it('by hand: the n − f nearest, ties to the earlier row', () => {
    const rows = toRows([
      [4, 0],
      [0, 5],
      [0, -3],
      [3, 0],
      [0, 0],
    ]);
    const reference = Float64Array.of(0, 0);
    const { vector, selected, scores, leftOut } = monna({ f: 2 }).aggregate(rows, { reference });
    expect([...(scores ?? [])]).to.deep.equal([16, 25, 9, 9, 0]);
    expect(selected).to.deep.equal([2, 3, 4]);
    expect([...vector]).to.deep.equal([1, -1]);
    expect(leftOut.map(({ row }) => row)).to.deep.equal([0, 1]);
    const tied = toRows([[1], [-1], [1], [-1], [0]]);
    expect(monna({ f: 2 }).aggregate(tied, { reference: Float64Array.of(0) }).selected).to.deep.equal([
      0, 1, 4,
    ]);
  });

  it('needs a reference, and is worth what that is', () => {
    const rows = toRows([[0], [1], [2], [50], [51]]);
    expect(errorOf(() => monna({ f: 2 }).aggregate(rows)).code).to.equal('INPUT_MISSING');
    expect([...monna({ f: 2 }).aggregate(rows, { reference: Float64Array.of(2) }).vector]).to.deep.equal([1]);
    expect(monna({ f: 2 }).aggregate(rows, { reference: Float64Array.of(52) }).vector[0]).to.be.above(30);
  });

  it('in a round without trusted data begins at the median of the rows', () => {
    const rows = toRows([[0], [1], [2], [50], [51]]);
    const aggregator = createAggregator('monna', { f: 2 });
    expect([...aggregator.aggregate(rows, aggregator.initialState(1)).update]).to.deep.equal([1]);
  });
});
