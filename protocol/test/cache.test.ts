import { expect } from 'chai';
import fc from 'fast-check';
import { BoundedCache } from '../cache.ts';
import { seeded } from './arbitraries.ts';

describe('bounded cache', () => {
  it('gives back what it holds and lets the oldest go first', () => {
    const cache = new BoundedCache<string>(3);
    for (const key of ['a', 'b', 'c']) cache.set(key, key.toUpperCase(), 1);
    expect(['a', 'b', 'c'].map((key) => cache.get(key))).to.deep.equal(['A', 'B', 'C']);
    cache.set('d', 'D', 2);
    expect(['a', 'b', 'c', 'd'].map((key) => cache.get(key))).to.deep.equal([undefined, undefined, 'C', 'D']);
  });

  it('keeps the first value of a key, and nothing larger than itself', () => {
    const cache = new BoundedCache<number>(2);
    cache.set('a', 1, 1);
    cache.set('a', 2, 1);
    cache.set('huge', 3, 3);
    expect([cache.get('a'), cache.get('huge')]).to.deep.equal([1, undefined]);
  });

  it('holds the newest entries that fit, and never more than its capacity', () => {
    const entries = fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 40 });
    fc.assert(
      fc.property(entries, (sizes) => {
        const cache = new BoundedCache<number>(10);
        const fitting = sizes.map((size, i) => ({ key: `k${i}`, size })).filter(({ size }) => size <= 10);
        for (const [i, size] of sizes.entries()) cache.set(`k${i}`, size, size);
        let room = 10;
        let full = false;
        for (const { key, size } of fitting.reverse()) {
          full ||= size > room;
          room -= full ? 0 : size;
          expect(cache.get(key), key).to.equal(full ? undefined : size);
        }
      }),
      seeded(300),
    );
  });
});
