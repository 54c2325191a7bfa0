import { expect } from 'chai';
import type { Sealed } from '../../protocol/envelope.ts';
import { BallastError } from '../../protocol/errors.ts';
import { type Unsigned, VotingRecord } from '../voting-record.ts';
import { digest, NETWORK, NOW, signerOf, TestStore } from './support.ts';

const signer = signerOf(0);
const open = (store: TestStore) => VotingRecord.open(store, signer, NETWORK);
const prepare = (name: string, view = 0, round = 1): Unsigned => ({
  type: 'prepare',
  round,
  view,
  payload: { entry: digest(name), outcome: 'accepted' },
});
const status = (head: number): Unsigned => ({ type: 'status', round: head, view: 0, payload: { head } });
const bytesOf = ({ bytes }: Sealed) => Buffer.from(bytes).toString('hex');

describe('voting record', () => {
  it('gives the same bytes for a slot whatever the content, time or life', async () => {
    const store = new TestStore();
    const record = await open(store);
    const first = await record.sign(prepare('a'), NOW);
    expect(bytesOf(await record.sign(prepare('b'), NOW + 5))).to.equal(bytesOf(first));
    const reopened = await open(store.survivor());
    expect(bytesOf(await reopened.sign(prepare('c'), NOW + 10_000_000))).to.equal(bytesOf(first));
    expect(first.envelope.payload).to.deep.equal({ entry: digest('a'), outcome: 'accepted' });
  });

  it('keeps kinds, rounds and views apart', async () => {
    const record = await open(new TestStore());
    const slots = [
      prepare('a'),
      prepare('a', 1),
      prepare('a', 0, 2),
      { ...prepare('a'), type: 'commit' as const },
    ];
    const signed = await Promise.all(slots.map((slot) => record.sign(slot, NOW)));
    expect(new Set(signed.map(bytesOf)).size).to.equal(4);
  });

  it('signs one message for a slot when many ask at once', async () => {
    const store = new TestStore();
    const record = await open(store);
    const signed = await Promise.all(['a', 'b', 'c', 'd'].map((name) => record.sign(prepare(name), NOW)));
    expect(new Set(signed.map(bytesOf)).size).to.equal(1);
    expect(await record.of(1)).to.have.length(1);
  });

  it('counts up over kinds and restarts, without a gap for what it repeats', async () => {
    const store = new TestStore();
    const record = await open(store);
    const signed = [
      await record.sign(status(0), NOW),
      await record.sign(prepare('a'), NOW),
      await record.sign(prepare('b'), NOW),
      await record.sign(status(0), NOW),
    ];
    expect(signed.map(({ envelope }) => envelope.seq)).to.deep.equal([1, 2, 2, 3]);
    const reopened = await open(store.survivor());
    expect((await reopened.sign(prepare('a', 1), NOW)).envelope.seq).to.equal(4);
  });

  it('says nothing before the disk has it; what a crash lost may be said anew, once', async () => {
    const store = new TestStore();
    const record = await open(store);
    store.held = [];
    let isSaid = false;
    void record.sign(prepare('a'), NOW).then(() => {
      isSaid = true;
    });
    await new Promise(setImmediate);
    expect(store.held).to.have.length(1);
    expect(isSaid).to.equal(false);
    const reopened = await open(store.survivor());
    const anew = await reopened.sign(prepare('b'), NOW);
    expect(anew.envelope.payload).to.deep.equal({ entry: digest('b'), outcome: 'accepted' });
    expect(bytesOf(await reopened.sign(prepare('a'), NOW))).to.equal(bytesOf(anew));
  });

  it('repeats what was durable at the crash, though it was never sent', async () => {
    const store = new TestStore();
    const record = await open(store);
    store.held = [];
    const signing = record.sign(prepare('a'), NOW);
    await new Promise(setImmediate);
    for (const apply of store.held) apply();
    const reopened = await open(store.survivor());
    expect(bytesOf(await reopened.sign(prepare('b'), NOW))).to.equal(bytesOf(await signing));
  });

  it('goes on after a failed write, and has not said what failed', async () => {
    const store = new TestStore();
    const record = await open(store);
    const write = store.write;
    store.write = () => Promise.reject(new Error('disk full'));
    const failed = await record.sign(prepare('a'), NOW).catch((error: unknown) => error);
    expect(failed).to.be.instanceOf(Error);
    store.write = write;
    const signed = await record.sign(prepare('b'), NOW);
    expect(signed.envelope.payload).to.deep.equal({ entry: digest('b'), outcome: 'accepted' });
    expect(signed.envelope.seq).to.equal(1);
  });

  it('lets votes count as long as their round lasts, and other words for minutes', async () => {
    const record = await open(new TestStore());
    const vote = await record.sign(prepare('a'), NOW);
    const word = await record.sign(status(3), NOW);
    expect(vote.envelope.expiry).to.equal(Number.MAX_SAFE_INTEGER);
    expect(word.envelope.expiry - NOW).to.equal(600_000);
  });

  it('signs nothing new up to a round that it is shown to have voted in, and keeps that through a restart', async () => {
    const store = new TestStore();
    const old = await open(store);
    const kept = await old.sign(prepare('a', 0, 1), NOW);
    const copy = store.survivor();
    const lost = await old.sign(prepare('b', 0, 3), NOW);
    const record = await open(copy);
    expect(await record.recall(kept)).to.equal(false);
    expect(record.floor).to.equal(0);
    expect(await record.recall(lost)).to.equal(true);
    expect(await record.recall(lost)).to.equal(false);
    const codeOf = (signing: Promise<Sealed>) =>
      signing.then(
        () => undefined,
        (error: { code?: string }) => error.code,
      );
    for (const again of [record, await open(copy.survivor())]) {
      expect(again.floor).to.equal(3);
      expect(await codeOf(again.sign(prepare('c', 0, 3), NOW))).to.equal('VOTES_BEHIND');
      expect(await codeOf(again.sign(prepare('c', 1, 2), NOW))).to.equal('VOTES_BEHIND');
      expect(bytesOf(await again.sign(prepare('c', 0, 1), NOW))).to.equal(bytesOf(kept));
    }
    const next = await record.sign(prepare('c', 0, 4), NOW);
    expect(next.envelope.seq).to.be.above(lost.envelope.seq);
  });

  it('is shown a vote of another content under a sequence that it has passed', async () => {
    const [one, two] = [await open(new TestStore()), await open(new TestStore())];
    const before = await one.sign(prepare('a', 0, 2), NOW);
    await two.sign(prepare('b', 0, 2), NOW);
    expect(await two.recall(before)).to.equal(true);
    expect(two.floor).to.equal(2);
  });

  it('signs nothing at all while it is held', async () => {
    const record = await VotingRecord.open(new TestStore(), signer, NETWORK, true);
    for (const message of [prepare('a'), status(1)]) {
      const error = await record.sign(message, NOW).catch((thrown: { code?: string }) => thrown.code);
      expect(error).to.equal('RESTORE_UNCONFIRMED');
    }
    record.release();
    expect((await record.sign(prepare('a'), NOW)).envelope.seq).to.equal(1);
  });

  it('finds and forgets a round without touching another', async () => {
    const store = new TestStore();
    const record = await open(store);
    await record.sign(prepare('a', 0, 1), NOW);
    await record.sign(prepare('a', 2, 1), NOW);
    await record.sign(prepare('a', 0, 10), NOW);
    store.durable.set('lock/0000000000000001', new Uint8Array());
    expect((await record.of(1)).map(({ envelope }) => envelope.view)).to.deep.equal([0, 2]);
    await store.write(await record.forgetting(1));
    expect(await record.of(1)).to.deep.equal([]);
    expect(await record.of(10)).to.have.length(1);
    expect([...store.durable.keys()].filter((key) => key.startsWith('lock/'))).to.deep.equal([]);
  });

  it('says nothing new in a round that is over, whose words it has forgotten', async () => {
    const store = new TestStore();
    const record = await open(store);
    const said = await record.sign(prepare('a', 0, 1), NOW);
    await store.write([{ type: 'put', key: 'log/0000000000000001', value: new Uint8Array() }]);
    expect((await record.sign(prepare('b', 0, 1), NOW + 1)).digest).to.equal(said.digest);
    await store.write(await record.forgetting(1));
    const error = await record.sign(prepare('b', 0, 1), NOW + 2).catch((caught: unknown) => caught);
    expect(error).to.be.instanceOf(BallastError).with.property('code', 'ROUND_OVER');
    expect((await record.sign(prepare('b', 0, 2), NOW + 3)).envelope.round).to.equal(2);
  });
});
