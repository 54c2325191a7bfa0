import { expect } from 'chai';
import { openEnvelope } from '../../../protocol/envelope.ts';
import type { Abstention, Collaborators, ParticipantOptions, RoundTrainer } from '../../collaborators.ts';
import {
  committeeOf,
  digest,
  GENESIS,
  header,
  NETWORK,
  NOW,
  received,
  seal,
  signerOf,
  TestStore,
} from '../../test/support.ts';
import { VotingRecord } from '../../voting-record.ts';
import { OwnPast } from '../own-past.ts';
import { WitnessBook } from '../witness-book.ts';

const prepare = (sender: number, round: number, seq: number) =>
  received(sender, 'prepare', { entry: digest(round), outcome: 'accepted' }, { round, seq });

describe('what a node remembers of the others', () => {
  async function book(store = new TestStore()) {
    const timers: (() => void)[] = [];
    const clock = {
      now: () => NOW,
      setTimer: (_ms: number, run: () => void) => {
        timers.push(run);
        return () => undefined;
      },
    };
    const opened = await WitnessBook.open(store, clock, (error) => expect.fail(String(error)));
    return { book: opened, flush: () => timers.splice(0).map((run) => run()).length };
  }
  const seqsOf = (held: readonly Uint8Array[]) => held.map((bytes) => openEnvelope(bytes).envelope.seq);

  it('is the last vote and the last header of each, whatever order they come in', async () => {
    const { book: witness } = await book();
    const { nodeId } = signerOf(1);
    expect(witness.heldOf(nodeId)).to.deep.equal([]);
    witness.note(received(1, 'update-header', header(1), { seq: 3 }));
    expect(seqsOf(witness.heldOf(nodeId))).to.deep.equal([3]);
    witness.note(prepare(1, 1, 7));
    witness.note(prepare(1, 1, 5));
    witness.note(received(1, 'status', { head: 1 }, { seq: 9 }));
    witness.note(received(1, 'update-header', header(1), { seq: 2 }));
    expect(seqsOf(witness.heldOf(nodeId))).to.deep.equal([7, 3]);
    expect(witness.heldOf(signerOf(2).nodeId)).to.deep.equal([]);
  });

  it('is on disk soon, in one write, and read back', async () => {
    const store = new TestStore();
    const { book: witness, flush } = await book(store);
    for (let seq = 1; seq <= 20; seq++) witness.note(prepare(1, 1, seq));
    witness.note(prepare(2, 1, 4));
    expect(flush()).to.equal(1);
    const { book: again } = await book(store.survivor());
    expect(seqsOf(again.heldOf(signerOf(1).nodeId))).to.deep.equal([20]);
    expect(seqsOf(again.heldOf(signerOf(2).nodeId))).to.deep.equal([4]);
  });

  it('is on disk when the node has stopped, though it was to be written a moment later', async () => {
    const store = new TestStore();
    const { book: witness } = await book(store);
    witness.note(prepare(1, 1, 8));
    await witness.stop();
    witness.note(prepare(1, 1, 9));
    await witness.stop();
    const { book: again } = await book(store.survivor());
    expect(seqsOf(again.heldOf(signerOf(1).nodeId))).to.deep.equal([8]);
  });
});

describe('what a node learns of its own past', () => {
  async function own(held: readonly Uint8Array[], debits: number, store = new TestStore(), late = false) {
    const told: Abstention[] = [];
    let trained = 0;
    const trainer: RoundTrainer = {
      debits: () => debits,
      train: async () => {
        trained += 1;
        return undefined;
      },
    };
    const votes = await VotingRecord.open(store, signerOf(0), NETWORK);
    const past = new OwnPast({
      options: { network: NETWORK, committee: committeeOf(4) } as ParticipantOptions,
      collaborators: {
        signer: signerOf(0),
        store,
        clock: { now: () => NOW, setTimer: () => () => undefined },
        transport: { fetchWitness: async () => held },
      } as unknown as Collaborators,
      observer: { onAbstain: (abstention) => told.push(abstention) },
      votes,
      signal: new AbortController().signal,
    });
    if (!late) await past.recall();
    const train = async (round: number) => {
      await past
        .guarded(trainer)
        .train(
          round,
          { head: GENESIS, weights: new Float64Array(), state: { step: 0, vectors: {} } },
          new AbortController().signal,
        );
      return trained;
    };
    return {
      votes,
      recall: () => past.recall(),
      codes: () => told.map(({ code, until }) => [code, until]),
      train,
    };
  }

  it('makes it sit out the round of a vote that it does not know', async () => {
    const vote = seal(0, 'prepare', { entry: digest('x'), outcome: 'accepted' }, { round: 6, seq: 40 });
    const node = await own([vote.bytes], 0);
    expect(node.votes.floor).to.equal(6);
    expect(node.codes()).to.deep.equal([['VOTES_BEHIND', 6]]);
    expect([await node.train(6), await node.train(7)]).to.deep.equal([0, 1]);
  });

  it('keeps it from training while its ledger is behind a header that it signed, and says so once', async () => {
    const own5 = seal(0, 'update-header', header(0, { ledger: 5 }), { round: 2, seq: 3 });
    const behind = await own([own5.bytes], 4);
    expect([await behind.train(8), await behind.train(9)]).to.deep.equal([0, 0]);
    expect(behind.codes()).to.deep.equal([
      ['VOTES_BEHIND', 2],
      ['LEDGER_BEHIND', undefined],
    ]);
    const level = await own([own5.bytes], 5);
    expect(await level.train(8)).to.equal(1);
  });

  it('trains nothing before it has heard, and knows after a restart that its ledger is behind', async () => {
    const own5 = seal(0, 'update-header', header(0, { ledger: 5 }), { round: 2, seq: 3 });
    const store = new TestStore();
    const late = await own([own5.bytes], 4, store, true);
    const training = late.train(8);
    await Promise.resolve();
    await late.recall();
    expect(await training).to.equal(0);
    // Nobody answers this time.
    const again = await own([], 4, store.survivor());
    expect(await again.train(9)).to.equal(0);
    expect(again.codes()).to.deep.equal([['LEDGER_BEHIND', undefined]]);
  });

  it('leaves alone what others signed, or what belongs to another network', async () => {
    const others = seal(1, 'prepare', { entry: digest('x'), outcome: 'accepted' }, { round: 6, seq: 40 });
    const foreign = seal(
      0,
      'prepare',
      { entry: digest('x'), outcome: 'accepted' },
      { round: 6, seq: 40, net: digest('elsewhere') },
    );
    const node = await own([others.bytes, foreign.bytes], 0);
    expect([node.votes.floor, node.codes()]).to.deep.equal([0, []]);
  });
});
