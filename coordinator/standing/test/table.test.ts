import { expect } from 'chai';
import fc from 'fast-check';
import { nodeIdFromPublicKey } from '../../../protocol/ids.ts';
import { codeOf } from '../../test/support.ts';
import {
  decodeStanding,
  encodeStanding,
  GENESIS_STANDING,
  MAX_STANDING_ROWS,
  type StandingRow,
  type StandingTable,
  standingDigest,
  TIERS,
  weighted,
} from '../index.ts';

const count = fc.nat(1_000_000);
const row: fc.Arbitrary<StandingRow> = fc
  .record({
    tier: fc.constantFrom(...TIERS),
    good: fc.nat(3),
    bad: fc.nat(4),
    quarantines: fc.nat(255),
    until: count,
    settled: count,
    joined: count,
    last: count,
    asked: count,
    offered: count,
    accepted: count,
    selected: count,
  })
  .map((each) => ({
    ...each,
    last: each.joined + each.last,
    accepted: each.selected + each.accepted,
    offered: each.selected + each.accepted + each.offered,
  }));
const id = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(nodeIdFromPublicKey);
const table: fc.Arbitrary<StandingTable> = fc.record({
  round: count,
  founding: fc.option(count, { nil: null }),
  rows: fc.array(fc.tuple(id, row), { maxLength: 6 }).map((rows) => new Map(rows)),
});

function refusal(bytes: Uint8Array): string | undefined {
  return codeOf(() => decodeStanding(bytes));
}

describe('an encoded standing table', () => {
  it('decodes to what it was, rows in order, and to one digest', () => {
    fc.assert(
      fc.property(table, (each) => {
        const read = decodeStanding(encodeStanding(each));
        expect([read.round, read.founding]).to.deep.equal([each.round, each.founding]);
        expect([...read.rows].sort()).to.deep.equal([...each.rows].sort());
        const turned = { ...each, rows: new Map([...each.rows].reverse()) };
        expect(standingDigest(turned)).to.equal(standingDigest(read));
      }),
      { numRuns: 100, seed: 1 },
    );
  });

  it('of genesis has a digest that never changes', () => {
    expect(standingDigest(GENESIS_STANDING)).to.equal(
      '22deb39f02f303d91b19ec5b216f486e840ef1bb736f1a3bffde6d7741cb9ee6',
    );
  });

  it('is refused when anything of it is another', () => {
    fc.assert(
      fc.property(table, fc.nat(), fc.integer({ min: 1, max: 255 }), (each, at, change) => {
        const bytes = Uint8Array.from(encodeStanding(each));
        const place = at % bytes.length;
        bytes[place] = (bytes[place] ?? 0) ^ change;
        // Another round, count or key is another table; it never has the same digest.
        const code = refusal(bytes);
        if (code === undefined)
          expect(standingDigest(decodeStanding(bytes))).to.not.equal(standingDigest(each));
        else expect(code).to.equal('STANDING_MALFORMED');
      }),
      { numRuns: 300, seed: 2 },
    );
  });

  it('is refused with more rows than the limit, cut, or as another kind', () => {
    const rows = new Map(
      Array.from({ length: MAX_STANDING_ROWS + 1 }, (_, i) => {
        const key = new Uint8Array(32);
        new DataView(key.buffer).setUint32(0, i);
        return [nodeIdFromPublicKey(key), ROW] as const;
      }),
    );
    expect(refusal(encodeStanding({ round: 1, founding: 0, rows }))).to.equal('STANDING_MALFORMED');
    rows.delete([...rows.keys()][0] ?? '');
    const full = encodeStanding({ round: 1, founding: 0, rows: new Map(rows) });
    expect(decodeStanding(full).rows.size).to.equal(MAX_STANDING_ROWS);
    expect(refusal(full.subarray(0, full.length - 1))).to.equal('STANDING_MALFORMED');
    expect(refusal(Uint8Array.of(0xc0))).to.equal('STANDING_MALFORMED');
    expect(refusal(new Uint8Array())).to.equal('STANDING_MALFORMED');
  });
});

describe('a weighted update', () => {
  it('is the whole of it under the full weight, and a share rounded toward zero under less', () => {
    const update = Int32Array.of(7, -7, 3, -3, 0, 2 ** 31 - 1, -(2 ** 31));
    expect(weighted(update, 4)).to.equal(update);
    expect([...weighted(update, 1)]).to.deep.equal([1, -1, 0, 0, 0, 536_870_911, -536_870_912]);
    expect([...weighted(update, 2)]).to.deep.equal([3, -3, 1, -1, 0, 1_073_741_823, -1_073_741_824]);
    expect([...weighted(update, 0)].every((step) => step === 0)).to.equal(true);
  });
});

const ROW: StandingRow = {
  tier: 'trusted',
  good: 3,
  bad: 0,
  quarantines: 0,
  until: 0,
  settled: 0,
  joined: 1,
  last: 1,
  asked: 1,
  offered: 1,
  accepted: 1,
  selected: 1,
};
