import { expect } from 'chai';
import { entryDigest, withOutcome } from '../entry.ts';
import { rejectionReason } from '../rejection.ts';
import { worseIn } from '../round/view-changes.ts';
import {
  Bench,
  CANDIDATE,
  follower,
  leaderIn,
  named,
  prepareOf,
  proposal,
  trueEntry,
  viewChange,
} from './bench.ts';

const DAI = ['peg/dai'];
const ETH = ['risk/eth'];
const others = [0, 1, 2, 3].filter((index) => index !== follower);
const viewTimer = (view: number) => ({ type: 'timer', timer: 'view', round: 1, view }) as const;

/** A member that has everything, takes the proposal and finds this. */
function judging(message: ReturnType<typeof proposal>, worse: readonly string[] | undefined): Bench {
  const bench = new Bench(follower).gather();
  bench.tell(message);
  bench.compute(worse === undefined ? 'accepted' : 'rejected', CANDIDATE, worse ?? []);
  return bench;
}
const prepareSent = (bench: Bench) => bench.sent('prepare').at(-1)?.payload;

describe('certified rejection', () => {
  it('is proposed by a leader that rejects, with the pairs that it found worse', () => {
    const bench = new Bench(leaderIn(0)).gather();
    bench.compute('rejected', CANDIDATE, DAI);
    const [sent] = bench.sent('proposal');
    expect(sent?.payload.entry).to.deep.equal(trueEntry('rejected', DAI));
    expect(sent?.payload.entry.reason).to.equal('worse on public data than the last version: peg/dai');
  });

  it('gets the vote of who found the same, naming it', () => {
    const entry = trueEntry('rejected', DAI);
    expect(prepareSent(judging(proposal(entry), DAI))).to.deep.equal({
      entry: entryDigest(entry),
      outcome: 'rejected',
      worse: DAI,
    });
  });

  it('has the reason of the members where they all reject what the leader accepts', () => {
    const bench = judging(proposal(trueEntry('accepted')), DAI);
    const entry = trueEntry('rejected', DAI);
    bench.tell(...others.map((i) => prepareOf(i, entry, 0, DAI)));
    expect(bench.state.lock?.entry).to.deep.equal(entry);
    expect(bench.state.lock?.entry.reason).to.equal(rejectionReason(DAI));
    expect(bench.sent('commit')).to.have.length(1);
  });

  it('is not certified for a reason that this member did not find: it votes for its own', () => {
    for (const found of [ETH, [...DAI, ...ETH], []]) {
      const bench = judging(proposal(trueEntry('rejected', DAI)), found);
      expect(prepareSent(bench)?.entry).to.equal(entryDigest(trueEntry('rejected', found)));
    }
    const accepting = judging(proposal(trueEntry('rejected', DAI)), undefined);
    expect(prepareSent(accepting)).to.deep.equal({
      entry: entryDigest(trueEntry('accepted')),
      outcome: 'accepted',
    });
  });

  it('carries no text of a leader’s own: such a proposal gets no vote at all', () => {
    for (const reason of [
      '',
      'buy now',
      `${rejectionReason(DAI)}!`,
      rejectionReason(['risk/eth', 'peg/dai']),
    ]) {
      const entry = { ...trueEntry('rejected', DAI), reason };
      expect(judging(proposal(entry), DAI).sent('prepare'), reason).to.deep.equal([]);
    }
    const accepted = { ...trueEntry('accepted'), reason: 'the best so far' };
    expect(judging(proposal(accepted), undefined).sent('prepare')).to.deep.equal([]);
  });

  describe('out of view changes', () => {
    const changes = (view: number, named: readonly (readonly string[] | undefined)[]) =>
      named.map((worse, i) => {
        const outcome = worse === undefined ? trueEntry('accepted') : trueEntry('rejected', worse);
        return viewChange(i, view, null, prepareOf(i, outcome, view - 1, worse));
      });
    const { context } = new Bench(follower);

    it('names the pairs that F+1 of the rejecting prepares name', () => {
      const reasonOf = (...named: (readonly string[] | undefined)[]) => worseIn(context, changes(1, named));
      expect(reasonOf(DAI, DAI, undefined)).to.deep.equal(DAI);
      expect(reasonOf([...DAI, ...ETH], DAI, ETH)).to.deep.equal([...DAI, ...ETH]);
      expect(reasonOf([...DAI, ...ETH], DAI, undefined)).to.deep.equal(DAI);
      expect(reasonOf(DAI, ETH, undefined)).to.deep.equal([]);
      const many = ['a/0', 'b/0', 'c/0', 'd/0'];
      expect(reasonOf(many, many, ['e/0'], ['e/0'])).to.deep.equal(many);
    });

    it('counts no prepare of another', () => {
      const stolen = viewChange(1, 1, null, prepareOf(0, trueEntry('rejected', DAI), 0, DAI));
      const [own] = changes(1, [DAI]);
      if (own === undefined) throw new Error('there is one');
      expect(worseIn(context, [own, stolen])).to.deep.equal([]);
    });

    /** This member in view 1, which `leader` leads, on such evidence. */
    const inView1 = (
      worse: readonly string[],
      evidence: readonly (readonly string[] | undefined)[],
      found?: readonly string[],
    ) => {
      const bench = judging(proposal(trueEntry('accepted')), found);
      bench.give(viewTimer(0));
      const viewChanges = named(changes(1, evidence));
      bench.tell(proposal(trueEntry('rejected', worse), { viewChanges }, 1));
      expect(bench.refusals()).to.deep.equal([]);
      return bench.sent('prepare').filter(({ view }) => view === 1);
    };

    it('is voted for by who would accept, for the reason that the evidence gives', () => {
      const [sent, ...more] = inView1(DAI, [DAI, DAI, undefined]);
      expect(more).to.deep.equal([]);
      expect(sent?.payload).to.deep.equal({
        entry: entryDigest(withOutcome(trueEntry('accepted'), 'rejected', DAI)),
        outcome: 'rejected',
      });
    });

    it('is voted for by who rejects for something else, which it still names itself', () => {
      const [sent] = inView1(DAI, [DAI, DAI, undefined], ETH);
      expect(sent?.payload).to.deep.equal({
        entry: entryDigest(trueEntry('rejected', DAI)),
        outcome: 'rejected',
        worse: ETH,
      });
      const [fewer] = inView1([], [DAI, ETH, undefined], ETH);
      expect(fewer?.payload.entry).to.equal(entryDigest(trueEntry('rejected', [])));
    });

    it('is not voted for with another reason than the evidence gives', () => {
      for (const worse of [ETH, [], [...DAI, ...ETH]]) {
        const [sent] = inView1(worse, [DAI, DAI, undefined]);
        expect(sent?.payload.entry).to.equal(entryDigest(trueEntry('accepted')));
      }
    });
  });
});
