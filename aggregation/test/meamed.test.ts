import { expect } from 'chai';
import { meamed, median } from '../index.ts';
import { inputRows, toRows } from './support.ts';

describe('mean around the median', () => {
  it('by hand: drops the f values farthest from the median, on whichever side', () => {
    const rows = toRows([
      [0, 9],
      [1, 8],
      [2, 7],
      [30, 6],
      [40, -50],
    ]);
    // Medians 2 and 7; without 30 and 40, and without −50 and one of 9 and … that is equally far: the lower is kept.
    expect([...meamed({ f: 2 }).aggregate(rows).vector]).to.deep.equal([1, 7]);
    expect([...meamed({ f: 1 }).aggregate(rows).vector]).to.deep.equal([8.25, 7.5]);
    expect([...meamed({ f: 0 }).aggregate(rows).vector]).to.deep.equal([14.6, -4]);
  });

  it('the median of an even number of rows is half the sum of the middle two', () => {
    // Around 3: 1 and 5 are 2 away, 10 is 7, −5 is 8.
    expect([...meamed({ f: 1 }).aggregate(toRows([[10], [1], [5], [-5]])).vector]).to.deep.equal([16 / 3]);
  });

  it('names rows as the median does', () => {
    const rows = inputRows('D3');
    const { leftOut, trimmedShare, selected } = meamed({ f: 2 }).aggregate(rows);
    const other = median({ f: 2 }).aggregate(rows);
    expect(leftOut).to.deep.equal(other.leftOut);
    expect(trimmedShare).to.deep.equal(other.trimmedShare);
    expect(selected).to.deep.equal([...rows.keys()]);
  });

  it('n/2 liars are the median', () => {
    const rows = toRows([[0], [0], [9], [9], [9]]);
    expect([...meamed({ f: 2 }).aggregate(rows).vector]).to.deep.equal([9]);
  });
});
