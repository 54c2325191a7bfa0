import { expect } from 'chai';
import fc from 'fast-check';
import { beaconDraws, drawDistinct } from '../beacon-draws.ts';
import { codeOf, digest } from './support.ts';

describe('beacon draws', () => {
  const take = (domain: string, about: string, n = 1000, times = 20) => {
    const draws = beaconDraws(domain, digest('beacon'), about);
    return Array.from({ length: times }, () => draws.below(n));
  };

  it('are the same for everyone and others for every purpose', () => {
    expect(take('test/a', 'x')).to.deep.equal(take('test/a', 'x'));
    expect(take('test/a', 'x')).to.not.deep.equal(take('test/b', 'x'));
    expect(take('test/a', 'x')).to.not.deep.equal(take('test/a', 'y'));
  });

  it('stay in their range', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 48 }), (n) => {
        const value = beaconDraws('test/range', digest(n)).below(n);
        return Number.isInteger(value) && value >= 0 && value < n;
      }),
      { seed: 7, numRuns: 200 },
    );
    const codes = [0, -1, 1.5, Number.NaN, 2 ** 48 + 1].map((n) =>
      codeOf(() => beaconDraws('test/range', digest('beacon')).below(n)),
    );
    expect(new Set(codes)).to.deep.equal(new Set(['DRAW_RANGE']));
  });

  it('favour no value: each within 4 standard deviations over 20,000 draws', () => {
    const counts = new Map<number, number>();
    for (const value of take('test/uniform', '', 7, 20_000)) counts.set(value, (counts.get(value) ?? 0) + 1);
    const deviation = Math.sqrt(20_000 * (1 / 7) * (6 / 7));
    for (let value = 0; value < 7; value++)
      expect(counts.get(value)).to.be.closeTo(20_000 / 7, 4 * deviation);
  });

  it('reach beyond what a number holds, as evenly', () => {
    const wide = 7n << 200n;
    const counts = new Map<bigint, number>();
    const draws = beaconDraws('test/large', digest('beacon'));
    for (let i = 0; i < 3_500; i++) {
      const part = draws.belowLarge(wide) >> 200n;
      counts.set(part, (counts.get(part) ?? 0) + 1);
    }
    // Binomial(3500, 1/7): mean 500, standard deviation 20.7; five of them either way.
    for (let part = 0n; part < 7n; part++) expect(counts.get(part)).to.be.within(397, 603);
    for (const range of [0n, -1n, (1n << 240n) + 1n])
      expect(codeOf(() => draws.belowLarge(range))).to.equal('DRAW_RANGE');
  });

  it('take distinct items, and no more than there are', () => {
    const draws = beaconDraws('test/distinct', digest('beacon'));
    const items = ['a', 'b', 'c', 'd'];
    expect(drawDistinct(draws, items, 4).sort()).to.deep.equal(items);
    expect(new Set(drawDistinct(draws, items, 3)).size).to.equal(3);
    for (const count of [5, -1, 1.5])
      expect(codeOf(() => drawDistinct(draws, items, count))).to.equal('DRAW_RANGE');
  });
});
