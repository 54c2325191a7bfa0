import { expect } from 'chai';
import { createRule, krumByzfl, krumP2pfl } from '../index.ts';
import { toRows } from './support.ts';

describe('what is called Krum elsewhere', () => {
  it('ByzFL: by hand, the mean of the squares to n − f − 1 others', () => {
    const { scores, selected } = krumByzfl({ f: 1 }).aggregate(toRows([[0], [1], [3], [7]]));
    expect([...(scores ?? [])]).to.deep.equal([5, 2.5, 6.5, 26]);
    expect(selected).to.deep.equal([1]);
    expect(krumByzfl({ f: 0 }).aggregate(toRows([[4]])).selected).to.deep.equal([0]);
  });

  it('p2pfl: by hand, the row in the middle by unsquared distances', () => {
    // Sums 11, 10, 12, 23; the nearest others are 1, 1, 2, 4 away: 8 in all, less its own to each.
    const { scores, selected } = krumP2pfl({ f: 0 }).aggregate(toRows([[0], [1], [3], [7]]));
    expect([...(scores ?? [])]).to.deep.equal([11 - 8, 9 - 8, 9 - 8, 17 - 8]);
    expect(selected).to.deep.equal([1]);
    expect(krumP2pfl({ f: 0 }).aggregate(toRows([[4]])).selected).to.deep.equal([0]);
  });

  it('p2pfl: a row beyond float64 does not drown the others', () => {
    const rows = toRows([[1e9], [0], [1], [2], [Number.MAX_VALUE]]);
    expect(krumP2pfl({ f: 2 }).aggregate(rows).selected).to.deep.equal([2]);
    const both = toRows([[1e300], [0], [1], [2], [Number.MAX_VALUE]]);
    expect(krumP2pfl({ f: 2 }).aggregate(both).selected).to.deep.equal([2]);
  });

  it('p2pfl: lies that are not far draw it, and not the paper’s Krum', () => {
    const rows = toRows([[3], [3], [0], [0.1], [0.2], [0.3], [5]]);
    expect(createRule('krum', { f: 2 }).aggregate(rows).selected).to.deep.equal([3]);
    expect(krumP2pfl({ f: 2 }).aggregate(rows).selected).to.deep.equal([5]);
  });
});
