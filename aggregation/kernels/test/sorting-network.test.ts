import { expect } from 'chai';
import { sortingNetwork } from '../sorting-network.ts';

function run(network: Uint32Array, values: number[]): number[] {
  const sorted = [...values];
  for (let at = 0; at < network.length; at += 2) {
    const a = network[at] ?? 0;
    const b = network[at + 1] ?? 0;
    const [x, y] = [sorted[a] ?? 0, sorted[b] ?? 0];
    sorted[a] = Math.min(x, y);
    sorted[b] = Math.max(x, y);
  }
  return sorted;
}

const range = (length: number): number[] => Array.from({ length }, (_, i) => i);

// A network that sorts every list of zeros and ones sorts every list (Knuth 3, 5.3.4, theorem Z).
describe('sorting network', () => {
  it('sorts every list of zeros and ones, up to 12 of them', () => {
    for (let n = 1; n <= 12; n++) {
      const network = sortingNetwork(n, range(n));
      for (let bits = 0; bits < 2 ** n; bits++) {
        const values = range(n).map((i) => (bits >> i) & 1);
        expect(run(network, values)).to.deep.equal([...values].sort());
      }
    }
  });

  it('puts what is wanted where it is wanted, with fewer comparisons', () => {
    const n = 11;
    for (const wanted of [[0], [5], [10], [2, 5, 8], [3, 4, 5, 6]]) {
      const network = sortingNetwork(n, wanted);
      expect(network.length).to.be.lessThan(sortingNetwork(n, range(n)).length);
      for (let bits = 0; bits < 2 ** n; bits++) {
        const values = range(n).map((i) => (bits >> i) & 1);
        const sorted = [...values].sort();
        const got = run(network, values);
        for (const position of wanted) expect(got[position]).to.equal(sorted[position]);
      }
    }
  });

  it('compares each pair with the lesser position first, and the known number of them', () => {
    for (const [n, pairs] of [
      [1, 0],
      [2, 1],
      [4, 5],
      [8, 19],
      [16, 63],
      [128, 1471],
    ] as const) {
      const network = sortingNetwork(n, range(n));
      expect(network.length / 2).to.equal(pairs);
      for (let at = 0; at < network.length; at += 2) expect(network[at]).to.be.lessThan(network[at + 1] ?? 0);
    }
  });
});
