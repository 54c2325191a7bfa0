import { expect } from 'chai';
import { krum, multiKrum, toleratedLiars } from '../index.ts';
import { errorOf, toRows } from './support.ts';

/** A repeatable sequence in [−1, 1): the low bits of a multiplicative congruence. */
function sequence(seed: number): () => number {
  let state = BigInt(seed) * 2n + 1n;
  return () => {
    state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn;
    return Number(state >> 40n) / 2 ** 23 - 1;
  };
}

describe('Krum and Multi-Krum', () => {
  // Two pairs at distance 1, far apart, and one row between: n = 5, f = 1, two neighbours.
  const tied = toRows([[-5], [-4], [0], [4], [5]]);

  it('gives a tie to the earlier row', () => {
    const forth = krum({ f: 1 }).aggregate(tied);
    expect([...(forth.scores ?? [])]).to.deep.equal([26, 17, 32, 17, 26]);
    expect(forth.selected).to.deep.equal([1]);
    expect([...forth.vector]).to.deep.equal([-4]);
    expect([...krum({ f: 1 }).aggregate(tied.toReversed()).vector]).to.deep.equal([4]);
  });

  it('gives a tie for the last place to the earlier row', () => {
    expect(multiKrum({ f: 1, m: 3 }).aggregate(tied).selected).to.deep.equal([0, 1, 3]);
    expect(multiKrum({ f: 1, m: 4 }).aggregate(tied).leftOut).to.deep.equal([
      { row: 2, reason: 'score 32 ranks 5 of 5; the lowest 4 are taken' },
    ]);
  });

  it('scores infinitely distant rows as infinite and leaves them out', () => {
    const { scores, selected } = krum({ f: 1 }).aggregate(toRows([[1], [2], [Number.MAX_VALUE], [3], [1]]));
    expect(scores?.[2]).to.equal(Infinity);
    expect(selected).to.deep.equal([0]);
  });

  it('refuses m outside 1 … n − f', () => {
    for (const m of [0, -1, 1.5, Number.NaN]) {
      expect(errorOf(() => multiKrum({ f: 1, m })).code).to.equal('RULE_OPTION');
    }
    const error = errorOf(() => multiKrum({ f: 1, m: 5 }).aggregate(tied));
    expect(error.code).to.equal('RULE_CONDITION');
    expect(error.message).to.include('m = 5').and.include('6 rows').and.include('n = 5');
  });

  it('leaves out every sign-flipped row at the most liars it bears, n = 5 … 21', () => {
    for (let n = 5; n <= 21; n++) {
      const f = toleratedLiars('multi-krum', n) ?? 0;
      expect(f).to.equal(Math.floor((n - 3) / 2));
      const next = sequence(n);
      const rows = Array.from({ length: n }, (_, i) => {
        const honest = Float64Array.from({ length: 40 }, (_, k) => (k % 2 === 0 ? 1 : -1) + 0.3 * next());
        return i % 2 === 1 && i < 2 * f ? honest.map((x) => -4 * x) : honest;
      });
      const liars = Array.from({ length: f }, (_, i) => 2 * i + 1);
      const named = multiKrum({ f })
        .aggregate(rows)
        .leftOut.map(({ row }) => row);
      expect(named, `n = ${n}`).to.deep.equal(liars);
      expect(liars).not.to.include(krum({ f }).aggregate(rows).selected[0]);
    }
  });
});
