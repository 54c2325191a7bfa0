import { expect } from 'chai';
import fc from 'fast-check';
import { FLAGS } from '../../../features/series.ts';
import { type DiscoveryRules, discoverPrice, MAX_QUOTES, type Quote } from '../price-discovery.ts';

const NOW = 1_700_000_000;
const RULES: DiscoveryRules = {
  maxAge: 300,
  maxAhead: 60,
  outlier: 0.02,
  excludedFlags: FLAGS.stale | FLAGS.held,
  quorum: 1,
};
const quote = (source: string, price: number, rest: Partial<Quote> = {}): Quote => ({
  ...{ source, price, second: NOW - 10, flags: 0 },
  ...rest,
});

const honest = fc.array(fc.double({ min: 0.5, max: 2, noNaN: true }), { minLength: 1, maxLength: 12 });
/** Anything that a liar may say, times of any kind with it. */
const lie = fc.record({
  price: fc.oneof(fc.double(), fc.constantFrom(0, -1, 5e-324, 1e308, Number.NaN, Number.POSITIVE_INFINITY)),
  second: fc.oneof(fc.constant(NOW), fc.double(), fc.integer({ min: NOW - 1000, max: NOW + 1000 })),
  flags: fc.nat(255),
});

describe('price discovery across sources', () => {
  it('stays within the honest range whatever a minority says (law)', () => {
    fc.assert(
      fc.property(
        honest,
        fc.array(lie, { maxLength: 11 }),
        fc.infiniteStream(fc.nat()),
        (prices, lies, order) => {
          const liars = lies.slice(0, prices.length - 1);
          const quotes = [
            ...prices.map((price, i) => quote(`honest ${i}`, price)),
            ...liars.map((said, i) => ({ source: `liar ${i}`, ...said })),
          ]
            .map((each) => ({ each, key: order.next().value as number }))
            .sort((a, b) => a.key - b.key)
            .map(({ each }) => each);
          const { price } = discoverPrice(quotes, RULES, NOW);
          expect(price).to.be.within(Math.min(...prices), Math.max(...prices));
        },
      ),
      { numRuns: 500, seed: 8 },
    );
  });

  it('is not moved at all by one liar where two agree, and names the liar', () => {
    for (const price of [0.0001, 0.5, 3.99, 1e8]) {
      const found = discoverPrice([quote('a', 1), quote('b', 1), quote('liar', price)], RULES, NOW);
      expect(found.price).to.equal(1);
      expect([...found.verdicts]).to.deep.equal([
        ['a', 'used'],
        ['b', 'used'],
        ['liar', 'outlier'],
      ]);
    }
  });

  it('follows a true break that most sources show, and calls the rest outliers', () => {
    const found = discoverPrice([quote('a', 0.9), quote('b', 0.91), quote('late', 1)], RULES, NOW);
    expect(found.price).to.equal(0.91);
    expect(found.verdicts.get('late')).to.equal('outlier');
  });

  it('counts no quote that is old, ahead, flagged, malformed or repeated', () => {
    const found = discoverPrice(
      [
        quote('fine', 1),
        quote('old', 2, { second: NOW - 301 }),
        quote('ahead', 2, { second: NOW + 61 }),
        quote('held', 2, { flags: FLAGS.held }),
        quote('none', Number.NaN),
        quote('twice', 2),
        quote('twice', 3),
      ],
      RULES,
      NOW,
    );
    expect(found.price).to.equal(1);
    expect(found.count).to.equal(1);
    expect(Object.fromEntries(found.verdicts)).to.deep.equal({
      ...{ fine: 'used', old: 'stale', ahead: 'future', held: 'flagged' },
      ...{ none: 'malformed', twice: 'repeated' },
    });
  });

  it('says no price without a quorum, and is the same in any order (law)', () => {
    expect(discoverPrice([quote('a', 1)], { ...RULES, quorum: 2 }, NOW).price).to.equal(undefined);
    expect(discoverPrice([], RULES, NOW).price).to.equal(undefined);
    fc.assert(
      fc.property(honest, (prices) => {
        const quotes = prices.map((price, i) => quote(`${i}`, price));
        const found = discoverPrice(quotes, RULES, NOW);
        expect(discoverPrice(quotes.toReversed(), RULES, NOW).price).to.equal(found.price);
        expect(found.spread).to.be.at.least(0);
      }),
      { numRuns: 100, seed: 8 },
    );
  });

  it('refuses more quotes than it may be given', () => {
    const quotes = Array.from({ length: MAX_QUOTES + 1 }, (_, i) => quote(`${i}`, 1));
    expect(() => discoverPrice(quotes, RULES, NOW)).to.throw(`at most ${MAX_QUOTES}`);
  });
});
