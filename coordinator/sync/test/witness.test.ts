import { expect } from 'chai';
import { openEnvelope } from '../../../protocol/envelope.ts';
import { BallastError } from '../../../protocol/errors.ts';
import type { RoundEntry } from '../../../protocol/messages.ts';
import type { Abstention, Collaborators, ParticipantOptions, RoundTrainer } from '../../collaborators.ts';
import { type Roll, updatesOf } from '../../roll.ts';
import {
  committeeOf,
  digest,
  entryOf,
  GENESIS,
  header,
  NETWORK,
  NOW,
  received,
  rollOfMembers,
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
  type Own = {
    readonly held?: readonly Uint8Array[];
    readonly debits?: number;
    /** Rounds that the ledger has. */
    readonly released?: readonly number[];
    readonly store?: TestStore;
    readonly isLate?: boolean;
    /** Of members 1 to 3. */
    readonly reachable?: Set<number>;
    readonly log?: readonly RoundEntry[];
  };
  const own = async ({ held = [], debits = 0, released = [], store = new TestStore(), ...more }: Own) => {
    const { isLate = false, reachable = new Set([1, 2, 3]), log = [] } = more;
    const told: Abstention[] = [];
    let trained = 0;
    let confirmed = 0;
    let now = NOW;
    let timers: (() => void)[] = [];
    const trainer: RoundTrainer = {
      debits: () => debits,
      hasReleased: (round) => released.includes(round),
      train: async () => {
        trained += 1;
        return undefined;
      },
    };
    const votes = await VotingRecord.open(store, signerOf(0), NETWORK);
    const past = new OwnPast({
      options: {
        network: NETWORK,
        committee: committeeOf(4),
        parameters: { timeouts: { collectMs: 500 } },
      } as ParticipantOptions,
      collaborators: {
        signer: signerOf(0),
        store,
        clock: {
          now: () => now,
          setTimer: (_ms: number, run: () => void) => {
            timers.push(run);
            return () => {
              timers = timers.filter((each) => each !== run);
            };
          },
        },
        transport: {
          fetchWitness: async (node: string) => {
            if ([...reachable].some((index) => signerOf(index).nodeId === node)) return held;
            throw new BallastError('PEER_UNREACHABLE', 'nobody there');
          },
        },
        trainer,
      } as unknown as Collaborators,
      observer: {
        onAbstain: (abstention) => told.push(abstention),
        onLedgerConfirmed: () => {
          confirmed += 1;
        },
      },
      votes,
      log: {
        head: { ...GENESIS, round: log.at(-1)?.round ?? 0 },
        get: async (round) => {
          const entry = log.find((each) => each.round === round);
          return entry === undefined ? undefined : { entry, view: 0, signatures: [] };
        },
        roll: async (round) => log.find((each) => each.round === round) && rolls.get(round),
      },
      signal: new AbortController().signal,
    });
    const base = { head: GENESIS, weights: new Float64Array(), state: { step: 0, vectors: {} } };
    const node = {
      votes,
      reachable,
      recall: () => past.recall(),
      codes: () => told.map(({ code, until }) => [code, until]),
      confirmed: () => confirmed,
      /** How often it has trained, when it has done so for this round or let it be. */
      train: async (round: number) => {
        await past.trainer.train(round, base, new AbortController().signal);
        return trained;
      },
      noteEntries: (entries: readonly RoundEntry[]) =>
        past.noteRounds(
          entries.map((entry) => ({
            certificate: { entry, view: 0, signatures: [] },
            roll: rolls.get(entry.round),
          })),
        ),
      hear: (index: number) => past.heard(signerOf(index).nodeId),
      wait: (ms: number) => {
        now += ms;
      },
      /** Time passes: whatever waits goes on. */
      pass: async (ms: number) => {
        await settle();
        now += ms;
        for (const run of timers.splice(0)) run();
        await settle();
      },
    };
    if (!isLate) await past.recall();
    await settle();
    return node;
  };
  const settle = async () => {
    for (let i = 0; i < 5; i++) await new Promise(setImmediate);
  };
  const rolls = new Map<number, Roll>();
  const sealedBy = (round: number, ...members: number[]): RoundEntry => {
    const roll = rollOfMembers(members);
    rolls.set(round, roll);
    return entryOf({ round, updates: updatesOf(roll) });
  };

  it('makes it sit out the round of a vote that it does not know', async () => {
    const vote = seal(0, 'prepare', { entry: digest('x'), outcome: 'accepted' }, { round: 6, seq: 40 });
    const node = await own({ held: [vote.bytes], released: [6, 7] });
    expect(node.votes.floor).to.equal(6);
    expect(node.codes()).to.deep.equal([['VOTES_BEHIND', 6]]);
    expect([await node.train(6), await node.train(7)]).to.deep.equal([0, 1]);
  });

  it('keeps it from training while its ledger is behind a header that it signed, and says so once', async () => {
    const own5 = seal(0, 'update-header', header(0, { ledger: 5 }), { round: 2, seq: 3 });
    const behind = await own({ held: [own5.bytes], debits: 4 });
    expect([await behind.train(8), await behind.train(9)]).to.deep.equal([0, 0]);
    expect(behind.codes()).to.deep.equal([
      ['VOTES_BEHIND', 2],
      ['LEDGER_BEHIND', undefined],
    ]);
    const level = await own({ held: [own5.bytes], debits: 5 });
    expect(await level.train(8)).to.equal(1);
  });

  it('trains nothing before it has heard, and knows after a restart that its ledger is behind', async () => {
    const own5 = seal(0, 'update-header', header(0, { ledger: 5 }), { round: 2, seq: 3 });
    const store = new TestStore();
    const late = await own({ held: [own5.bytes], debits: 4, store, isLate: true });
    const training = late.train(8);
    await Promise.resolve();
    await late.recall();
    expect(await training).to.equal(0);
    // Nobody holds anything this time.
    const again = await own({ debits: 4, store: store.survivor() });
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
    const node = await own({ held: [others.bytes, foreign.bytes] });
    expect([node.votes.floor, node.codes()]).to.deep.equal([0, []]);
  });

  it('keeps it from training before q − 1 others have answered, says so once, and not longer', async () => {
    const node = await own({ reachable: new Set([2]), isLate: true });
    await Promise.all([node.recall(), node.pass(3_000)]);
    const training = node.train(4);
    await node.pass(250);
    expect(await training).to.equal(0);
    const again = node.train(5);
    await node.pass(250);
    expect(await again).to.equal(0);
    expect(node.codes()).to.deep.equal([['LEDGER_UNCONFIRMED', undefined]]);
    node.reachable.add(3);
    const third = node.train(6);
    await settle();
    expect(node.confirmed()).to.equal(0);
    node.wait(200);
    node.hear(3);
    expect(await third).to.equal(1);
    expect(node.confirmed()).to.equal(1);
    expect(await node.train(7)).to.equal(2);
  });

  it('goes on asking until enough have answered, however long that takes', async () => {
    const node = await own({ reachable: new Set(), isLate: true });
    await Promise.all([node.recall(), node.pass(3_000)]);
    for (let i = 0; i < 20; i++) await node.pass(1_000);
    node.reachable.add(1).add(2);
    await node.pass(1_000);
    expect(await node.train(9)).to.equal(1);
    expect(node.codes()).to.deep.equal([]);
  });

  it('believes an answer that comes while the training waits', async () => {
    const own5 = seal(0, 'update-header', header(0, { ledger: 5 }), { round: 2, seq: 3 });
    const node = await own({ held: [own5.bytes], debits: 4, reachable: new Set(), isLate: true });
    await Promise.all([node.recall(), node.pass(3_000)]);
    const training = node.train(4);
    node.reachable.add(1).add(2);
    node.wait(200);
    for (const index of [1, 2]) node.hear(index);
    expect(await training).to.equal(0);
    expect(node.codes().map(([code]) => code)).to.include('LEDGER_BEHIND');
  });

  it('keeps it from training where the certified log has an update that its ledger has not', async () => {
    const store = new TestStore();
    const node = await own({ debits: 9, released: [1, 3], store });
    await node.noteEntries([sealedBy(1, 0, 1), sealedBy(2, 1, 2), sealedBy(3, 0)]);
    expect(await node.train(4)).to.equal(1);
    await node.noteEntries([sealedBy(4, 1, 0)]);
    expect([await node.train(5), await node.train(6)]).to.deep.equal([1, 1]);
    expect(node.codes()).to.deep.equal([['LEDGER_BEHIND', undefined]]);
    const restarted = await own({ debits: 9, released: [1, 3], store: store.survivor() });
    expect(await restarted.train(7)).to.equal(0);
    const mended = await own({ debits: 9, released: [1, 3, 4], store: store.survivor() });
    expect(await mended.train(7)).to.equal(1);
  });

  it('reads the end of the log for updates that its ledger has not', async () => {
    const log = [sealedBy(1, 0), sealedBy(2, 0), sealedBy(3, 1)];
    expect(await (await own({ released: [1], log })).train(4)).to.equal(0);
    expect(await (await own({ released: [1, 2], log })).train(4)).to.equal(1);
  });
});
