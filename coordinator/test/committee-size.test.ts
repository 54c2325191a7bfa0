import { expect } from 'chai';
import fc from 'fast-check';
import { faultsTolerated } from '../../protocol/quorum.ts';
import { basisPoints, committeeSize, equalCommitteeSize } from '../committee-size.ts';
import { binomial, hypergeometricTail, type Probability, worstWeightedDraw } from '../corrupt-count.ts';
import { codeOf } from './support.ts';

const isAtMost = (a: Probability, b: Probability) =>
  a.numerator * b.denominator <= b.numerator * a.denominator;
const numberOf = ({ numerator, denominator }: Probability) =>
  Number((numerator * 10n ** 30n) / denominator) / 1e30;

/** Every way to choose `size` of `total`, as bit masks. */
function subsets(total: number, size: number): number[] {
  const bits = (mask: number): number => (mask === 0 ? 0 : (mask & 1) + bits(mask >> 1));
  return Array.from({ length: 2 ** total }, (_, mask) => mask).filter((mask) => bits(mask) === size);
}

/** P(more than `borne` of `corrupt`) of a weighted draw without replacement, by going through every order. */
function trueRisk(
  weights: readonly number[],
  corrupt: ReadonlySet<number>,
  size: number,
  borne: number,
): number {
  if (size === 0) return borne < 0 ? 1 : 0;
  const total = weights.reduce((sum, each) => sum + each, 0);
  if (total === 0) return borne < 0 ? 1 : 0;
  return weights.reduce((risk, weight, i) => {
    if (weight === 0) return risk;
    const rest = weights.map((each, j) => (i === j ? 0 : each));
    return risk + (weight / total) * trueRisk(rest, corrupt, size - 1, borne - (corrupt.has(i) ? 1 : 0));
  }, 0);
}

describe('hypergeometric tail', () => {
  it('is what counting every draw gives, for every small network', () => {
    for (let total = 1; total <= 9; total++) {
      for (let drawn = 0; drawn <= total; drawn++) {
        const draws = subsets(total, drawn);
        for (let corrupt = 0; corrupt <= total; corrupt++) {
          const bad = draws.map((mask) => {
            let count = 0;
            for (let i = 0; i < corrupt; i++) count += (mask >> i) & 1;
            return count;
          });
          for (let borne = -1; borne <= drawn; borne++) {
            const counted = BigInt(bad.filter((count) => count > borne).length);
            const { numerator, denominator } = hypergeometricTail(total, corrupt, drawn, borne);
            expect(denominator).to.equal(BigInt(draws.length));
            expect(numerator, `${total} ${corrupt} ${drawn} ${borne}`).to.equal(counted);
          }
        }
      }
    }
  });

  it('sums to one, and grows with the corrupt', () => {
    const cases = fc.tuple(fc.integer({ min: 2, max: 300 }), fc.nat(), fc.nat(), fc.nat());
    fc.assert(
      fc.property(cases, ([total, a, b, c]) => {
        const [corrupt, drawn] = [a % total, b % (total + 1)];
        const whole = hypergeometricTail(total, corrupt, drawn, -1);
        expect(whole.numerator).to.equal(whole.denominator);
        const borne = c % (drawn + 1);
        const more = hypergeometricTail(total, corrupt + 1, drawn, borne);
        expect(isAtMost(hypergeometricTail(total, corrupt, drawn, borne), more)).to.equal(true);
      }),
      { numRuns: 60, seed: 11 },
    );
    expect(binomial(50, 22)).to.equal(88_749_815_264_600n);
  });
});

describe('worst weighted draw', () => {
  it('is the hypergeometric law where all weigh the same, rounded up', () => {
    for (const [total, corrupt] of [
      [60, 9],
      [200, 30],
    ] as const) {
      const worst = worstWeightedDraw(
        Array.from({ length: total }, () => 1n),
        BigInt(corrupt),
      );
      for (let drawn = 1; drawn <= 50; drawn++) {
        worst.draw();
        const borne = faultsTolerated(drawn);
        const [bound, exact] = [worst.tail(borne), hypergeometricTail(total, corrupt, drawn, borne)];
        expect(isAtMost(exact, bound)).to.equal(true);
        const excess = bound.numerator * exact.denominator - exact.numerator * bound.denominator;
        expect(excess * 2n ** 200n <= bound.denominator * exact.denominator).to.equal(true);
      }
    }
  });

  it('bears every set of corrupt nodes within the share, by going through every order', () => {
    const small = fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 4, maxLength: 6 });
    fc.assert(
      fc.property(small, fc.nat(), (weights, pick) => {
        const total = weights.reduce((sum, each) => sum + each, 0);
        const corruptWeight = pick % total;
        const worst = worstWeightedDraw(weights.map(BigInt), BigInt(corruptWeight));
        const sets = Array.from(
          { length: 2 ** weights.length },
          (_, mask) => new Set(weights.flatMap((_, i) => ((mask >> i) & 1 ? [i] : []))),
        ).filter((set) => [...set].reduce((sum, i) => sum + (weights[i] ?? 0), 0) <= corruptWeight);
        for (let size = 1; size <= 4; size++) {
          worst.draw();
          for (let borne = 0; borne < size; borne++) {
            const bound = numberOf(worst.tail(borne));
            for (const set of sets) expect(trueRisk(weights, set, size, borne)).to.be.at.most(bound + 1e-12);
          }
        }
      }),
      { numRuns: 12, seed: 13 },
    );
  });
});

describe('committee size', () => {
  it('is the smallest that keeps the bound at 15 %', () => {
    const sizes = [50, 200, 1200].map((nodes) => equalCommitteeSize(nodes, 1500));
    expect(sizes.map(({ size }) => size)).to.deep.equal([22, 79, 145]);
    expect(sizes.map(({ faults, quorum }) => [faults, quorum])).to.deep.equal([
      [7, 15],
      [26, 53],
      [48, 97],
    ]);
    for (const { risk } of sizes) expect(risk.numerator * 1_000_000_000n <= risk.denominator).to.equal(true);
    for (const [nodes, corrupt, size] of [
      [200, 30, 79],
      [1200, 180, 145],
    ] as const) {
      for (let smaller = 4; smaller < size; smaller++) {
        const { numerator, denominator } = hypergeometricTail(
          nodes,
          corrupt,
          smaller,
          faultsTolerated(smaller),
        );
        expect(numerator * 1_000_000_000n > denominator, `${smaller} of ${nodes}`).to.equal(true);
      }
    }
  });

  it('takes everybody up to 40', () => {
    for (const nodes of [1, 4, 7, 39, 40]) expect(equalCommitteeSize(nodes, 3333).size).to.equal(nodes);
    expect(equalCommitteeSize(41, 1500).size).to.equal(19);
  });

  it('counts shares of weight: scaling all weights changes nothing, uneven ones need more', () => {
    const even = Array.from({ length: 300 }, () => 7n * 10n ** 18n);
    expect(committeeSize(even, 1500).size).to.equal(equalCommitteeSize(300, 1500).size);
    const uneven = Array.from({ length: 1200 }, (_, i) => (i % 2 === 0 ? 1n : 2n));
    expect(committeeSize(uneven, 1500).size).to.equal(163);
    expect(committeeSize([...uneven].reverse(), 1500)).to.deep.equal(committeeSize(uneven, 1500));
  });

  it('refuses what 255 members cannot bear, and says what they can', () => {
    try {
      equalCommitteeSize(1200, 2500);
      expect.fail('expected a refusal');
    } catch (error) {
      expect(error).to.include({ code: 'COMMITTEE_TOO_LARGE' });
      const { share } = (error as { metadata: { share: number } }).metadata;
      expect(share).to.equal(1949);
      expect(equalCommitteeSize(1200, share).size).to.be.at.most(255);
      expect(codeOf(() => equalCommitteeSize(1200, share + 1))).to.equal('COMMITTEE_TOO_LARGE');
    }
  });

  it('refuses shares and weights that mean nothing', () => {
    for (const share of [-1, 3334, 1.5, Number.NaN])
      expect(codeOf(() => equalCommitteeSize(50, share))).to.equal('CORRUPT_SHARE');
    for (const share of [-0.1, 0.34, 0.00005, Number.NaN, Number.POSITIVE_INFINITY])
      expect(codeOf(() => basisPoints(share))).to.equal('CORRUPT_SHARE');
    expect([0, 0.15, 0.1, 0.3333].map(basisPoints)).to.deep.equal([0, 1500, 1000, 3333]);
    expect(codeOf(() => committeeSize([], 1500))).to.equal('COMMITTEE_WEIGHTS');
    expect(codeOf(() => committeeSize([1n, 0n], 1500))).to.equal('COMMITTEE_WEIGHTS');
  });
});
