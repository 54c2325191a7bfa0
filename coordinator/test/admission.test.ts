import { expect } from 'chai';
import fc from 'fast-check';
import { type Encodable, encodeCanonical } from '../../protocol/encoding.ts';
import { openEnvelope } from '../../protocol/envelope.ts';
import { MessageError } from '../../protocol/errors.ts';
import { Admission, type Equivocation } from '../admission.ts';
import { MESSAGE_QUOTAS } from '../message-quota.ts';
import { createRoster } from '../roster.ts';
import { GENESIS_STANDING, standingAfter } from '../standing/index.ts';
import {
  codeOf,
  committeeOf,
  digest,
  header,
  LAYOUT,
  NETWORK,
  NO_ROWS,
  NOW,
  PARAMETERS,
  SIZE,
  seal,
  signerOf,
} from './support.ts';

const CURRENT = { round: 5, view: 2 };
const SKEW = 60_000;
/** Nobody knows who takes part from this round on. */
const LAST_KNOWN = 1_000_000;
const report = { headers: NO_ROWS, finalized: 1 };
const vote = { entry: digest('entry'), outcome: 'accepted' as const };

function door(parameters = PARAMETERS, contributors: readonly number[] = []) {
  const proofs: Equivocation[] = [];
  const committee = committeeOf(4);
  const roster = createRoster(
    committee,
    contributors.map((index) => signerOf(index).nodeId),
  );
  const epochs = { at: (round: number) => (round < LAST_KNOWN ? { committee, roster } : undefined) };
  const context = { network: NETWORK, epochs, parameters, layout: LAYOUT, rowSize: SIZE };
  const admission = new Admission(context, { onEquivocation: (proof) => proofs.push(proof) });
  /** `accept`, or the action and code of the refusal. */
  const admit = (message: { bytes: Uint8Array } | Uint8Array, now = NOW): string => {
    try {
      admission.admit(message instanceof Uint8Array ? message : message.bytes, now, CURRENT);
      return 'accept';
    } catch (error) {
      if (error instanceof MessageError) return `${error.action} ${error.code}`;
      throw error;
    }
  };
  return { admission, admit, proofs };
}

const updateHeader = (fields: Parameters<typeof header>[1] = {}) =>
  seal(1, 'update-header', header(1, fields), { round: 5 });

describe('the quota of a tier', () => {
  it('is counted of what was signed for a round, and refused without blame beyond', () => {
    const { admission } = door();
    const offences = [{ node: signerOf(1).nodeId }];
    let standing = GENESIS_STANDING;
    for (let round = 1; round <= 4; round++)
      standing = standingAfter(
        standing,
        { round, epoch: 0, roll: [], offences: round === 4 ? offences : [] },
        9,
      );
    const message = seal(1, 'prepare', vote, { round: 5, view: 2 });
    const admit = (sealed: typeof message, now: typeof CURRENT & { standing?: typeof standing }) =>
      codeOf(() => admission.admit(sealed.bytes, NOW, now));
    for (let i = 0; i < MESSAGE_QUOTAS.quarantined; i++)
      expect(admit(message, { ...CURRENT, standing })).to.equal(undefined);
    expect(admit(message, { ...CURRENT, standing })).to.equal('MESSAGE_QUOTA');
    expect(admit(message, CURRENT)).to.equal(undefined);
    expect(admit(seal(2, 'prepare', vote, { round: 5, view: 2 }), { ...CURRENT, standing })).to.equal(
      undefined,
    );
    const next = { round: 6, view: 0, standing };
    admission.forgetBefore(6);
    expect(admit(seal(1, 'prepare', vote, { round: 6 }), next)).to.equal(undefined);
  });
});

describe('admission', () => {
  it('lets every kind in that a member may say now', () => {
    const { admit } = door();
    expect(admit(updateHeader())).to.equal('accept');
    expect(admit(seal(1, 'seal-report', report, { round: 5 }))).to.equal('accept');
    expect(admit(seal(1, 'prepare', vote, { round: 5, view: 2 }))).to.equal('accept');
    expect(admit(seal(1, 'prepare', vote, { round: 6, view: 18 }))).to.equal('accept');
    expect(admit(seal(1, 'view-change', { lock: null, prepare: null }, { round: 5, view: 900 }))).to.equal(
      'accept',
    );
    expect(admit(seal(1, 'status', { head: 900 }, { round: 900 }))).to.equal('accept');
    expect(admit(seal(1, 'status', { head: 0 }, { round: 0 }))).to.equal('accept');
  });

  const bad = seal(1, 'seal-report', report, { round: 5 });
  const forged = { ...bad.envelope, sender: signerOf(2).nodeId } as unknown as Encodable;
  const cases: readonly (readonly [string, string, Uint8Array])[] = [
    ['bytes that are no message', 'reject MESSAGE_MALFORMED', Uint8Array.of(1, 2, 3)],
    ['more than a mebibyte', 'reject MESSAGE_TOO_LARGE', new Uint8Array((1 << 20) + 1)],
    ['a signature of another', 'reject MESSAGE_BAD_SIGNATURE', encodeCanonical(forged)],
    [
      'another network',
      'reject MESSAGE_WRONG_NETWORK',
      seal(1, 'seal-report', report, { round: 5, net: digest('x') }).bytes,
    ],
    ['no member', 'reject MESSAGE_NOT_MEMBER', seal(9, 'seal-report', report, { round: 5 }).bytes],
    [
      'a time ahead of all clocks',
      'ignore MESSAGE_FROM_FUTURE',
      seal(1, 'seal-report', report, { round: 5, ts: NOW + SKEW + 1 }).bytes,
    ],
    [
      'an expiry behind all clocks',
      'ignore MESSAGE_EXPIRED',
      seal(1, 'seal-report', report, { round: 5, expiry: NOW - SKEW - 1 }).bytes,
    ],
    [
      'a round out of all reason',
      'reject MESSAGE_WRONG_ROUND',
      seal(1, 'status', { head: 1 }, { round: 10_006 }).bytes,
    ],
    ['a past round', 'ignore MESSAGE_PAST_ROUND', seal(1, 'seal-report', report, { round: 4 }).bytes],
    [
      'a round after the next',
      'ignore MESSAGE_FUTURE_ROUND',
      seal(1, 'seal-report', report, { round: 7 }).bytes,
    ],
    ['a far view', 'ignore MESSAGE_FUTURE_VIEW', seal(1, 'prepare', vote, { round: 5, view: 19 }).bytes],
    [
      'a view out of all reason',
      'reject MESSAGE_WRONG_VIEW',
      seal(1, 'view-change', { lock: null, prepare: null }, { round: 5, view: 1_001 }).bytes,
    ],
    [
      'a view where there is none',
      'reject MESSAGE_WRONG_VIEW',
      seal(1, 'seal-report', report, { round: 5, view: 1 }).bytes,
    ],
    [
      'a payload of another kind',
      'reject MESSAGE_PAYLOAD',
      seal(1, 'prepare', report as never, { round: 5 }).bytes,
    ],
    ['another layout', 'reject UPDATE_WRONG_LAYOUT', updateHeader({ layout: digest('x') }).bytes],
    ['another size', 'reject UPDATE_SIZE', updateHeader({ size: SIZE + 1 }).bytes],
    [
      'audited steps where none are asked for',
      'reject UPDATE_TRAJECTORY',
      updateHeader({ trajectory: { commitment: digest('steps'), opening: null } }).bytes,
    ],
    ['a norm class beyond the bound', 'reject UPDATE_NORM', updateHeader({ normClass: 11 }).bytes],
    [
      'another privacy unit',
      'reject UPDATE_PRIVACY_TERMS',
      updateHeader({ privacy: { ...header(1).privacy, unit: 'node' } }).bytes,
    ],
    [
      'another relation',
      'reject UPDATE_PRIVACY_TERMS',
      updateHeader({ privacy: { ...header(1).privacy, relation: 'replace' } }).bytes,
    ],
    [
      'another δ',
      'reject UPDATE_PRIVACY_TERMS',
      updateHeader({ privacy: { ...header(1).privacy, delta: 1e-4 } }).bytes,
    ],
    [
      'an ε over the budget',
      'reject UPDATE_PRIVACY_BUDGET',
      updateHeader({ privacy: { ...header(1).privacy, epsilon: 8.5 } }).bytes,
    ],
    [
      'no ε where one is agreed',
      'reject UPDATE_PRIVACY_BUDGET',
      updateHeader({ privacy: { ...header(1).privacy, epsilon: null } }).bytes,
    ],
  ];
  for (const [what, refusal, bytes] of cases) {
    it(`refuses ${what}: ${refusal}`, () => {
      const { admit, proofs } = door();
      expect(admit(bytes)).to.equal(refusal);
      expect(proofs).to.deep.equal([]);
      expect(admit(seal(1, 'seal-report', report, { round: 5 })), 'the same sender afterwards').to.equal(
        'accept',
      );
    });
  }

  it('bears clocks that are a minute off, either way', () => {
    const { admit } = door();
    expect(admit(seal(1, 'prepare', vote, { round: 5, ts: NOW + SKEW }))).to.equal('accept');
    expect(admit(seal(2, 'prepare', vote, { round: 5, expiry: NOW - SKEW }))).to.equal('accept');
  });

  it('takes norms up to the class of the bound, and any without the check or an ε without privacy', () => {
    expect(door().admit(updateHeader({ normClass: 10 }))).to.equal('accept');
    const unchecked = { ...PARAMETERS, update: { ...PARAMETERS.update, normCheck: false } };
    expect(door(unchecked).admit(updateHeader({ normClass: 40 }))).to.equal('accept');
    const open = { ...PARAMETERS, privacy: { ...PARAMETERS.privacy, unit: 'none' as const } };
    const privacy = { ...header(1).privacy, unit: 'none' as const, epsilon: null };
    expect(door(open).admit(updateHeader({ privacy }))).to.equal('accept');
  });

  it('tells of two messages in one slot, with both as proof, and takes the same one again', () => {
    const { admit, proofs } = door();
    const first = seal(1, 'prepare', vote, { round: 5, view: 1 });
    const second = seal(1, 'prepare', { ...vote, outcome: 'rejected' }, { round: 5, view: 1 });
    expect([admit(first), admit(first), admit(second), admit(first)]).to.deep.equal([
      'accept',
      'accept',
      'reject MESSAGE_EQUIVOCATION',
      'accept',
    ]);
    expect(proofs).to.have.length(1);
    const [proof] = proofs;
    const parts = [proof?.first, proof?.second].map(
      (bytes) => openEnvelope(bytes ?? new Uint8Array()).envelope,
    );
    expect(parts.map(({ sender }) => sender)).to.deep.equal([signerOf(1).nodeId, signerOf(1).nodeId]);
    expect(parts.map(({ type, round, view }) => [type, round, view])).to.deep.equal([
      ['prepare', 5, 1],
      ['prepare', 5, 1],
    ]);
    expect(parts[0]?.payload).to.not.deep.equal(parts[1]?.payload);
  });

  it('does not take other slots, senders or kinds that may be said anew for two stories', () => {
    const { admit, proofs } = door();
    const said = [
      seal(1, 'prepare', vote, { round: 5, view: 1 }),
      seal(1, 'prepare', { ...vote, outcome: 'rejected' }, { round: 5, view: 2 }),
      seal(1, 'prepare', { ...vote, outcome: 'rejected' }, { round: 6, view: 1 }),
      seal(2, 'prepare', { ...vote, outcome: 'rejected' }, { round: 5, view: 1 }),
      seal(1, 'status', { head: 4 }, { round: 4 }),
      seal(1, 'status', { head: 5 }, { round: 4, seq: 2 }),
    ];
    expect(said.map((message) => admit(message))).to.deep.equal(said.map(() => 'accept'));
    expect(proofs).to.deep.equal([]);
  });

  it('keeps nothing of what it refuses, and forgets rounds that are over', () => {
    const { admission, admit, proofs } = door();
    const far = { round: 5, view: 19 };
    expect(admit(seal(1, 'prepare', vote, far))).to.equal('ignore MESSAGE_FUTURE_VIEW');
    expect(admit(seal(1, 'prepare', { ...vote, outcome: 'rejected' }, far))).to.equal(
      'ignore MESSAGE_FUTURE_VIEW',
    );
    expect(admit(seal(1, 'prepare', vote, { round: 5 }))).to.equal('accept');
    admission.forgetBefore(6);
    expect(admit(seal(1, 'prepare', { ...vote, outcome: 'rejected' }, { round: 5 }))).to.equal('accept');
    expect(proofs).to.deep.equal([]);
  });

  it('keeps four mebibytes of what a member says, and tells a second message beyond them too', () => {
    const { admission, admit, proofs } = door();
    const filler = (view: number, fill = 1) =>
      seal(1, 'view-change', { lock: null, prepare: new Uint8Array(900_000).fill(fill) }, { round: 5, view });
    for (let view = 1; view <= 20; view++) expect(admit(filler(view))).to.equal('accept');
    expect(admission.keptOf(signerOf(1).nodeId)).to.be.within(3 << 20, 4 << 20);
    expect(admit(filler(1, 2))).to.equal('reject MESSAGE_EQUIVOCATION');
    expect(admit(filler(20, 2))).to.equal('reject MESSAGE_EQUIVOCATION');
    expect(admit(filler(20))).to.equal('accept');
    expect(proofs).to.have.length(1);
    admission.forgetBefore(6);
    expect(admission.keptOf(signerOf(1).nodeId)).to.equal(0);
  });

  it('hears a member who says the same kind again and again no more often than four times a second', () => {
    const { admit } = door();
    const status = (seq: number, sender = 1) => seal(sender, 'status', { head: 1 }, { round: 1, seq });
    const heard = (from: number, count: number, now: number) =>
      Array.from({ length: count }, (_, i) => admit(status(from + i), now)).filter((it) => it === 'accept')
        .length;
    expect(heard(1, 100, NOW)).to.equal(32);
    expect(admit(status(101), NOW)).to.equal('ignore MESSAGE_TOO_OFTEN');
    expect(admit(status(1, 2), NOW)).to.equal('accept');
    expect(heard(102, 100, NOW + 2_000)).to.equal(8);
    expect(heard(202, 10, NOW)).to.equal(0);
  });

  it('throws nothing but MessageError, whatever the bytes', () => {
    const { admit } = door();
    const { bytes } = updateHeader();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => {
        expect(admit(noise)).to.match(/^(ignore|reject) /);
      }),
      { numRuns: 300, seed: 8 },
    );
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = Uint8Array.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ flip;
        expect(admit(changed)).to.match(/^reject /);
      }),
      { numRuns: 300, seed: 9 },
    );
    expect(admit(updateHeader())).to.equal('accept');
  });
});
