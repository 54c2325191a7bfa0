import { expect } from 'chai';
import { packDigests } from '../../protocol/digest.ts';
import type { RoundEntry } from '../../protocol/messages.ts';
import { entryDigest } from '../entry.ts';
import { updatesOf } from '../roll.ts';
import {
  Bench,
  bodyReports,
  follower,
  headers,
  leaderIn,
  lockOn,
  named,
  prepareOf,
  proposal,
  roster,
  sealReports,
  trueEntry,
  viewChange,
} from './bench.ts';
import { bodyDigest, digest, header, NO_ROWS, received, rollOfMembers, rows, signerOf } from './support.ts';

const entry = trueEntry();

/** A member in view 0 that has everything and takes the proposal. */
function given(message: ReturnType<typeof proposal>): Bench {
  const bench = new Bench(follower).gather();
  bench.tell(message);
  if (bench.state.proposal !== undefined) bench.compute('accepted');
  return bench;
}

describe('proposal', () => {
  it('gets a vote where the entry follows from its evidence', () => {
    const bench = given(proposal(entry));
    expect(bench.sent('prepare').map(({ payload }) => payload.entry)).to.deep.equal([entryDigest(entry)]);
  });

  it('gets one for an entry on fewer reports, as long as they are a quorum', () => {
    const fewer = proposal(entry, {
      sealReports: named(sealReports.slice(1)),
      bodyReports: named(bodyReports.slice(1)),
    });
    expect(given(fewer).sent('prepare')).to.have.length(1);
  });

  const refused: readonly (readonly [string, string, ReturnType<typeof proposal>])[] = [
    ['of a member who does not lead', 'PROPOSAL_NOT_LEADER', proposal(entry, {}, 0, leaderIn(1))],
    [
      'with too few seal reports',
      'PROPOSAL_UNSUPPORTED',
      proposal(entry, { sealReports: named(sealReports.slice(2)) }),
    ],
    [
      'with too few body reports',
      'PROPOSAL_UNSUPPORTED',
      proposal(entry, { bodyReports: named(bodyReports.slice(2)) }),
    ],
    [
      'without a sealed header',
      'PROPOSAL_UNSUPPORTED',
      proposal(entry, { headers: named(headers.slice(1)) }),
    ],
    [
      'with another header than the sealed one',
      'PROPOSAL_UNSUPPORTED',
      proposal(entry, {
        headers: named([
          received(0, 'update-header', header(0, { digest: digest('x') })),
          ...headers.slice(1),
        ]),
      }),
    ],
    [
      'with one report twice',
      'EVIDENCE_INVALID',
      proposal(entry, { sealReports: named([...sealReports.slice(2), ...sealReports.slice(2)]) }),
    ],
    [
      'with reports of another kind',
      'EVIDENCE_INVALID',
      proposal(entry, { sealReports: named(bodyReports) }),
    ],
    [
      'with reports of another round',
      'EVIDENCE_INVALID',
      proposal(entry, {
        sealReports: named(
          [0, 1, 2].map((i) => received(i, 'seal-report', { headers: NO_ROWS, finalized: 1 }, { round: 2 })),
        ),
      }),
    ],
    [
      'with reports that its leader does not serve',
      'PROPOSAL_EVIDENCE',
      proposal(entry, {
        sealReports: packDigests([0, 1, 2].map((i) => digest(`not a report ${i}`))),
      }),
    ],
    [
      'with reports of outsiders to make up the number',
      'PROPOSAL_UNSUPPORTED',
      proposal(entry, {
        sealReports: named([
          ...sealReports.slice(2),
          received(8, 'seal-report', { headers: NO_ROWS, finalized: 1 }),
        ]),
      }),
    ],
    [
      'with a header that its leader does not serve',
      'PROPOSAL_EVIDENCE',
      proposal(entry, { headers: packDigests([digest('no header')]) }),
    ],
  ];
  for (const [what, code, message] of refused) {
    it(`is refused ${what}: ${code}`, () => {
      const bench = given(message);
      expect(bench.refusals()).to.deep.equal([code]);
      expect(bench.state.proposal).to.equal(undefined);
      expect(bench.sent('prepare')).to.deep.equal([]);
      bench.tell(proposal(entry));
      expect(bench.state.proposal, 'the leader may still propose').to.not.equal(undefined);
    });
  }

  const node = signerOf(0).nodeId;
  const tampered: readonly Partial<RoundEntry>[] = [
    { round: 2 },
    { epoch: 1 },
    { parent: digest('x') },
    { beacon: digest('x') },
    { finalized: entry.finalized + 1 },
    { nextBeaconHeight: entry.nextBeaconHeight + 1 },
    { baseVersion: 1 },
    { baseDigest: digest('x') },
    { updates: updatesOf(rollOfMembers([1, 2, 3])) },
    { updates: updatesOf(rollOfMembers([0, 1, 2, 3], { 1: 'accepted' })) },
    { updates: updatesOf(rollOfMembers([0, 1, 2, 3], { 1: 'UPDATE_NORM' })) },
    { updates: { ...entry.updates, selected: 3 } },
    { standing: digest('x') },
    { offences: [{ node, kind: 'false-ledger', evidence: digest('x') }] },
    { nextCommittee: digest('x') },
    { reason: 'well' },
    { version: 2 },
    { modelDigest: digest('x') },
    { candidateDigest: digest('x') },
    { candidateState: digest('x') },
    { baseState: digest('x') },
    { stateDigest: digest('x') },
    { outcome: 'aborted' },
    { outcome: 'rejected' },
    { privacy: { ...entry.privacy, epsilon: 0.1 } },
    { privacy: { ...entry.privacy, unit: 'node' } },
    { privacy: { ...entry.privacy, delta: 1e-9 } },
  ];
  for (const change of tampered) {
    it(`gets no vote with another ${Object.keys(change)[0]}: ${JSON.stringify(Object.values(change)[0]).slice(0, 30)}`, () => {
      expect(given(proposal({ ...entry, ...change })).sent('prepare')).to.deep.equal([]);
    });
  }

  it('covers every field of an entry above', () => {
    const covered = new Set(tampered.flatMap((change) => Object.keys(change)));
    expect([...covered].sort()).to.deep.equal(Object.keys(entry).sort());
  });

  it('gets no vote where an accepted update is not held by F+1', () => {
    const reports = [0, 1, 2, 3].map((i) =>
      received(i, 'body-report', {
        held: rows(
          [1, 2, 3, ...(i === 0 ? [0] : [])].map((at) => ({
            node: signerOf(at).nodeId,
            digest: bodyDigest(at),
          })),
          roster,
        ),
        refused: [],
      }),
    );
    expect(given(proposal(entry, { bodyReports: named(reports) })).sent('prepare')).to.deep.equal([]);
  });

  it('is taken once a view', () => {
    const bench = given(proposal(entry));
    const first = bench.state.proposal;
    bench.tell(proposal({ ...entry, reason: 'x' }));
    expect(bench.state.proposal).to.equal(first);
  });
});

describe('proposal of a later view', () => {
  const others = [0, 1, 2, 3].filter((index) => index !== follower);
  const changes = (lock: Parameters<typeof viewChange>[2] = null) =>
    others.map((sender, i) => viewChange(sender, 1, i === 0 ? lock : null));
  const inViewOne = (message: ReturnType<typeof proposal>) => {
    const bench = new Bench(follower).gather();
    bench.give({ type: 'timer', timer: 'view', round: 1, view: 0 });
    bench.tell(message);
    return bench;
  };

  it('needs a quorum of view changes of that very view', () => {
    const none = inViewOne(proposal(entry, {}, 1));
    const few = inViewOne(proposal(entry, { viewChanges: named(changes().slice(1)) }, 1));
    const old = inViewOne(
      proposal(entry, { viewChanges: named(others.map((sender) => viewChange(sender, 2))) }, 1),
    );
    for (const bench of [none, few, old]) {
      expect(bench.refusals()).to.deep.equal(['PROPOSAL_UNSUPPORTED']);
      expect(bench.state.proposal).to.equal(undefined);
    }
    const enough = inViewOne(proposal(entry, { viewChanges: named(changes()) }, 1));
    expect(enough.state.proposal?.basis).to.not.equal(undefined);
  });

  it('must repeat the entry that a quorum prepared, and then binds without another look', () => {
    const locked = trueEntry('rejected');
    const viewChanges = named(changes(lockOn(locked)));
    const broken = inViewOne(proposal(entry, { viewChanges }, 1));
    expect(broken.refusals()).to.deep.equal(['PROPOSAL_LOCK_BROKEN']);
    expect(broken.sent('prepare')).to.deep.equal([]);
    const kept = inViewOne(
      proposal(locked, { viewChanges, headers: NO_ROWS, sealReports: NO_ROWS, bodyReports: NO_ROWS }, 1),
    );
    expect(kept.sent('prepare').map(({ view, payload }) => [view, payload.entry])).to.deep.equal([
      [1, entryDigest(locked)],
    ]);
  });

  it('cannot rest on a lock without a quorum of prepares of one view and entry', () => {
    const rejected = trueEntry('rejected');
    const mixed = lockOn(entry, 0, [0, 1]);
    const unsound = [
      lockOn(entry, 0, [0, 1]),
      { ...mixed, prepares: [...mixed.prepares, prepareOf(2, rejected).bytes] },
      { ...mixed, prepares: [...mixed.prepares, prepareOf(2, entry, 1).bytes] },
      { ...mixed, prepares: [...mixed.prepares, prepareOf(8, entry).bytes] },
      { ...lockOn(entry), view: 1 },
    ];
    for (const lock of unsound) {
      const bench = inViewOne(proposal(entry, { viewChanges: named(changes(lock)) }, 1));
      expect(bench.refusals()).to.deep.equal(['PROPOSAL_UNSUPPORTED']);
    }
    const doubled = { ...mixed, prepares: [...mixed.prepares, prepareOf(1, entry).bytes] };
    const bench = inViewOne(proposal(entry, { viewChanges: named(changes(doubled)) }, 1));
    expect(bench.refusals()).to.deep.equal(['EVIDENCE_INVALID']);
  });
});
