import { expect } from 'chai';
import fc from 'fast-check';
import { beaconDigest, beaconOrder, leaderOf } from '../beacon.ts';
import { digest, NETWORK, signerOf } from './support.ts';

const nodes = Array.from({ length: 7 }, (_, i) => signerOf(i).nodeId);
const seeded = { numRuns: 60, seed: 7 };

describe('beacon', () => {
  it('differs by network, round and randomness, and repeats', () => {
    const beacon = beaconDigest(NETWORK, 3, digest('r'));
    expect(beaconDigest(NETWORK, 3, digest('r'))).to.equal(beacon);
    const others = [
      beaconDigest(digest('other'), 3, digest('r')),
      beaconDigest(NETWORK, 4, digest('r')),
      beaconDigest(NETWORK, 3, digest('s')),
    ];
    expect(new Set([beacon, ...others]).size).to.equal(4);
  });

  it('orders nodes by a permutation that does not depend on the order given', () => {
    fc.assert(
      fc.property(fc.string(), fc.shuffledSubarray(nodes, { minLength: 7 }), (name, shuffled) => {
        const order = beaconOrder(digest(name), shuffled);
        expect([...order].sort()).to.deep.equal([...nodes].sort());
        expect(order).to.deep.equal(beaconOrder(digest(name), nodes));
      }),
      seeded,
    );
  });

  it('keeps the order of the others when a node joins or leaves', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(6), (name, gone) => {
        const order = beaconOrder(digest(name), nodes);
        const rest = nodes.filter((_, i) => i !== gone);
        expect(beaconOrder(digest(name), rest)).to.deep.equal(order.filter((node) => node !== nodes[gone]));
      }),
      seeded,
    );
  });

  it('puts each node first about as often as any other', () => {
    const first = new Map<string, number>();
    for (let i = 0; i < 1400; i++) {
      const leader = leaderOf(beaconOrder(digest(i), nodes), 0);
      first.set(leader, (first.get(leader) ?? 0) + 1);
    }
    // Binomial(1400, 1/7): mean 200, standard deviation 13.1; five of them either way.
    for (const node of nodes) expect(first.get(node)).to.be.within(135, 265);
  });

  it('rotates the lead with the view, and starts over after the last', () => {
    const order = beaconOrder(digest('b'), nodes);
    expect(order.map((_, view) => leaderOf(order, view))).to.deep.equal(order);
    expect(leaderOf(order, 7)).to.equal(order[0]);
    expect(() => leaderOf([], 0)).to.throw(RangeError);
  });
});
