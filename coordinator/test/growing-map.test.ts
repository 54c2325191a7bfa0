import { expect } from 'chai';
import fc from 'fast-check';
import { GrowingMap, GrowingSet } from '../growing-map.ts';

describe('growing map', () => {
  it('is what copying a map for each entry gives, for every version of any history', () => {
    // Each step adds to some earlier version: the newest, mostly, and others at times.
    const steps = fc.array(fc.tuple(fc.nat(9), fc.nat(3), fc.nat()), { maxLength: 40 });
    fc.assert(
      fc.property(steps, (history) => {
        const versions = [{ growing: GrowingMap.of<number, number>(), plain: new Map<number, number>() }];
        for (const [key, value, from] of history) {
          const at = from % 3 > 0 ? versions.length - 1 : from % versions.length;
          const version = versions[at];
          if (version === undefined) return;
          versions.push({
            growing: version.growing.with(key, value),
            plain: new Map(version.plain).set(key, value),
          });
        }
        for (const { growing, plain } of versions) {
          expect([...growing]).to.deep.equal([...plain]);
          expect([...growing.keys()]).to.deep.equal([...plain.keys()]);
          expect([...growing.values()]).to.deep.equal([...plain.values()]);
          expect(growing.size).to.equal(plain.size);
          for (let key = 0; key < 10; key++) {
            expect(growing.get(key)).to.equal(plain.get(key));
            expect(growing.has(key)).to.equal(plain.has(key));
          }
          const seen: [number, number][] = [];
          growing.forEach((value, key) => {
            seen.push([key, value]);
          });
          expect(seen).to.deep.equal([...plain]);
        }
      }),
      { numRuns: 200, seed: 23 },
    );
  });

  it('adds to the newest version without copying', () => {
    let map = GrowingMap.of<number, number>();
    for (let i = 0; i < 20_000; i++) map = map.with(i, i);
    expect(map.size).to.equal(20_000);
    expect(map.with(7, 7)).to.equal(map);
  });
});

describe('growing set', () => {
  it('keeps each version as it was', () => {
    const one = GrowingSet.of(['a']);
    const two = one.with('b');
    const other = one.with('c');
    expect([[...one], [...two], [...other]]).to.deep.equal([['a'], ['a', 'b'], ['a', 'c']]);
    expect(two.with('a')).to.equal(two);
    expect([one.has('b'), two.has('b'), two.size]).to.deep.equal([false, true, 2]);
  });
});
