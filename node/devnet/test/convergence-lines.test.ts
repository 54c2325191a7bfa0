import { expect } from 'chai';
import { convergenceOf } from '../../../coordinator/index.ts';
import { convergenceLines } from '../convergence-lines.ts';

const linesOf = (...losses: number[]) =>
  convergenceLines(convergenceOf(losses.map((holdoutLoss, i) => ({ round: i + 1, holdoutLoss }))));

describe('convergence line', () => {
  it('says where training stands, and which round to go back to', () => {
    expect(linesOf()).to.deep.equal([]);
    expect(linesOf(2, 1)).to.deep.equal(['held-out loss still falls; best 1.000 bp after round 2']);
    expect(linesOf(2, 1, 1, 1)).to.deep.equal([
      'held-out loss has not fallen for 2 rounds; best 1.000 bp after round 2',
    ]);
    expect(linesOf(2, 1, 1, 1, 1)).to.deep.equal([
      'held-out loss has converged; best 1.000 bp after round 2',
    ]);
    expect(linesOf(1, 2, 3, 4)).to.deep.equal(['held-out loss diverges; best 1.000 bp after round 1']);
  });
});
