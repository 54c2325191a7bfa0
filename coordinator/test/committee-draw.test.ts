import { expect } from 'chai';
import fc from 'fast-check';
import { drawCommittee, drawWeights, type RosterNode, selectCommittee } from '../committee-draw.ts';
import { equalCommitteeSize } from '../committee-size.ts';
import { compareText } from '../compare.ts';
import { codeOf, digest } from './support.ts';

/** Names alone matter to the draw. */
const rosterOf = (stakes: readonly (number | bigint)[], quarters = 4): RosterNode[] =>
  stakes.map((stake, i) => ({ node: `node-${String(i).padStart(4, '0')}`, stake: BigInt(stake), quarters }));
const same = (nodes: number) => rosterOf(Array.from({ length: nodes }, () => 10n ** 18n));

describe('committee draw', () => {
  it('takes everybody up to 40, and the size of the rule above', () => {
    const all = selectCommittee(digest('b'), same(40), 1500);
    expect([all.nodes.length, all.cap]).to.deep.equal([40, undefined]);
    const drawn = selectCommittee(digest('b'), same(200), 1500);
    expect([drawn.nodes.length, drawn.cap]).to.deep.equal([79, 2]);
    expect(drawn.size).to.deep.equal(equalCommitteeSize(200, 1500));
    expect(new Set(drawn.nodes).size).to.equal(79);
  });

  it('depends on beacon and weights alone', () => {
    const roster = rosterOf(Array.from({ length: 60 }, (_, i) => 100 + i));
    const wanted = selectCommittee(digest('order'), roster, 1000);
    fc.assert(
      fc.property(fc.shuffledSubarray(roster, { minLength: roster.length }), (shuffled) => {
        expect(selectCommittee(digest('order'), shuffled, 1000)).to.deep.equal(wanted);
      }),
      { numRuns: 5, seed: 17 },
    );
    expect(selectCommittee(digest('another'), roster, 1000).nodes).not.to.deep.equal(wanted.nodes);
  });

  it('caps stakes at two medians, scales by quarters, and leaves out who has none', () => {
    const roster = rosterOf([1, 50, 100, 100, 1_000_000]).map((each, i) => ({
      ...each,
      quarters: [4, 4, 1, 0, 4][i] ?? 0,
    }));
    expect([...drawWeights(roster, 2).values()]).to.deep.equal([4n, 200n, 100n, 800n]);
    expect([...drawWeights(roster, 1).values()]).to.deep.equal([4n, 200n, 100n, 400n]);
    expect([...drawWeights(roster, 0).values()]).to.deep.equal([4n, 4n, 1n, 4n]);
  });

  it('lowers the cap where the weights are too uneven for 255 members', () => {
    const steep = rosterOf(Array.from({ length: 200 }, (_, i) => (i + 1) ** 2));
    const { cap, size, nodes } = selectCommittee(digest('steep'), steep, 1500);
    expect(cap).to.equal(0);
    expect(nodes.length).to.equal(size.size);
    expect(codeOf(() => selectCommittee(digest('steep'), same(1200), 2500))).to.equal('COMMITTEE_TOO_LARGE');
  });

  it('takes the first in proportion to capped stake, within 2 %', () => {
    const stakes = Array.from({ length: 24 }, (_, i) => [50, 100, 200, 100_000][i % 4] ?? 0);
    const weights = drawWeights(rosterOf(stakes), 2);
    const total = [...weights.values()].reduce((sum, each) => sum + each, 0n);
    const [expected, found] = [new Map<bigint, number>(), new Map<bigint, number>()];
    for (const weight of weights.values())
      expected.set(weight, (expected.get(weight) ?? 0) + Number(weight) / Number(total));
    const draws = 20_000;
    for (let i = 0; i < draws; i++) {
      const [first = ''] = drawCommittee(digest(i), weights, 1);
      const weight = weights.get(first) ?? 0n;
      found.set(weight, (found.get(weight) ?? 0) + 1 / draws);
    }
    // Shares of 1/11, 2/11 and 8/11. For the last 2 % is 4.6 standard deviations; the others are held to one point,
    // 3.7 at least.
    for (const [weight, share] of expected)
      expect(found.get(weight)).to.be.closeTo(share, 0.02 * Math.max(share, 0.5));
    expect([...expected.keys()].sort()).to.deep.equal([...found.keys()].sort());
  });

  it('gives nodes of one weight one chance', () => {
    const weights = drawWeights(same(50), 2);
    const times = new Map<string, number>();
    for (let i = 0; i < 1500; i++)
      for (const node of drawCommittee(digest(i), weights, 22)) times.set(node, (times.get(node) ?? 0) + 1);
    // Binomial(1500, 22/50): mean 660, standard deviation 19.2; five of them either way.
    for (const node of weights.keys()) expect(times.get(node)).to.be.within(564, 756);
  });

  it('refuses rosters and weights that mean nothing', () => {
    const [first, ...rest] = same(50);
    const twice = first === undefined ? [] : [first, first, ...rest];
    expect(codeOf(() => selectCommittee(digest('b'), twice, 1500))).to.equal('ROSTER_DUPLICATE');
    expect(codeOf(() => selectCommittee(digest('b'), rosterOf([1, 1], 5), 1500))).to.equal('ROSTER_QUARTERS');
    expect(codeOf(() => drawCommittee(digest('b'), new Map([['a', 0n]]), 1))).to.equal('COMMITTEE_WEIGHTS');
    expect(codeOf(() => drawCommittee(digest('b'), new Map([['a', 1n]]), 2))).to.equal('COMMITTEE_WEIGHTS');
    expect([...drawWeights(same(2), 2).keys()].sort(compareText)).to.have.length(2);
  });
});
