import { expect } from 'chai';
import fc from 'fast-check';
import { createRule } from '../../aggregation/index.ts';
import { encodeWeights, weightsDigest } from '../../protocol/vectors.ts';
import { beaconOrder } from '../beacon.ts';
import { aggregateCandidate, type NodeUpdate } from '../candidate.ts';
import { digest, signerOf } from './support.ts';

const node = (index: number) => signerOf(index).nodeId;
const beacon = digest('beacon');
const rule = createRule('multi-krum', { f: 1 });
const gridInteger = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });

describe('candidate', () => {
  it('has the same bits whatever order the updates come in', () => {
    const vectors = fc.array(fc.array(gridInteger, { minLength: 5, maxLength: 5 }), {
      minLength: 7,
      maxLength: 7,
    });
    const order = fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6], { minLength: 7 });
    fc.assert(
      fc.property(
        vectors,
        order,
        fc.float64Array({ minLength: 5, maxLength: 5, noNaN: true, max: 1e9, min: -1e9 }),
        (rows, shuffle, base) => {
          const updates = rows.map((row, i): NodeUpdate => ({ node: node(i), update: Int32Array.from(row) }));
          const shuffled = shuffle.flatMap((i) => updates.slice(i, i + 1));
          const one = aggregateCandidate(rule, base, updates, beacon, 20);
          const other = aggregateCandidate(rule, base, shuffled, beacon, 20);
          expect(weightsDigest(other.weights)).to.equal(weightsDigest(one.weights));
          expect(other).to.deep.equal(one);
        },
      ),
      { numRuns: 60, seed: 21 },
    );
  });

  it('adds the mean of the selected updates, in units of the grid', () => {
    const updates = [0, 1, 2, 3, 4].map((i) => ({ node: node(i), update: Int32Array.of(512, -1024) }));
    const { weights, selected, leftOut } = aggregateCandidate(
      rule,
      Float64Array.of(1, 1),
      updates,
      beacon,
      10,
    );
    expect([...weights]).to.deep.equal([1.5, 0]);
    expect(selected.length + leftOut.length).to.equal(5);
  });

  it('names whom the rule selected in the order of the beacon, and whom it left out with why', () => {
    const updates = [0, 1, 2, 3, 4].map((i) => ({
      node: node(i),
      update: Int32Array.of(i === 2 ? -900 : 900 + i, i === 2 ? -900 : 900),
    }));
    const { selected, leftOut } = aggregateCandidate(rule, new Float64Array(2), updates, beacon, 10);
    expect(leftOut.map((each) => each.node)).to.deep.equal([node(2)]);
    expect(leftOut[0]?.reason).to.be.a('string').and.not.equal('');
    const order = beaconOrder(beacon, selected);
    expect(selected).to.deep.equal(order);
  });

  it('has no negative zero in its bytes: equal weights have equal digests', () => {
    expect(weightsDigest(Float64Array.of(-0, 1))).to.equal(weightsDigest(Float64Array.of(0, 1)));
    const updates = [0, 1, 2, 3, 4].map((i) => ({ node: node(i), update: Int32Array.of(0) }));
    const { weights } = aggregateCandidate(rule, Float64Array.of(-0), updates, beacon, 10);
    expect([...encodeWeights(weights)]).to.deep.equal([0, 0, 0, 0, 0, 0, 0, 0]);
  });
});
