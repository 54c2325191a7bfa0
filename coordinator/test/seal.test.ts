import { expect } from 'chai';
import fc from 'fast-check';
import type { Payload, SealedHeader } from '../../protocol/messages.ts';
import { createRoster } from '../roster.ts';
import {
  available as availableUnder,
  type BodyReports,
  finalizedAtSeal,
  nextBeaconHeight,
  sealedHeaders,
} from '../seal.ts';
import { GENESIS_STANDING, standingAfter } from '../standing/index.ts';
import { bodyDigest, committeeOf, digest, rows, signerOf } from './support.ts';

const committee = committeeOf(7);
const roster = createRoster(committee);
const node = (index: number) => signerOf(index).nodeId;
const claim = (index: number, body = bodyDigest(index)) => ({ node: node(index), digest: body });

function seals(...reports: readonly { headers: readonly ReturnType<typeof claim>[]; finalized?: number }[]) {
  return new Map(
    reports.map(({ headers, finalized = 5 }, i) => [node(i), { headers: rows(headers), finalized }]),
  );
}
type Said = { readonly held?: readonly SealedHeader[]; readonly refused?: Payload<'body-report'>['refused'] };
const bodies = (...reports: readonly Said[]) =>
  new Map(reports.map((report, i) => [node(i), { refused: [], ...report, held: rows(report.held ?? []) }]));

describe('seal', () => {
  it('holds the headers that F+1 members report, ascending by node', () => {
    const two = seals({ headers: [claim(0), claim(1)] }, { headers: [claim(1), claim(0)] });
    expect(sealedHeaders(committee, roster, two)).to.deep.equal([]);
    const three = seals(
      { headers: [claim(0), claim(1)] },
      { headers: [claim(1), claim(0)] },
      { headers: [claim(1)] },
      { headers: [claim(2), claim(0)] },
    );
    const sealed = sealedHeaders(committee, roster, three);
    expect(sealed).to.have.deep.members([claim(0), claim(1)]);
    expect(sealed.map((header) => header.node)).to.deep.equal(sealed.map((header) => header.node).sort());
  });

  it('drops a node of whom F+1 members each saw another header', () => {
    const [a, b] = [claim(0, digest('a')), claim(0, digest('b'))];
    const split = seals(...[a, a, a, b, b, b].map((header) => ({ headers: [header, claim(1)] })));
    expect(sealedHeaders(committee, roster, split)).to.deep.equal([claim(1)]);
    const few = seals(...[a, a, a, b, b].map((header) => ({ headers: [header] })));
    expect(sealedHeaders(committee, roster, few)).to.deep.equal([a]);
  });

  it('does not depend on the order of the reports', () => {
    const reports = Array.from({ length: 7 }, (_, i) => ({ headers: [claim(i % 3), claim((i + 1) % 3)] }));
    const wanted = sealedHeaders(committee, roster, seals(...reports));
    expect(wanted).to.have.length(3);
    fc.assert(
      fc.property(fc.shuffledSubarray([...seals(...reports)], { minLength: 7 }), (entries) => {
        expect(sealedHeaders(committee, roster, new Map(entries))).to.deep.equal(wanted);
      }),
      { numRuns: 30, seed: 3 },
    );
  });
});

describe('what was final at the seal', () => {
  const heightOf = (finalized: readonly number[]) =>
    finalizedAtSeal(committee, seals(...finalized.map((each) => ({ headers: [], finalized: each }))));

  it('lies within what honest members reported, whatever F liars say', () => {
    const honest = fc.array(fc.nat(1000), { minLength: 3, maxLength: 5 });
    const lies = fc.array(fc.nat(), { maxLength: committee.faults });
    fc.assert(
      fc.property(honest, lies, fc.nat(5), (truths, liars, at) => {
        const mixed = [...truths.slice(0, at), ...liars, ...truths.slice(at)];
        expect(heightOf(mixed)).to.be.within(Math.min(...truths), Math.max(...truths));
      }),
      { numRuns: 200, seed: 5 },
    );
  });

  it('is moved by F+1', () => {
    expect(heightOf([10, 10, 10, 10, 10, 99, 99])).to.equal(10);
    expect(heightOf([10, 10, 10, 10, 99, 99, 99])).to.equal(99);
  });

  it('has a height where there is one report or none', () => {
    expect([heightOf([]), heightOf([8])]).to.deep.equal([0, 8]);
  });
});

describe('the next beacon', () => {
  const terms = { beaconLag: 3, beaconInterval: 10 };

  it('is one interval on, or two, or three: the first that the lag allows', () => {
    const at = (finalized: number) => nextBeaconHeight(100, finalized, terms);
    expect([0, 100, 107, 108, 117, 118, 200].map(at)).to.deep.equal([110, 110, 110, 120, 120, 130, 210]);
  });

  it('follows the seal by the lag where the network names no interval, and never stands still', () => {
    const at = (finalized: number) => nextBeaconHeight(100, finalized, { beaconLag: 3 });
    expect([0, 97, 98, 100, 150].map(at)).to.deep.equal([101, 101, 101, 103, 153]);
  });

  it('lies the lag beyond the seal, and no further than an interval more', () => {
    fc.assert(
      fc.property(
        fc.nat(500),
        fc.nat(800),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 40 }),
        (from, finalized, beaconLag, beaconInterval) => {
          const next = nextBeaconHeight(from, finalized, { beaconLag, beaconInterval });
          expect(next - from).to.be.at.least(beaconInterval);
          expect((next - from) % beaconInterval).to.equal(0);
          expect(next).to.be.at.least(finalized + beaconLag);
          if (next > from + beaconInterval) expect(next - beaconInterval).to.be.below(finalized + beaconLag);
        },
      ),
      { numRuns: 300, seed: 29 },
    );
  });

  it('is the same whichever reports a leader picks, whatever F liars say, when honest members sealed in time', () => {
    // Every subset of a quorum's size or more, every pair of liars, lies far below, beside and far above the truth.
    const subsets = Array.from({ length: 2 ** 7 }, (_, mask) =>
      Array.from({ length: 7 }, (_, i) => i).filter((i) => (mask >> i) & 1),
    ).filter(({ length }) => length >= committee.quorum);
    expect(subsets.length).to.equal(29);
    const pairs = Array.from({ length: 7 }, (_, i) => i).flatMap((a) =>
      Array.from({ length: 7 }, (_, b) => [a, b] as const).filter(([, b]) => b > a),
    );
    const lies = [0, 100, 104, 109, 1_000_000];
    const honest = [100, 101, 103, 104, 105, 106, 107];
    for (const [a, b] of pairs) {
      for (const first of lies) {
        for (const second of lies) {
          const said = honest.map((height, i) => (i === a ? first : i === b ? second : height));
          const heights = subsets.map((subset) => {
            const reports = new Map(
              subset.map((i) => [`member ${i}`, { headers: new Uint8Array(), finalized: said[i] ?? 0 }]),
            );
            return nextBeaconHeight(100, finalizedAtSeal(committee, reports), terms);
          });
          expect(new Set(heights)).to.deep.equal(new Set([110]));
        }
      }
    }
  });
});

/** Where nobody has offended. */
const available = (
  of: typeof committee,
  sealed: readonly SealedHeader[],
  reports: BodyReports,
  standing = GENESIS_STANDING,
) => availableUnder(of, roster, sealed, reports, standing);

describe('availability', () => {
  const sealed = [claim(0), claim(1)];

  it('accepts what F+1 members hold and says why the others drop out', () => {
    const held = [claim(0)];
    const refused = [{ ...claim(1), code: 'UPDATE_NORM' }];
    const { accepted, dropped } = available(
      committee,
      sealed,
      bodies({ held, refused }, { held, refused }, { held }, { refused: [{ ...claim(1), code: 'ODD' }] }),
    );
    expect(accepted).to.deep.equal([claim(0)]);
    expect(dropped).to.deep.equal([{ node: node(1), code: 'UPDATE_NORM' }]);
  });

  it('names a body that nobody says anything of as not served', () => {
    const { accepted, dropped } = available(committee, sealed, bodies({ held: [claim(0)] }, {}));
    expect(accepted).to.deep.equal([]);
    expect(dropped.map(({ code }) => code)).to.deep.equal(['BODY_NOT_SERVED', 'BODY_NOT_SERVED']);
  });

  it('gives each member one say on why, and a tie to the lesser word', () => {
    const say = (...codes: string[]) => ({ refused: codes.map((code) => ({ ...claim(0), code })) });
    const of = (...reports: ReturnType<typeof say>[]) =>
      available(committee, [claim(0)], bodies(...reports)).dropped[0]?.code;
    expect(of(say('LIE', 'LIE', 'LIE'), say('TRUE'), say('TRUE'))).to.equal('TRUE');
    expect(of(say('B'), say('A'))).to.equal('A');
  });

  it('does not take one node’s body for another’s', () => {
    const copy = claim(1, bodyDigest(0));
    const held = [claim(0)];
    const refused = [{ ...copy, code: 'UPDATE_OWNER' }];
    const report = { held, refused };
    const { accepted, dropped } = available(
      committee,
      [claim(0), copy],
      bodies(report, report, report, report, report),
    );
    expect(accepted).to.deep.equal([claim(0)]);
    expect(dropped).to.deep.equal([{ node: node(1), code: 'UPDATE_OWNER' }]);
  });

  it('leaves out who is in quarantine, and gives the canary after it no weight', () => {
    const offences = [{ node: node(1) }];
    const record = { round: 1, epoch: 0, roll: [], offences };
    const quarantined = standingAfter(GENESIS_STANDING, record, 1);
    const report = { held: sealed };
    const reports = bodies(report, report, report);
    const of = (standing: typeof quarantined) => available(committee, sealed, reports, standing);
    expect(of(GENESIS_STANDING).accepted).to.deep.equal(sealed);
    expect(of(quarantined)).to.deep.equal({
      accepted: [claim(0)],
      dropped: [{ node: node(1), code: 'NODE_QUARANTINED' }],
    });
    const served = standingAfter(quarantined, { ...record, round: 2, offences: [] }, 1);
    expect(of(served).dropped).to.deep.equal([{ node: node(1), code: 'NODE_CANARY' }]);
    const unserved = available(committee, sealed, bodies({ held: [claim(0)] }), served);
    expect(unserved.dropped.map(({ code }) => code)).to.include('BODY_NOT_SERVED');
  });

  it('believes no report that a fault is none', () => {
    const refused = [{ ...claim(1), code: 'NODE_QUARANTINED' }];
    const { dropped } = available(committee, [claim(1)], bodies({ refused }, { refused }, { refused }));
    expect(dropped).to.deep.equal([{ node: node(1), code: 'BODY_NOT_SERVED' }]);
  });
});
