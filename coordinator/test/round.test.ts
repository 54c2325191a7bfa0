import { expect } from 'chai';
import { ROW_BYTES } from '../../protocol/roster-rows.ts';
import { entryDigest, withOutcome } from '../entry.ts';
import { createRoll, updatesOf } from '../roll.ts';
import { step } from '../round/step.ts';
import type { RoundEffect } from '../round/types.ts';
import {
  Bench,
  bodyReports,
  commitOf,
  deepFreeze,
  follower,
  headers,
  leaderIn,
  prepareOf,
  proposal,
  roster,
  sealReports,
  trueEntry,
} from './bench.ts';
import { bodyDigest, digest, GENESIS, header, received, rows, signerOf } from './support.ts';

const kinds = (effects: readonly RoundEffect[]) =>
  effects.map((effect) => (effect.type === 'broadcast' ? effect.message : effect.type));

describe('round', () => {
  it('goes through its states to a certificate, in the order that makes votes durable', () => {
    const bench = new Bench(follower);
    expect(kinds(bench.give({ type: 'started' }))).to.deep.equal(['await-beacon']);
    expect(bench.effects[0]).to.include({ round: 1, height: GENESIS.nextBeaconHeight });
    expect(bench.state.phase).to.equal('announced');
    const begun = bench.give({ type: 'beacon', round: 1, randomness: digest('randomness') });
    expect(kinds(begun)).to.deep.equal(['train', 'start-timer']);
    expect(bench.state.phase).to.equal('collecting');
    expect(kinds(bench.tell(...headers))).to.deep.equal(['seal-report']);
    expect(bench.state.phase).to.equal('sealed');
    const sealed = kinds(bench.tell(...sealReports));
    const asked = headers.map(() => 'fetch-body');
    expect(sealed).to.deep.equal(['serve-bodies', 'start-timer', ...asked, 'start-timer']);
    const bodies = headers.map((each) => ({ type: 'body', round: 1, header: each, status: 'held' }) as const);
    expect(kinds(bench.give(...bodies))).to.deep.equal(['body-report']);
    const entry = trueEntry();
    expect(kinds(bench.tell(...bodyReports, proposal(entry)))).to.deep.equal(['aggregate']);
    expect(kinds(bench.compute('accepted'))).to.deep.equal(['evaluate', 'store-roll', 'prepare']);
    expect(bench.state.phase).to.equal('evaluated');
    const prepared = bench.tell(...[0, 1, 2, 3].map((i) => prepareOf(i, entry)));
    expect(kinds(prepared)).to.deep.equal(['store-lock', 'commit']);
    const commits = [0, 1, 2].map((i) => commitOf(i, entry));
    expect(kinds(bench.tell(...commits))).to.deep.equal(['check-commits']);
    const valid = commits.map((commit) => commit.digest);
    expect(kinds(bench.give({ type: 'commits-checked', round: 1, valid, invalid: [] }))).to.deep.equal([
      'check-certificate',
    ]);
    const check = bench.effects.at(-1);
    if (check?.type !== 'check-certificate') throw new Error('expected a certificate');
    expect(check.certificate.signatures.map(({ index }) => index)).to.deep.equal([0, 1, 2]);
    const ended = bench.give({ type: 'certificate-checked', certificate: check.certificate });
    expect(kinds(ended)).to.deep.equal(['decided', 'await-beacon']);
    expect(bench.state.round).to.equal(2);
    expect(bench.state.head.entry).to.equal(entryDigest(entry));
    expect(bench.refusals()).to.deep.equal([]);
  });

  it('is a pure function: equal states and events give equal results, and nothing given is changed', () => {
    const bench = new Bench(leaderIn(0)).gather();
    bench.compute('accepted');
    const entry = trueEntry();
    const events = [
      { type: 'message', message: proposal(entry) },
      { type: 'message', message: prepareOf(0, entry) },
      { type: 'timer', timer: 'view', round: 1, view: 0 },
      { type: 'timer', timer: 'fetch', round: 1, view: 0 },
      { type: 'finalized', height: 9 },
      { type: 'beacon', round: 1, randomness: digest('other') },
      { type: 'started' },
    ] as const;
    for (const event of events) {
      const [one, two] = [1, 2].map(() => step(bench.context, deepFreeze(bench.state), deepFreeze(event)));
      expect(one).to.deep.equal(two);
    }
    const [header] = [...bench.state.headers.values()] as { payload: { size: number } }[];
    expect(() => Object.assign(header?.payload ?? {}, { size: 1 })).to.throw('read only');
  });

  it('ignores events of another round', () => {
    const bench = new Bench(follower).begin();
    const before = bench.state;
    bench.give({ type: 'timer', timer: 'collect', round: 2, view: 0 });
    bench.give({ type: 'commits-checked', round: 0, valid: [], invalid: [] });
    expect(bench.state).to.deep.equal(before);
  });

  it('keeps what comes before the beacon, and of the next round', () => {
    const bench = new Bench(follower);
    bench.give({ type: 'started' });
    bench.tell(
      ...headers,
      received(1, 'update-header', header(1), { round: 2 }),
      received(1, 'update-header', header(1), { round: 3 }),
    );
    expect(bench.state.headers.size).to.equal(0);
    bench.give({ type: 'beacon', round: 1, randomness: digest('randomness') });
    expect(bench.state.headers.size).to.equal(4);
    expect(bench.state.early.map(({ round }) => round)).to.deep.equal([2]);
  });

  it('keeps no more than a bounded number of early messages of a member', () => {
    const bench = new Bench(follower);
    const entry = trueEntry();
    for (let view = 0; view < 100; view++) bench.tell(prepareOf(1, entry, view));
    bench.tell(prepareOf(2, entry, 5));
    const ofOne = bench.state.early.filter(({ sender }) => sender === signerOf(1).nodeId);
    expect([ofOne.length, bench.state.early.length]).to.deep.equal([24, 25]);
  });

  it('refuses an update that does not build on the last version', () => {
    const bench = new Bench(follower).begin();
    bench.tell(received(0, 'update-header', header(0, { baseVersion: 3 })));
    bench.tell(received(1, 'update-header', header(1, { baseDigest: digest('x') })));
    expect(bench.refusals()).to.deep.equal(['UPDATE_STALE_BASE', 'UPDATE_STALE_BASE']);
    expect(bench.state.headers.size).to.equal(0);
  });

  it('keeps the first header of a member, whatever it says later', () => {
    const bench = new Bench(follower).begin();
    bench.tell(...headers, received(0, 'update-header', header(0, { digest: digest('second') })));
    expect(bench.state.headers.get(signerOf(0).nodeId)?.payload.digest).to.equal(bodyDigest(0));
  });

  it('does not end by a certificate of another round or on another log', () => {
    const bench = new Bench(follower).begin();
    const foreign = [{ parent: digest('fork') }, { round: 2 }, { round: 0 }].map((fields) => ({
      entry: { ...trueEntry(), ...fields },
      view: 0,
      signatures: [],
    }));
    for (const certificate of foreign) {
      bench.give({ type: 'certificate-checked', certificate });
      const { round } = certificate.entry;
      bench.tell(received(1, 'certificate', certificate, { round }));
    }
    expect(bench.state.round).to.equal(1);
    expect(kinds(bench.effects)).to.not.include('check-certificate');
    expect(kinds(bench.effects)).to.not.include('decided');
  });

  it('reports what it has when the time is over, and says why bodies are missing', () => {
    const bench = new Bench(follower).begin();
    bench.tell(...headers.slice(0, 3));
    expect(bench.sent('seal-report')).to.deep.equal([]);
    bench.give({ type: 'timer', timer: 'collect', round: 1, view: 0 });
    expect(bench.sent('seal-report')[0]?.payload.headers).to.have.length(3 * ROW_BYTES);
    bench.tell(...sealReports);
    const [first, second] = headers;
    if (first === undefined || second === undefined) throw new Error('there are four headers');
    bench.give(
      { type: 'body', round: 1, header: first, status: 'held' },
      { type: 'body', round: 1, header: second, status: { code: 'UPDATE_NORM' } },
    );
    expect(bench.sent('body-report')).to.deep.equal([]);
    bench.give({ type: 'timer', timer: 'fetch', round: 1, view: 0 });
    expect(bench.sent('body-report').map(({ payload }) => payload)).to.deep.equal([
      {
        held: rows([{ node: signerOf(0).nodeId, digest: bodyDigest(0) }], roster),
        refused: [{ node: signerOf(1).nodeId, digest: bodyDigest(1), code: 'UPDATE_NORM' }],
      },
    ]);
  });

  it('aborts with a certificate when the updates are too few for the rule', () => {
    const leader = new Bench(leaderIn(0), { minUpdates: 5 }).gather();
    const [sent] = leader.sent('proposal');
    expect(sent?.payload.entry).to.include({ outcome: 'aborted', reason: '4 updates, 5 needed', version: 0 });
    expect(sent?.payload.entry.modelDigest).to.equal(GENESIS.modelDigest);
    if (sent === undefined) return;
    const bench = new Bench(follower, { minUpdates: 5 }).gather();
    bench.tell(proposal(sent.payload.entry));
    expect(bench.sent('prepare').map(({ payload }) => payload.outcome)).to.deep.equal(['aborted']);
    const contrary = new Bench(follower).gather();
    contrary.tell(proposal(sent.payload.entry));
    contrary.compute('accepted');
    expect(contrary.sent('prepare'), 'with enough updates it does not abort').to.deep.equal([]);
  });

  it('leaves out a member that names the body of another', () => {
    const copy = received(1, 'update-header', header(1, { digest: bodyDigest(0), normClass: 7 }));
    const copied = headers.map((each, i) => (i === 1 ? copy : each));
    const claims = copied.map(({ sender, payload }) => ({ node: sender, digest: payload.digest }));
    const seals = [0, 1, 2, 3].map((i) =>
      received(i, 'seal-report', { headers: rows(claims, roster), finalized: 6 }),
    );
    const held = claims.filter((_, i) => i !== 1);
    const refused = claims.slice(1, 2).map((claim) => ({ ...claim, code: 'UPDATE_OWNER' }));
    const reports = [0, 1, 2, 3].map((i) =>
      received(i, 'body-report', { held: rows(held, roster), refused }),
    );
    const bench = new Bench(leaderIn(0)).begin();
    bench.tell(copy, ...headers.filter((_, i) => i !== 1), ...seals);
    const asked = bench.effects.flatMap((effect) => (effect.type === 'fetch-body' ? effect.from : []));
    expect(asked).to.have.members([0, 1, 2, 3].map((i) => signerOf(i).nodeId));
    bench.give({ type: 'body', round: 1, header: copy, status: { code: 'UPDATE_OWNER' } });
    for (const each of headers.filter((_, i) => i !== 1))
      bench.give({ type: 'body', round: 1, header: each, status: 'held' });
    expect(bench.sent('body-report').map(({ payload }) => payload)).to.have.length(1);
    expect(bench.sent('body-report')[0]?.payload.held).to.deep.equal(rows(held, roster));
    expect(bench.sent('body-report')[0]?.payload.refused).to.deep.equal(refused);
    bench.tell(...reports);
    bench.compute('accepted');
    const [sent] = bench.sent('proposal');
    const fates = claims.map((claim, i) => ({
      ...claim,
      fate: i === 1 ? ('UPDATE_OWNER' as const) : ('selected' as const),
    }));
    expect(sent?.payload.entry.updates).to.deep.equal(updatesOf(createRoll(fates)));
  });
});

describe('votes of a round', () => {
  it('are for the own verdict where the proposal has the other', () => {
    const entry = trueEntry('accepted');
    const bench = new Bench(follower).gather();
    bench.tell(proposal(entry));
    bench.compute('rejected');
    const rejected = withOutcome(entry, 'rejected');
    expect(bench.sent('prepare').map(({ payload }) => payload)).to.deep.equal([
      { entry: entryDigest(rejected), outcome: 'rejected' },
    ]);
    bench.tell(...[0, 1, 2].map((i) => prepareOf(i, rejected)));
    expect(bench.state.lock?.entry.outcome).to.equal('rejected');
  });

  it('lock on a quorum, not before, and once a view', () => {
    const entry = trueEntry();
    const bench = new Bench(follower).gather();
    bench.tell(proposal(entry));
    bench.compute('accepted');
    bench.tell(
      prepareOf(0, entry),
      prepareOf(1, entry),
      prepareOf(1, entry),
      prepareOf(2, withOutcome(entry, 'rejected')),
    );
    expect(bench.state.lock).to.equal(null);
    bench.tell(prepareOf(3, entry));
    expect(bench.state.lock?.prepares).to.have.length(3);
    bench.tell(prepareOf(2, entry));
    expect(bench.sent('commit')).to.have.length(1);
  });

  it('are a certificate only where the chain would take the signatures', () => {
    const entry = trueEntry();
    const bench = new Bench(follower).gather();
    bench.tell(proposal(entry));
    const commits = [0, 1, 2].map((i) => commitOf(i, entry));
    bench.tell(...commits);
    const [a, b, c] = commits.map((commit) => commit.digest);
    if (a === undefined || b === undefined || c === undefined) throw new Error('there are three commits');
    bench.give({ type: 'commits-checked', round: 1, valid: [a, b], invalid: [c] });
    expect(bench.effects.filter(({ type }) => type === 'check-certificate')).to.deep.equal([]);
    const fourth = commitOf(3, entry);
    bench.tell(fourth);
    bench.give({ type: 'commits-checked', round: 1, valid: [fourth.digest], invalid: [] });
    const check = bench.effects.at(-1);
    expect(check?.type).to.equal('check-certificate');
    if (check?.type === 'check-certificate') {
      expect(check.certificate.signatures.map(({ index }) => index)).to.deep.equal([0, 1, 3]);
    }
  });
});
