import { expect } from 'chai';
import fc from 'fast-check';
import { digestOfBytes, fromHex } from '../digest.ts';
import { MAX_ROSTER } from '../messages.ts';
import { forEachRow, packRows, ROW_BYTES, rosterRows, rowOf, unpackRows } from '../roster-rows.ts';
import { errorOf } from './expect-error.ts';

const digestFor = (index: number) => digestOfBytes(Uint8Array.of(index & 255, index >> 8));
const rowsAt = (places: readonly number[]) => places.map((index) => ({ index, digest: digestFor(index) }));
const places = fc.uniqueArray(fc.nat(MAX_ROSTER - 1), { maxLength: 20 });

describe('rows of a roster', () => {
  it('come back ascending, 34 bytes each, and are found by their places', () => {
    fc.assert(
      fc.property(places, fc.nat(MAX_ROSTER - 1), (given, other) => {
        const packed = packRows(rowsAt(given));
        const sorted = [...given].sort((a, b) => a - b);
        expect(packed.length).to.equal(ROW_BYTES * given.length);
        expect(unpackRows(packed)).to.deep.equal(rowsAt(sorted));
        const visited: number[] = [];
        forEachRow(packed, (index, digest) => {
          visited.push(index);
          expect(digest).to.deep.equal(fromHex(digestFor(index)));
        });
        expect(visited).to.deep.equal(sorted);
        for (const place of [...given, other]) {
          const found = rowOf(packed, place);
          expect(found).to.deep.equal(given.includes(place) ? fromHex(digestFor(place)) : undefined);
        }
        expect(rosterRows.safeParse(packed).success).to.equal(true);
      }),
      { numRuns: 60, seed: 6 },
    );
  });

  it('have each place once, and no place beyond the largest roster', () => {
    for (const wrong of [[1, 1], [MAX_ROSTER], [-1], [0.5], [70_000]])
      expect(errorOf(() => packRows(rowsAt(wrong))).code).to.equal('ROSTER_ROWS');
  });

  it('of 1,200 nodes leave an envelope room', () => {
    const all = packRows(rowsAt(Array.from({ length: 1_200 }, (_, i) => i)));
    expect(all.length).to.equal(40_800);
  });
});
