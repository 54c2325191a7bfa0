import { expect } from 'chai';
import { endHour, sliceMarket } from '../../features/series.ts';
import { createPrng, generateMarket, generateVenue } from '../index.ts';

function correlation(a: Float64Array, b: Float64Array): number {
  const mean = (v: Float64Array) => v.reduce((s, x) => s + x, 0) / v.length;
  const [ma, mb] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (const [i, x] of a.entries()) {
    const y = b[i] ?? Number.NaN;
    ab += (x - ma) * (y - mb);
    aa += (x - ma) ** 2;
    bb += (y - mb) ** 2;
  }
  return ab / Math.sqrt(aa * bb);
}

const changes = (v: Float64Array) => v.slice(1).map((x, i) => x - (v[i] ?? Number.NaN));

describe('prng', () => {
  it('is a function of its seeds, and different seeds are unrelated', () => {
    const draw = (...seeds: number[]) => {
      const prng = createPrng(...seeds);
      return Float64Array.from({ length: 4000 }, () => prng.normal());
    };
    expect(draw(1, 2)).to.deep.equal(draw(1, 2));
    for (const other of [draw(2, 1), draw(1, 3), draw(1), draw(1 + 2 ** 32, 2)]) {
      expect(Math.abs(correlation(draw(1, 2), other))).to.be.lessThan(0.06);
    }
  });

  it('has the moments of its distributions', () => {
    const prng = createPrng(42);
    const n = 40_000;
    const moments = (draw: () => number) => {
      const values = Array.from({ length: n }, draw);
      const mean = values.reduce((s, x) => s + x, 0) / n;
      return { mean, variance: values.reduce((s, x) => s + (x - mean) ** 2, 0) / n };
    };
    const uniform = moments(prng.uniform);
    expect(uniform.mean).to.be.closeTo(0.5, 0.01);
    expect(uniform.variance).to.be.closeTo(1 / 12, 0.003);
    const normal = moments(prng.normal);
    expect(normal.mean).to.be.closeTo(0, 0.02);
    expect(normal.variance).to.be.closeTo(1, 0.03);
    expect(moments(() => prng.student(8)).variance).to.be.closeTo(1, 0.06);
    expect(moments(() => prng.pareto(2, 4)).mean).to.be.closeTo((2 * 4) / 3, 0.05);
  });
});

describe('market generator', () => {
  const venue = generateVenue(5, 1);

  it('is the same for the same seed and venue, and a longer path begins with the shorter', () => {
    expect(generateVenue(5, 1)).to.deep.equal(venue);
    expect(Array.from(generateVenue(5, 1, 100).deviation)).to.deep.equal(
      Array.from(venue.deviation.subarray(0, 2400)),
    );
    expect(generateVenue(6, 1).deviation).not.to.deep.equal(venue.deviation);
    expect(venue.deviation.every((d) => Number.isFinite(d) && d >= -9900)).to.equal(true);
  });

  it('has venues that move together and yet differ', () => {
    const moves = [1, 2, 3].map((v) => changes(generateVenue(5, v).deviation));
    const [a, b, c] = moves;
    if (a === undefined || b === undefined || c === undefined) throw new Error('three venues');
    for (const rho of [correlation(a, b), correlation(a, c), correlation(b, c)]) {
      expect(rho).to.be.within(0.05, 0.95);
    }
  });

  it('has heavy tails, clustered volatility and deviations that come back', () => {
    let kurtosis = 0;
    let clustering = 0;
    let reversion = 0;
    for (const seed of [1, 2, 3, 4]) {
      const { deviation } = generateVenue(seed, 0);
      const moves = changes(deviation);
      const variance = moves.reduce((s, x) => s + x * x, 0) / moves.length;
      kurtosis += moves.reduce((s, x) => s + x ** 4, 0) / moves.length / variance ** 2 / 4;
      const sizes = moves.map(Math.abs);
      clustering += correlation(sizes.slice(24), sizes.slice(0, -24)) / 4;
      const ahead = deviation.slice(24).map((d, i) => d - (deviation[i] ?? Number.NaN));
      reversion += correlation(ahead, deviation.slice(0, -24)) / 4;
    }
    expect(kurtosis).to.be.greaterThan(6);
    expect(clustering).to.be.greaterThan(0.1);
    expect(reversion).to.be.lessThan(-0.2);
  });
});

describe('generated volatile assets', () => {
  const returns = ({ close }: { close: Float64Array }) =>
    close.slice(1).map((price, i) => Math.log(price / (close[i] ?? Number.NaN)));
  /** Worst fall of the next 24 hours’ lows below the close, per hour. */
  const drawdowns = ({ close, low }: { close: Float64Array; low: Float64Array }) =>
    close.slice(0, -24).map((price, i) => 1 - Math.min(...low.subarray(i + 1, i + 25)) / price);

  it('are the same for the same seed, and a longer path begins with the shorter', () => {
    const market = generateMarket(5, 1, 120);
    expect(generateMarket(5, 1, 120)).to.deep.equal(market);
    expect(sliceMarket(generateMarket(5, 1, 200), 0, endHour(market))).to.deep.equal(market);
    expect(generateMarket(5, 2, 120).close).not.to.deep.equal(market.close);
    expect(generateMarket(6, 1, 120).close).not.to.deep.equal(market.close);
    expect(market.startHour).to.equal(generateVenue(5, 1, 120).startHour);
  });

  it('are sound bars', () => {
    for (const seed of [1, 2, 3]) {
      const { close, high, low, volume } = generateMarket(seed, seed);
      for (let i = 0; i < close.length; i++) {
        const [l, c, h, v] = [low[i] ?? 0, close[i] ?? 0, high[i] ?? 0, volume?.[i] ?? -1];
        if (!(l > 0 && l <= c && c <= h && Number.isFinite(h) && v > 0 && Number.isFinite(v))) {
          throw new Error(`seed ${seed}, hour ${i}: low ${l}, close ${c}, high ${h}, volume ${v}`);
        }
      }
    }
  });

  it('move and crash together, with heavy tails and clustered volatility', () => {
    let [common, kurtosis, clustering, together] = [0, 0, 0, 0];
    const seeds = [1, 2, 3, 4];
    for (const seed of seeds) {
      const markets = [0, 1].map((venue) => generateMarket(seed, venue));
      const [a, b] = markets.map(returns);
      const [falls, others] = markets.map(drawdowns);
      if (a === undefined || b === undefined || falls === undefined || others === undefined)
        throw new Error();
      common += correlation(a, b) / seeds.length;
      const variance = a.reduce((sum, x) => sum + x * x, 0) / a.length;
      kurtosis += a.reduce((sum, x) => sum + x ** 4, 0) / a.length / variance ** 2 / seeds.length;
      expect(Math.sqrt(24 * variance), 'daily volatility').to.be.within(0.03, 0.09);
      const sizes = a.map(Math.abs);
      clustering += correlation(sizes.slice(24), sizes.slice(0, -24)) / seeds.length;
      // The worst hours of one, and how much of them is among the worst of the other.
      const worst = (v: Float64Array) => v.toSorted()[Math.floor(0.95 * v.length)] ?? Number.NaN;
      const [limit, otherLimit] = [worst(falls), worst(others)];
      const shared = falls.filter((fall, i) => fall > limit && (others[i] ?? 0) > otherLimit).length;
      together += shared / falls.filter((fall) => fall > limit).length / seeds.length;
    }
    expect(common).to.be.within(0.4, 0.85);
    expect(kurtosis).to.be.within(6, 60);
    expect(clustering).to.be.greaterThan(0.08);
    // 0.05 if they were unrelated.
    expect(together).to.be.greaterThan(0.3);
  });
});
