import { expect } from 'chai';
import { entryDigest, withOutcome } from '../entry.ts';
import type { Received } from '../received.ts';
import {
  Bench,
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
import { rows } from './support.ts';

const entry = trueEntry();
const rejected = withOutcome(entry, 'rejected');
const viewTimer = (view: number) => ({ type: 'timer', timer: 'view', round: 1, view }) as const;
const others = (self: number) => [0, 1, 2, 3].filter((index) => index !== self);

/** The own view change, as it comes back to the node that said it. */
function own(bench: Bench, self: number): Received<'view-change'> {
  const last = bench.sent('view-change').at(-1);
  if (last === undefined) throw new Error('no view change was said');
  const { lock, prepare } = last.payload;
  const opened = prepare === null ? null : (bench.state.prepared ?? null);
  return viewChange(self, last.view, lock, opened);
}

describe('view change', () => {
  it('gives up on a leader when the time is over, with lock and last prepare', () => {
    const bench = new Bench(follower).gather();
    bench.tell(proposal(entry));
    bench.compute('accepted');
    bench.tell(...[0, 1, 2, 3].map((i) => prepareOf(i, entry)));
    expect(bench.state.lock?.view).to.equal(0);
    bench.give(viewTimer(3));
    expect(bench.state.view, 'a timer of another view').to.equal(0);
    bench.give(viewTimer(0));
    expect(bench.state).to.include({ view: 1, committed: false, proposal: undefined });
    const [change] = bench.sent('view-change');
    expect(change?.payload.lock).to.deep.equal(bench.state.lock);
    expect(change?.payload.prepare).to.deep.equal(prepareOf(follower, entry).bytes);
  });

  it('waits longer for every later leader, from when a quorum is in the view', () => {
    const bench = new Bench(follower).gather();
    const waits = () =>
      bench.effects.flatMap((effect) =>
        effect.type === 'start-timer' && effect.timer === 'view' ? [effect.ms] : [],
      );
    const [a, b] = others(follower);
    if (a === undefined || b === undefined) throw new Error('there are three others');
    for (let view = 0; view < 9; view++) {
      bench.give(viewTimer(view));
      bench.tell(own(bench, follower), viewChange(a, view + 1));
      expect(waits(), 'two of three that are needed').to.have.length(view + 1);
      bench.tell(viewChange(b, view + 1));
    }
    expect(waits()).to.deep.equal([3500, 2000, 4000, 8000, 16000, 32000, 64000, 128000, 128000, 128000]);
  });

  it('counts no time, of bodies or of a view, before a quorum has sealed', () => {
    const timers = ({ effects }: Bench) =>
      effects.flatMap((effect) => (effect.type === 'start-timer' ? [effect.timer] : []));
    const first = new Bench(follower).begin();
    first.tell(...headers, ...sealReports.slice(0, 2));
    expect(timers(first)).to.deep.equal(['collect']);
    first.tell(...sealReports.slice(2));
    expect(timers(first)).to.have.members(['collect', 'fetch', 'view']);

    const resumed = { view: 1, lock: null, prepared: undefined, rolls: [] };
    const later = new Bench(follower, { resumed }).begin();
    later.tell(...[0, 1, 2, 3].map((member) => viewChange(member, 1)), ...sealReports.slice(0, 2));
    expect(timers(later)).to.deep.equal(['collect']);
    later.tell(...sealReports.slice(2));
    expect(timers(later)).to.have.members(['collect', 'fetch', 'view']);
  });

  it('ends the collecting of a member that is taken along: it seals what it has, once', () => {
    const bench = new Bench(follower).begin();
    const [a, b] = others(follower);
    if (a === undefined || b === undefined) throw new Error('there are three others');
    const seen = headers.slice(0, 2);
    bench.tell(...seen, viewChange(a, 1));
    expect(bench.sent('seal-report')).to.deep.equal([]);
    bench.tell(viewChange(b, 1));
    const claims = seen.map(({ sender, payload }) => ({ node: sender, digest: payload.digest }));
    expect(bench.sent('seal-report').map(({ payload }) => payload.headers)).to.deep.equal([
      rows(claims, roster),
    ]);
    bench.tell(...headers.slice(2));
    bench.give({ type: 'timer', timer: 'collect', round: 1, view: 0 });
    expect(bench.sent('seal-report')).to.have.length(1);
  });

  it('follows F+1 members and not F', () => {
    const bench = new Bench(follower).gather();
    const [a, b] = others(follower);
    if (a === undefined || b === undefined) throw new Error('there are three others');
    bench.tell(viewChange(a, 7));
    expect(bench.state.view).to.equal(0);
    bench.tell(viewChange(b, 3));
    expect(bench.state.view).to.equal(3);
    expect(bench.sent('view-change').map(({ view }) => view)).to.deep.equal([3]);
  });

  it('goes at once as far as F+1 members are', () => {
    const resumed = { view: 1, lock: null, prepared: undefined, rolls: [] };
    const bench = new Bench(follower, { resumed }).begin();
    const [a, b, c] = others(follower);
    if (a === undefined || b === undefined || c === undefined) throw new Error('there are three others');
    bench.tell(viewChange(a, 7), viewChange(b, 5), viewChange(c, 9));
    expect(bench.sent('view-change').map(({ view }) => view)).to.deep.equal([5, 7]);
  });

  it('is refused with an unsound lock or with the prepare of another', () => {
    const bench = new Bench(follower).gather();
    const [a] = others(follower);
    if (a === undefined) throw new Error('there are three others');
    bench.tell(viewChange(a, 2, lockOn(entry, 0, [0, 1])));
    bench.tell(viewChange(a, 3, null, prepareOf(follower, entry)));
    bench.tell(viewChange(a, 4, null, prepareOf(a, entry, 4)));
    expect(bench.refusals()).to.deep.equal([
      'VIEW_CHANGE_UNSOUND',
      'VIEW_CHANGE_UNSOUND',
      'VIEW_CHANGE_UNSOUND',
    ]);
    expect(bench.state.viewChanges.size).to.equal(0);
  });

  it('makes the next leader repeat what may have been certified', () => {
    const leader = leaderIn(1);
    const bench = new Bench(leader).gather();
    bench.give(viewTimer(0));
    const [a, b] = others(leader);
    if (a === undefined || b === undefined) throw new Error('there are three others');
    bench.tell(own(bench, leader), viewChange(a, 1, lockOn(rejected)));
    expect(bench.sent('proposal')).to.deep.equal([]);
    bench.tell(viewChange(b, 1));
    const [sent] = bench.sent('proposal');
    expect(sent?.view).to.equal(1);
    expect(entryDigest(sent?.payload.entry ?? entry)).to.equal(entryDigest(rejected));
    expect(sent?.payload.viewChanges).to.have.length(3 * 32);
  });

  it('tries an aggregation that failed again in the next view, not in the same', () => {
    const leader = leaderIn(1);
    const bench = new Bench(leader).gather();
    const asked = () => bench.effects.filter(({ type }) => type === 'aggregate');
    bench.tell(proposal(entry));
    const [first] = asked();
    if (first?.type !== 'aggregate') throw new Error('the node has not asked for an aggregation');
    bench.give({ type: 'aggregated', round: 1, key: first.key, result: 'failed' });
    bench.give({ type: 'finalized', height: 7 });
    expect(asked()).to.have.length(1);
    bench.give(viewTimer(0));
    const [a, b] = others(leader);
    if (a === undefined || b === undefined) throw new Error('there are three others');
    bench.tell(own(bench, leader), viewChange(a, 1), viewChange(b, 1));
    expect(asked()).to.have.length(2);
    expect(bench.sent('proposal')).to.deep.equal([]);
    bench.compute('accepted');
    expect(bench.sent('proposal')).to.have.length(1);
    expect(bench.sent('prepare').map(({ view }) => view)).to.deep.equal([]);
  });

  it('lets the lock of the highest view win', () => {
    const leader = leaderIn(2);
    const bench = new Bench(leader).gather();
    bench.give(viewTimer(0), viewTimer(1));
    const [a, b] = others(leader);
    if (a === undefined || b === undefined) throw new Error('there are three others');
    bench.tell(own(bench, leader), viewChange(a, 2, lockOn(rejected, 0)), viewChange(b, 2, lockOn(entry, 1)));
    const digests = bench.sent('proposal').map(({ payload }) => entryDigest(payload.entry));
    expect(digests).to.deep.equal([entryDigest(entry)]);
  });

  it('makes a node that restarts in a view with a lock repeat it and vote for nothing else', () => {
    const lock = lockOn(rejected, 0);
    const prepared = prepareOf(follower, rejected, 0);
    const bench = new Bench(follower, { resumed: { view: 0, lock, prepared, rolls: [] } }).gather();
    bench.tell(proposal(entry));
    if (bench.state.aggregated.size > 0) bench.compute('accepted');
    expect(bench.sent('prepare'), 'it has prepared in this view').to.deep.equal([]);
    bench.give(viewTimer(0));
    expect(bench.sent('view-change')[0]?.payload).to.deep.equal({ lock, prepare: prepared.bytes });
  });

  it('starts again in the view that a restarted node had reached', () => {
    const bench = new Bench(follower, {
      resumed: { view: 2, lock: null, prepared: undefined, rolls: [] },
    }).begin();
    expect(bench.state.view).to.equal(2);
    bench.tell(viewChange(leaderIn(0), 1), viewChange(leaderIn(1), 1));
    expect(bench.state.view).to.equal(2);
  });
});

describe('split verdict', () => {
  /** Prepares of view 0, of whom some rejected, and the view changes to `view` that carry them. */
  const changes = (view: number, rejecting: readonly number[]) =>
    [0, 1, 2, 3].map((sender) =>
      viewChange(sender, view, null, prepareOf(sender, rejecting.includes(sender) ? rejected : entry)),
    );
  const propose = (view: number, rejecting: readonly number[]) => {
    const leader = leaderIn(view);
    const bench = new Bench(leader).gather();
    if (bench.state.aggregated.size > 0) bench.compute('accepted');
    for (let each = 0; each < view; each++) bench.give(viewTimer(each));
    bench.tell(...changes(view, rejecting));
    if (bench.state.verdicts.size === 0) bench.compute('accepted');
    return bench.sent('proposal').filter((sent) => sent.view === view);
  };

  it('does not become a rejection by the word of F members', () => {
    const [sent] = propose(1, [3]);
    expect(sent?.payload.entry.outcome).to.equal('accepted');
  });

  it('ends in rejection when F+1 members rejected', () => {
    const [sent] = propose(1, [2, 3]);
    expect(sent?.payload.entry.outcome).to.equal('rejected');
  });

  it('ends in rejection once two leaders have failed and one member rejected', () => {
    expect(propose(2, [3])[0]?.payload.entry.outcome).to.equal('rejected');
    expect(propose(2, [])[0]?.payload.entry.outcome).to.equal('accepted');
  });

  it('is voted for as a rejection by those who would accept, and only with that evidence', () => {
    const vote = (rejecting: readonly number[]) => {
      const bench = new Bench(follower).gather();
      bench.give(viewTimer(0));
      const viewChanges = named(changes(1, rejecting));
      bench.tell(proposal(rejected, { viewChanges }, 1));
      bench.compute('accepted');
      return bench.sent('prepare').map(({ payload }) => payload.outcome);
    };
    expect(vote([2, 3])).to.deep.equal(['rejected']);
    expect(vote([3])).to.deep.equal(['accepted']);
  });

  it('is rejected in the next view by all who saw a quorum prepare and not agree, without other evidence', () => {
    const vote = (prepares: readonly Received<'prepare'>[]) => {
      const bench = new Bench(follower).gather();
      bench.tell(...prepares);
      bench.give(viewTimer(0));
      const viewChanges = named([0, 1, 2].map((sender) => viewChange(sender, 1)));
      bench.tell(proposal(rejected, { viewChanges }, 1));
      bench.compute('accepted');
      return bench.sent('prepare').map(({ payload }) => payload.outcome);
    };
    const accepting = [0, 1, 2].map((sender) => prepareOf(sender, entry));
    expect(vote([...accepting.slice(1), prepareOf(3, rejected)])).to.deep.equal(['rejected']);
    expect(vote([...accepting.slice(2), prepareOf(3, rejected)])).to.deep.equal(['accepted']);
    expect(vote(accepting)).to.deep.equal(['accepted']);
  });
});
