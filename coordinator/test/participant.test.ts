import { expect } from 'chai';
import { createAggregator } from '../../aggregation/index.ts';
import type { Digest } from '../../protocol/digest.ts';
import { type Encodable, encodeCanonical } from '../../protocol/encoding.ts';
import { openEnvelope } from '../../protocol/envelope.ts';
import { BallastError } from '../../protocol/errors.ts';
import { weightsDigest } from '../../protocol/vectors.ts';
import type { Collaborators, ParticipantObserver, ParticipantOptions } from '../collaborators.ts';
import { genesisHead } from '../entry.ts';
import type { RoundLog } from '../log.ts';
import { encodeLoggedRound } from '../logged-round.ts';
import { Participant } from '../participant.ts';
import { type AnyReceived, type Received, readMessage } from '../received.ts';
import { encodeRoll, updatesOf } from '../roll.ts';
import { NO_STATE } from '../round-aggregator.ts';
import { Voice } from '../voice.ts';
import { VotingRecord } from '../voting-record.ts';
import {
  committeeOf,
  digest,
  entryOf,
  header,
  LAYOUT,
  NETWORK,
  NO_ROWS,
  NOW,
  PARAMETERS,
  rollOfMembers,
  SIZE,
  seal,
  signerOf,
  TestStore,
} from './support.ts';

const genesisWeights = new Float64Array(SIZE);
const options: ParticipantOptions = {
  network: NETWORK,
  parameters: PARAMETERS,
  layout: LAYOUT,
  size: SIZE,
  committee: committeeOf(4),
  genesis: genesisHead(NETWORK, weightsDigest(genesisWeights), 1, NO_STATE),
  genesisWeights,
};

/** Member 0 with a training that gives another update at every call, as a forgetful one would. */
async function member(
  store = new TestStore(),
  observer: ParticipantObserver = {},
  given: Partial<Collaborators> = {},
) {
  const sent: Uint8Array[] = [];
  let timers: { ms: number; run: () => void }[] = [];
  const collaborators: Collaborators = {
    store,
    signer: signerOf(0),
    commitScheme: { sign: async () => new Uint8Array(65), verify: () => true },
    clock: {
      now: () => NOW,
      setTimer: (ms, run) => {
        const cancel = () => {
          timers = timers.filter((each) => each !== timer);
        };
        const timer = {
          ms,
          run: () => {
            cancel();
            run();
          },
        };
        timers.push(timer);
        return cancel;
      },
    },
    transport: {
      broadcast: (_topic, bytes) => sent.push(bytes),
      fetch: () => Promise.reject(new BallastError('PEER_UNREACHABLE', 'no peers')),
      fetchLog: () => Promise.reject(new BallastError('PEER_UNREACHABLE', 'no peers')),
      fetchWitness: async () => [],
    },
    beacon: { randomnessAt: async () => digest('randomness'), restoreAt: async () => undefined },
    trainer: {
      debits: () => 1,
      hasReleased: () => true,
      train: async () => ({
        update: Int32Array.of(++calls, 0, 0, 0),
        privacy: header(0).privacy,
        ledger: 1,
      }),
    },
    evaluator: { judge: async () => 'accepted' },
    aggregator: createAggregator('multi-krum', { f: 0 }),
    ...given,
  };
  const participant = await Participant.open(options, collaborators, observer);
  return {
    participant,
    sent,
    timers: () => timers,
    typesSent: () => sent.map((bytes) => openEnvelope(bytes).envelope.type),
  };
}
let calls = 0;
const isHeader = (message: AnyReceived): message is Received<'update-header'> =>
  message.type === 'update-header';
const settle = async () => {
  for (let i = 0; i < 20; i++) await new Promise(setImmediate);
};

describe('participant', () => {
  it('tells who is behind how far it is, but not as a node that has no part in the epoch', async () => {
    for (const [index, said] of [
      [0, ['status']],
      [7, []],
    ] as const) {
      const { participant, typesSent } = await member(new TestStore(), {}, { signer: signerOf(index) });
      const late = seal(1, 'prepare', { entry: digest('entry'), outcome: 'accepted' }, { round: 0 }).bytes;
      expect(participant.receive(late)).to.include({ action: 'ignore', code: 'MESSAGE_PAST_ROUND' });
      await settle();
      expect(typesSent()).to.deep.equal(said);
      await participant.stop();
    }
  });

  it('is refused an aggregation of another genesis, and one that needs what no round has', async () => {
    const codeWith = async (rule: string) => {
      const opening = member(new TestStore(), {}, { aggregator: createAggregator(rule, { f: 0 }) });
      const error = await opening.catch((reason: unknown) => reason);
      return error instanceof BallastError ? error.code : undefined;
    };
    expect(await codeWith('median')).to.equal(undefined);
    expect(await codeWith('fedadam')).to.equal('GENESIS_STATE');
    expect(await codeWith('q-fedavg')).to.equal('RULE_NEEDS_LOSSES');
  });

  it('survives what peers send and loses nothing by it', async () => {
    const errors: unknown[] = [];
    const { participant } = await member(new TestStore(), { onError: (error) => errors.push(error) });
    participant.start();
    await settle();
    participant.receive(
      seal(1, 'update-header', header(1, { baseDigest: options.genesis.modelDigest })).bytes,
    );
    await settle();
    const before = participant.state;
    const refused = [
      new Uint8Array(),
      Uint8Array.of(0xc1, 0xff),
      new Uint8Array((1 << 20) + 1),
      seal(9, 'status', { head: 1 }).bytes,
      seal(1, 'update-header', header(1, { normClass: 60 })).bytes,
      seal(1, 'update-header', header(1, { baseDigest: options.genesis.modelDigest, normClass: 2 })).bytes,
      seal(1, 'prepare', { entry: 'x', outcome: 'accepted' } as never).bytes,
      seal(1, 'seal-report', { headers: NO_ROWS, finalized: 0 }, { round: 0 }).bytes,
      seal(1, 'seal-report', { headers: NO_ROWS, finalized: 0 }, { round: 9 }).bytes,
    ].map((bytes) => participant.receive(bytes));
    await settle();
    expect(
      refused.map((reception) => (reception.action === 'accept' ? 'accept' : reception.code)),
    ).to.deep.equal([
      'MESSAGE_MALFORMED',
      'MESSAGE_MALFORMED',
      'MESSAGE_TOO_LARGE',
      'MESSAGE_NOT_MEMBER',
      'UPDATE_NORM',
      'MESSAGE_EQUIVOCATION',
      'MESSAGE_PAYLOAD',
      'MESSAGE_PAST_ROUND',
      'MESSAGE_FUTURE_ROUND',
    ]);
    const { offences, ...after } = participant.state;
    expect({ ...after, offences: before.offences }).to.deep.equal(before);
    expect([...offences.values()].map(({ node, kind }) => [node, kind])).to.deep.equal([
      [signerOf(1).nodeId, 'equivocation-header'],
    ]);
    expect([...before.headers.keys()]).to.have.members([signerOf(0).nodeId, signerOf(1).nodeId]);
    const reception = participant.receive(
      seal(2, 'update-header', header(2, { baseDigest: options.genesis.modelDigest })).bytes,
    );
    await settle();
    expect([reception.action, participant.state.headers.size]).to.deep.equal(['accept', 3]);
    expect(errors).to.deep.equal([]);
    await participant.stop();
  });

  it('asks for one beacon at a time, and takes no answer of a block that was replaced', async () => {
    const asked: { signal: AbortSignal; answer: (randomness: Digest) => void }[] = [];
    const randomnessAt = (_height: number, signal: AbortSignal) =>
      new Promise<Digest>((answer) => asked.push({ signal, answer }));
    const { participant } = await member(
      new TestStore(),
      {},
      { beacon: { randomnessAt, restoreAt: async () => undefined } },
    );
    participant.start();
    await settle();
    participant.onReorganised();
    await settle();
    expect(asked.map(({ signal }) => signal.aborted)).to.deep.equal([true, false]);
    asked[1]?.answer(digest('new block'));
    await settle();
    const { beacon } = participant.state;
    expect(beacon).to.be.a('string');
    asked[0]?.answer(digest('lost block'));
    await settle();
    expect([participant.state.beacon, participant.state.nextBeacon]).to.deep.equal([beacon, undefined]);
    participant.onReorganised();
    await settle();
    await participant.stop();
    expect(asked.map(({ signal }) => signal.aborted)).to.deep.equal([true, true, true]);
  });

  it('keeps no timer for peers that asked before the seal once it has stopped', async () => {
    const store = new TestStore();
    const { participant, timers, sent } = await member(store);
    participant.start();
    await settle();
    const own = sent.map((bytes) => readMessage(openEnvelope(bytes))).find(isHeader);
    const before = timers().length;
    const asking = Array.from({ length: 50 }, () =>
      participant.serve(own?.payload.digest ?? '', signerOf(1).nodeId),
    );
    await settle();
    expect(timers().length).to.equal(before + 50);
    for (const timer of timers().slice(before, before + 10)) timer.run();
    await settle();
    await participant.stop();
    expect(await Promise.all(asking)).to.deep.equal(asking.map(() => undefined));
    expect(timers()).to.deep.equal([]);
  });

  it('goes on with what is due where the signer of commits fails', async () => {
    const errors: unknown[] = [];
    const said: string[] = [];
    const voice = new Voice(
      NETWORK,
      () => committeeOf(4),
      {
        signer: signerOf(0),
        commitScheme: { sign: () => Promise.reject(new BallastError('SIGNER_TIMEOUT', 'no answer')) },
        clock: { now: () => NOW },
        transport: { broadcast: (topic: string) => said.push(topic) },
      } as unknown as Collaborators,
      {} as RoundLog,
      await VotingRecord.open(new TestStore(), signerOf(0), NETWORK),
      () => undefined,
      new AbortController().signal,
      (error) => errors.push(error),
    );
    const payload = { entry: entryOf() };
    await voice.broadcast({ type: 'broadcast', message: 'commit', round: 1, view: 0, payload });
    expect(said).to.deep.equal([]);
    expect(errors.map((error) => error instanceof BallastError && error.code)).to.deep.equal([
      'SIGNER_TIMEOUT',
    ]);
  });

  it('checks a certificate of each sender once a round, however often it comes', async () => {
    let checked = 0;
    const scheme = {
      sign: async () => new Uint8Array(65),
      verify: () => {
        checked += 1;
        return false;
      },
    };
    const { participant } = await member(new TestStore(), {}, { commitScheme: scheme });
    participant.start();
    await settle();
    const signatures = [0, 1, 2].map((index) => ({ index, signature: new Uint8Array(65) }));
    const certificate = { entry: entryOf({ parent: options.genesis.entry }), view: 0, signatures };
    for (let seq = 1; seq <= 20; seq++) {
      participant.receive(seal(1, 'certificate', { ...certificate, view: seq }, { seq }).bytes);
      await settle();
    }
    expect(checked).to.equal(1);
    participant.receive(seal(2, 'certificate', certificate, { seq: 1 }).bytes);
    await settle();
    expect(checked).to.equal(2);
    await participant.stop();
  });

  for (const isKnown of [true, false]) {
    it(`trains ${isKnown ? 'on' : 'no more'} after a certified round whose update its ledger ${isKnown ? 'has' : 'has not'}`, async () => {
      const trained: number[] = [];
      const told: string[] = [];
      let logged: Uint8Array | undefined;
      const { participant } = await member(
        new TestStore(),
        { onAbstain: ({ code }) => told.push(code) },
        {
          trainer: {
            debits: () => 9,
            hasReleased: () => isKnown,
            train: async (round) => {
              trained.push(round);
              return undefined;
            },
          },
          transport: {
            broadcast: () => undefined,
            fetch: () => Promise.reject(new BallastError('PEER_UNREACHABLE', 'no peers')),
            fetchLog: async () => (logged === undefined ? [] : [logged]),
            fetchWitness: async () => [],
          },
        },
      );
      participant.start();
      await settle();
      const { genesis } = options;
      const roll = rollOfMembers([0], { 0: 'BODY_NOT_SERVED' });
      const entry = entryOf({
        parent: genesis.entry,
        updates: updatesOf(roll),
        outcome: 'aborted',
        version: 0,
        modelDigest: genesis.modelDigest,
        stateDigest: genesis.stateDigest,
      });
      const signatures = [0, 1, 2].map((index) => ({ index, signature: new Uint8Array(65) }));
      const certificate = { entry, view: 0, signatures };
      logged = encodeLoggedRound(encodeCanonical(certificate as Encodable), encodeRoll(roll));
      participant.receive(seal(1, 'certificate', certificate).bytes);
      await settle();
      expect(participant.state.round).to.equal(2);
      expect(trained).to.deep.equal(isKnown ? [1, 2] : [1]);
      expect(told).to.deep.equal(isKnown ? [] : ['LEDGER_BEHIND']);
      await participant.stop();
    });
  }

  it('sends after a restart the very header it sent before, though it trained to another', async () => {
    const store = new TestStore();
    const first = await member(store);
    first.participant.start();
    await settle();
    await first.participant.stop();
    const again = await member(store.survivor());
    again.participant.start();
    await settle();
    const headersOf = ({ sent }: { sent: Uint8Array[] }) =>
      sent
        .filter((bytes) => openEnvelope(bytes).envelope.type === 'update-header')
        .map((bytes) => Buffer.from(bytes).toString('hex'));
    expect(headersOf(first)).to.have.length(1);
    expect(headersOf(again)).to.deep.equal(headersOf(first));
    await again.participant.stop();
  });

  it('says again what it said in this round until it is over, and nothing once stopped', async () => {
    const { participant, sent, timers, typesSent } = await member();
    participant.start();
    await settle();
    expect(typesSent()).to.deep.equal(['update-header']);
    timers()
      .find(({ ms }) => ms === PARAMETERS.timeouts.resendMs)
      ?.run();
    expect(typesSent()).to.deep.equal(['update-header', 'update-header']);
    await participant.stop();
    const before = sent.length;
    participant.receive(
      seal(1, 'update-header', header(1, { baseDigest: options.genesis.modelDigest })).bytes,
    );
    await settle();
    expect(sent).to.have.length(before);
    expect(timers()).to.deep.equal([]);
  });

  it('keeps its own update to itself before the seal', async () => {
    const { participant, sent } = await member();
    participant.start();
    await settle();
    const [bytes] = sent;
    const { payload } = openEnvelope(bytes ?? new Uint8Array()).envelope;
    const body = (payload as { digest: string }).digest;
    let isServed = false;
    const serving = participant.serve(body, signerOf(1).nodeId).then((served) => {
      isServed = served !== undefined;
      return served;
    });
    await settle();
    expect(isServed).to.equal(false);
    for (const index of [1, 2, 3])
      participant.receive(seal(index, 'seal-report', { headers: NO_ROWS, finalized: 1 }).bytes);
    await settle();
    expect(await serving).to.have.length(32 + SIZE * 4);
    expect(await participant.serve(body, signerOf(1).nodeId)).to.have.length(32 + SIZE * 4);
    expect(await participant.serve(digest('unknown'), signerOf(1).nodeId)).to.equal(undefined);
    await participant.stop();
  });
});
