import { expect } from 'chai';
import fc from 'fast-check';
import { beaconDraws } from '../beacon-draws.ts';
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
});
