import { expect } from 'chai';
import fc from 'fast-check';
import { createAggregator } from '../../aggregation/index.ts';
import { encodeWeights, weightsDigest } from '../../protocol/vectors.ts';
import { beaconOrder } from '../beacon.ts';
import { aggregateCandidate, aggregationSeed, type NodeUpdate } from '../candidate.ts';
import { genesisState, NO_STATE, type RoundAggregator, type RoundInputs } from '../round-aggregator.ts';
import { digest, PARAMETERS, signerOf } from './support.ts';

const node = (index: number) => signerOf(index).nodeId;
const beacon = digest('beacon');
const rule = createAggregator('multi-krum', { f: 1 });
const gridInteger = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });

const termsOf = (gridBits: number) => ({
  parameters: { ...PARAMETERS, update: { ...PARAMETERS.update, gridBits } },
  beacon,
});
const versionOf = (weights: Float64Array, aggregator: RoundAggregator = rule) => ({
  weights,
  state: genesisState(aggregator, weights.length),
});
const updateOf = (index: number, ...values: number[]): NodeUpdate => ({
  node: node(index),
  digest: digest(index),
  update: Int32Array.from(values),
});

describe('candidate', () => {
  it('has the same bits whatever order the updates come in', async () => {
    const vectors = fc.array(fc.array(gridInteger, { minLength: 5, maxLength: 5 }), {
      minLength: 7,
      maxLength: 7,
    });
    const order = fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6], { minLength: 7 });
    await fc.assert(
      fc.asyncProperty(
        vectors,
        order,
        fc.float64Array({ minLength: 5, maxLength: 5, noNaN: true, max: 1e9, min: -1e9 }),
        async (rows, shuffle, base) => {
          const updates = rows.map((row, i) => updateOf(i, ...row));
          const shuffled = shuffle.flatMap((i) => updates.slice(i, i + 1));
          const one = await aggregateCandidate(rule, versionOf(base), updates, termsOf(20));
          const other = await aggregateCandidate(rule, versionOf(base), shuffled, termsOf(20));
          expect(other.candidateDigest).to.equal(one.candidateDigest);
          expect(other).to.deep.equal(one);
        },
      ),
      { numRuns: 60, seed: 21 },
    );
  });

  it('adds the mean of the selected updates, in units of the grid', async () => {
    const updates = [0, 1, 2, 3, 4].map((i) => updateOf(i, 512, -1024));
    const base = versionOf(Float64Array.of(1, 1));
    const { weights, selected, leftOut } = await aggregateCandidate(rule, base, updates, termsOf(10));
    expect([...weights]).to.deep.equal([1.5, 0]);
    expect(selected.length + leftOut.length).to.equal(5);
  });

  it('names whom the rule selected in the order of the beacon, and whom it left out with why', async () => {
    const updates = [0, 1, 2, 3, 4].map((i) => updateOf(i, i === 2 ? -900 : 900 + i, i === 2 ? -900 : 900));
    const base = versionOf(new Float64Array(2));
    const { selected, leftOut } = await aggregateCandidate(rule, base, updates, termsOf(10));
    expect(leftOut.map((each) => each.node)).to.deep.equal([node(2)]);
    expect(leftOut[0]?.reason).to.be.a('string').and.not.equal('');
    const order = beaconOrder(beacon, selected);
    expect(selected).to.deep.equal(order);
  });

  it('has no negative zero in its bytes: equal weights have equal digests', async () => {
    expect(weightsDigest(Float64Array.of(-0, 1))).to.equal(weightsDigest(Float64Array.of(0, 1)));
    const updates = [0, 1, 2, 3, 4].map((i) => updateOf(i, 0));
    const base = versionOf(Float64Array.of(-0));
    const { weights } = await aggregateCandidate(rule, base, updates, termsOf(10));
    expect([...encodeWeights(weights)]).to.deep.equal([0, 0, 0, 0, 0, 0, 0, 0]);
  });

  it('has the same state for ever where the aggregation carries nothing', async () => {
    const updates = [0, 1, 2, 3, 4].map((i) => updateOf(i, 512));
    const first = await aggregateCandidate(rule, versionOf(new Float64Array(1)), updates, termsOf(10));
    const second = await aggregateCandidate(rule, first, updates, termsOf(10));
    expect([first.candidateState, second.candidateState]).to.deep.equal([NO_STATE, NO_STATE]);
    expect(second.weights[0]).to.equal(1);
  });

  it('goes on from the state of its base: momentum adds up, and starts anew from another', async () => {
    const momentum = createAggregator('fedavgm:beta1=0.5,lr=1');
    const updates = [0, 1, 2].map((i) => updateOf(i, 512));
    const genesis = versionOf(new Float64Array(1), momentum);
    const first = await aggregateCandidate(momentum, genesis, updates, termsOf(10));
    const second = await aggregateCandidate(momentum, first, updates, termsOf(10));
    expect(second.weights[0]).to.equal(0.5 + 0.75);
    expect(new Set([first.candidateState, second.candidateState, NO_STATE]).size).to.equal(3);
    const forgotten = await aggregateCandidate(
      momentum,
      { ...first, state: genesis.state },
      updates,
      termsOf(10),
    );
    expect(forgotten.weights[0]).to.equal(1);
    expect(forgotten.candidateState).to.equal(first.candidateState);
  });

  it('gives the aggregation equal steps, and a seed of the beacon and the accepted updates in no order', async () => {
    const given: RoundInputs[] = [];
    const spy: RoundAggregator = {
      ...rule,
      aggregate: async (rows, state, inputs) => {
        given.push(inputs);
        return rule.aggregate(rows, state);
      },
    };
    const updates = [0, 1, 2, 3, 4].map((i) => updateOf(i, 512));
    const base = versionOf(new Float64Array(1));
    await aggregateCandidate(spy, base, updates, termsOf(10));
    await aggregateCandidate(spy, base, updates.toReversed(), termsOf(10));
    const [one, other] = given;
    expect(one?.steps).to.deep.equal([1, 1, 1, 1, 1]);
    expect(one?.seed).to.equal(other?.seed).and.equal(aggregationSeed(beacon, updates));
    expect(aggregationSeed(digest('another'), updates)).to.not.equal(one?.seed);
    const changed = updates.with(0, { ...updateOf(0, 512), digest: digest('another') });
    expect(aggregationSeed(beacon, changed)).to.not.equal(one?.seed);
    expect(aggregationSeed(beacon, updates.slice(1))).to.not.equal(one?.seed);
  });
});
