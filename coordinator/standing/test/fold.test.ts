import { expect } from 'chai';
import fc from 'fast-check';
import { codeOf, signerOf } from '../../test/support.ts';
import {
  admittanceOf,
  GENESIS_STANDING,
  isDue,
  MAX_STANDING_ROWS,
  NODE_CANARY,
  NODE_QUARANTINED,
  participationOf,
  quarantineRounds,
  type RoundRecord,
  type StandingTable,
  standingAfter,
  standingDigest,
  weightOf,
} from '../index.ts';

const FIRST = 8;
const EPOCH = 4;
const NODES = [0, 1, 2, 3, 4].map((index) => signerOf(index).nodeId);
const node = (index: number) => NODES[index] ?? '';
const [A, B] = [node(0), node(1)];

/** Folds rounds in which A has these fates; `!` marks an offence. */
function folded(fates: readonly string[], from: StandingTable = GENESIS_STANDING, epoch = EPOCH) {
  return fates.reduce((table, fate): StandingTable => {
    const roll = fate === '' ? [] : [{ node: A, fate: fate.replace('!', '') }];
    const offences = fate.endsWith('!') ? [{ node: A }] : [];
    return standingAfter(table, { round: table.round + 1, epoch, roll, offences }, FIRST);
  }, from);
}
const rowOf = (table: StandingTable) => {
  const row = table.rows.get(A);
  if (row === undefined) throw new Error('A has no row');
  return row;
};
const times = (count: number, fate: string) => Array.from({ length: count }, () => fate);
const weights = (fates: readonly string[], from = GENESIS_STANDING) => {
  let table = from;
  return fates.map((fate) => {
    table = folded([fate], table, EPOCH + 1);
    return weightOf(table, A, EPOCH + 1);
  });
};
/** The network was founded without A, which is first seen in the epoch after. */
const FOUNDED = standingAfter(
  GENESIS_STANDING,
  { round: 1, epoch: EPOCH, roll: [{ node: B, fate: 'accepted' }], offences: [] },
  FIRST,
);
const QUARANTINED = folded(['accepted!']);

describe('standing', () => {
  it('counts the rounds in which a node was asked, those in which it kept silent with them', () => {
    const silent = standingAfter(
      FOUNDED,
      { round: 2, epoch: EPOCH, roll: [], asked: [A, B], offences: [] },
      FIRST,
    );
    expect(silent.rows.get(B)).to.include({ asked: 1, offered: 1, last: 1 });
    expect(rowOf(silent)).to.include({ tier: 'newcomer', asked: 1, offered: 0, joined: 2 });
    const roll = [{ node: A, fate: 'accepted' }];
    const seen = standingAfter(silent, { round: 3, epoch: EPOCH, roll, asked: [A], offences: [] }, FIRST);
    expect(rowOf(seen)).to.include({ asked: 2, offered: 1, good: 1 });
    expect(seen.rows.get(B)).to.include({ asked: 1 });
  });

  it('trusts founders wholly, so that a network of founders weighs nothing', () => {
    expect(weightOf(GENESIS_STANDING, A, EPOCH)).to.equal(4);
    const table = folded(times(4, 'accepted'));
    expect(rowOf(table)).to.include({ tier: 'trusted', offered: 4, accepted: 4, selected: 0, joined: 1 });
    expect([weightOf(table, A, EPOCH), weightOf(table, B, EPOCH)]).to.deep.equal([4, 4]);
  });

  it('gives a newcomer a quarter, and trusts it after exactly three good rounds in a row', () => {
    expect(weightOf(FOUNDED, A, EPOCH + 1)).to.equal(1);
    expect(weights(times(4, 'selected'), FOUNDED)).to.deep.equal([1, 1, 4, 4]);
    const broken = ['accepted', 'accepted', 'UPDATE_NORM', 'accepted', 'accepted', 'accepted'];
    expect(weights(broken, FOUNDED)).to.deep.equal([1, 1, 1, 1, 1, 4]);
  });

  it('demotes after exactly five bad rounds in a row', () => {
    expect(rowOf(folded(times(4, 'BODY_NOT_SERVED')))).to.include({ tier: 'trusted', bad: 4 });
    expect(rowOf(folded(times(5, 'BODY_NOT_SERVED')))).to.include({ tier: 'probation', bad: 0 });
    const broken = [...times(4, 'UPDATE_NORM'), 'accepted', ...times(4, 'UPDATE_NORM')];
    expect(rowOf(folded(broken)).tier).to.equal('trusted');
    expect(rowOf(folded(times(10, 'UPDATE_OWNER')))).to.include({ tier: 'quarantined', until: 10 + FIRST });
    const newcomer = folded(times(5, 'UPDATE_SIZE'), FOUNDED, EPOCH + 1);
    expect(rowOf(newcomer).tier).to.equal('quarantined');
  });

  it('does not hold it against a node that a rule left it out, that it was absent, or that it was not asked', () => {
    const table = folded(
      times(20, 'accepted').concat(times(20, ''), times(20, 'UPDATE_NOT_SELECTED'), times(9, NODE_CANARY)),
    );
    expect(rowOf(table)).to.include({ tier: 'trusted', bad: 0, offered: 20, accepted: 20, selected: 0 });
  });

  it('lets absence neither break nor make a row of rounds', () => {
    const gaps = times(5, 'UPDATE_NORM').flatMap((fate) => [fate, '']);
    expect(rowOf(folded(gaps)).tier).to.equal('probation');
    expect(rowOf(folded([...gaps, ...times(3, '')])).tier).to.equal('probation');
  });

  it('quarantines at once for a proven offence, whatever the roll says', () => {
    expect(rowOf(QUARANTINED)).to.include({ tier: 'quarantined', until: 1 + FIRST, settled: 1 });
    expect(weightOf(QUARANTINED, A, EPOCH)).to.equal(0);
    expect(admittanceOf(QUARANTINED, A)).to.equal('quarantined');
    const unseen = folded(['!'], FOUNDED);
    expect(rowOf(unseen).tier).to.equal('quarantined');
  });

  it('ends a quarantine with time and a canary, and the weight returns by 25, 50 and 100 %', () => {
    const served = folded(times(FIRST, NODE_QUARANTINED), QUARANTINED);
    expect(rowOf(served).tier).to.equal('quarantined');
    expect([served.round, admittanceOf(served, A)]).to.deep.equal([1 + FIRST, 'canary']);
    expect(admittanceOf(folded(times(FIRST - 1, ''), QUARANTINED), A)).to.equal('quarantined');
    const back = [NODE_CANARY, 'accepted', 'accepted', 'accepted', 'accepted'];
    expect(weights(back, served)).to.deep.equal([1, 2, 4, 4, 4]);
    expect(rowOf(folded(back.slice(0, 3), served)).tier).to.equal('probation');
    expect(rowOf(folded(back.slice(0, 4), served)).tier).to.equal('trusted');
    expect(weights([NODE_CANARY, 'accepted', 'UPDATE_NORM', 'accepted'], served)).to.deep.equal([1, 2, 1, 2]);
  });

  it('does not take a canary before its time, and begins the next quarantine for a bad one', () => {
    expect(rowOf(folded([NODE_CANARY, 'accepted'], QUARANTINED)).tier).to.equal('quarantined');
    const served = folded(times(FIRST, ''), QUARANTINED);
    expect(rowOf(folded(['UPDATE_STALE_BASE'], served)).until).to.equal(rowOf(served).until);
    const bad = folded(['BODY_NOT_SERVED'], served);
    expect(rowOf(bad)).to.include({ tier: 'quarantined', quarantines: 2, until: bad.round + 2 * FIRST });
  });

  it('doubles each quarantine, up to a bound', () => {
    let table = GENESIS_STANDING;
    const lengths = times(13, '!').map((fate) => {
      table = folded([fate], table);
      return (rowOf(table).until - table.round) / FIRST;
    });
    expect(lengths).to.deep.equal([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 1024, 1024]);
  });

  it('punishes what was done before a punishment once', () => {
    const table = folded(['', '', '!']);
    expect(isDue(table, { node: A, round: 3 })).to.equal(false);
    expect(isDue(table, { node: A, round: 4 })).to.equal(true);
    expect(isDue(table, { node: B, round: 1 })).to.equal(true);
  });

  it('gives nobody a row for a header that was never sealed', () => {
    expect(folded(['UPDATE_STALE_BASE', NODE_QUARANTINED]).rows.size).to.equal(0);
  });

  it('refuses a round out of order', () => {
    const record: RoundRecord = { round: 2, epoch: 0, roll: [], offences: [] };
    expect(codeOf(() => standingAfter(GENESIS_STANDING, record, FIRST))).to.equal('STANDING_ORDER');
  });

  it('keeps a bounded number of rows: who was unseen longest goes, the quarantined last', () => {
    const template = rowOf(folded(['accepted']));
    const rows = new Map(
      Array.from({ length: MAX_STANDING_ROWS - 2 }, (_, i) => [`other-${i}`, { ...template, last: 2 }]),
    );
    rows.set('long ago', { ...template, last: 1 }).set('held', { ...rowOf(QUARANTINED), last: 1 });
    const full: StandingTable = { round: 2, founding: EPOCH, rows };
    const next = folded(['accepted'], full);
    expect(next.rows.size).to.equal(MAX_STANDING_ROWS);
    expect([next.rows.has('long ago'), next.rows.has('held'), next.rows.has(A)]).to.deep.equal([
      false,
      true,
      true,
    ]);
  });

  it('says for how long, unless the network does', () => {
    expect(quarantineRounds({})).to.equal(60);
    expect(quarantineRounds({ standing: { quarantineRounds: 7 } })).to.equal(7);
  });
});

describe('participation', () => {
  it('is within [0, 1] and equals what the rolls say, whatever they say', () => {
    const fates = [
      'selected',
      'accepted',
      'BODY_NOT_SERVED',
      NODE_CANARY,
      NODE_QUARANTINED,
      'UPDATE_STALE_BASE',
    ];
    const roll = fc.uniqueArray(
      fc.record({ node: fc.integer({ min: 0, max: 4 }).map(node), fate: fc.constantFrom(...fates) }),
      { selector: (row) => row.node },
    );
    const rounds = fc.array(fc.record({ roll, offences: fc.constantFrom([], [{ node: B }]) }), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(rounds, (records) => {
        const table = records.reduce(
          (before, each) => standingAfter(before, { round: before.round + 1, epoch: 0, ...each }, 2),
          GENESIS_STANDING,
        );
        for (const { node: who, rate, accepted, offered, selected, rounds: since } of participationOf(
          table,
        )) {
          expect(rate).to.be.within(0, 1);
          expect(accepted).to.be.within(selected, offered);
          expect(since).to.be.within(1, records.length);
          const standing = records.map(({ roll: rows }) => rows.find((row) => row.node === who)?.fate);
          const valid = standing.filter((fate) => fate === 'accepted' || fate === 'selected').length;
          // A quarantined node's header is not sealed; what a roll claims of it all the same does not count.
          if (table.rows.get(who)?.quarantines === 0) expect(accepted).to.equal(valid);
          else expect(accepted).to.be.at.most(valid);
        }
      }),
      { numRuns: 100, seed: 11 },
    );
  });

  it('does not depend on the order of the roll', () => {
    const rolls = ['accepted', 'UPDATE_NORM', 'selected'].map((fate, i) => ({ node: node(i), fate }));
    const of = (roll: typeof rolls) =>
      standingDigest(standingAfter(GENESIS_STANDING, { round: 1, epoch: 0, roll, offences: [] }, 2));
    expect(of([...rolls].reverse())).to.equal(of(rolls));
  });
});
