import { expect } from 'chai';
import { type Encodable, encodeCanonical } from '../../../protocol/encoding.ts';
import { BallastError } from '../../../protocol/errors.ts';
import type { NetworkParameters } from '../../../protocol/network.ts';
import type { Certificate } from '../../certificate.ts';
import type { Collaborators, EpochOptions, LogRequest } from '../../collaborators.ts';
import { encodeEpoch, epochDigest } from '../../committee-record.ts';
import { type Head, headAfter } from '../../entry.ts';
import { Epochs } from '../../epochs.ts';
import { encodeLoggedRound } from '../../logged-round.ts';
import { encodeRoll } from '../../roll.ts';
import { createRoster } from '../../roster.ts';
import {
  committeeOf,
  entryOf,
  GENESIS,
  LAYOUT,
  NETWORK,
  PARAMETERS,
  SIZE,
  signerOf,
} from '../../test/support.ts';
import { CatchUp } from '../catch-up.ts';

const [LIAR, HONEST] = [signerOf(1).nodeId, signerOf(2).nodeId];

/** A valid signature of a member is 65 times its index plus one. */
const signaturesOf = (indices: readonly number[]) =>
  indices.map((index) => ({ index, signature: new Uint8Array(65).fill(index + 1) }));

function logOf(rounds: number, reason = ''): Certificate[] {
  let head: Head = GENESIS;
  return Array.from({ length: rounds }, () => {
    const entry = entryOf({ round: head.round + 1, parent: head.entry, baseVersion: head.version, reason });
    head = headAfter(entry);
    return { entry, view: 0, signatures: signaturesOf([0, 1, 2]) };
  });
}

/** Member 0 at genesis, and peers that answer as they are told. */
function laggard(
  logs: Readonly<Record<string, (request: LogRequest) => readonly Certificate[]>>,
  parameters: NetworkParameters = PARAMETERS,
  records: ReadonlyMap<string, Uint8Array> = new Map(),
) {
  let head: Head = GENESIS;
  let now = 0;
  const adopted: number[] = [];
  const refused: string[] = [];
  const timers: { at: number; run: () => void }[] = [];
  const requests: LogRequest[] = [];
  const committee = committeeOf(4);
  const epochs = Epochs.starting(
    { committee, roster: createRoster(committee) },
    parameters.committee?.epochRounds,
  );
  const catchUp = new CatchUp({
    options: {
      network: NETWORK,
      parameters,
      layout: LAYOUT,
      size: SIZE,
      committee,
      epochs,
    } as unknown as EpochOptions,
    collaborators: {
      signer: signerOf(0),
      clock: {
        now: () => now,
        setTimer: (ms: number, run: () => void) => {
          const timer = { at: now + ms, run };
          timers.push(timer);
          return () => timers.splice(timers.indexOf(timer), 1);
        },
      },
      commitScheme: {
        sign: async () => new Uint8Array(65),
        verify: (_decision: unknown, signer: string, signature: Uint8Array) =>
          signature.every((byte) => byte === signature[0]) &&
          committee.members[(signature[0] ?? 0) - 1]?.signer === signer,
      },
      transport: {
        fetch: async (_peer: string, record: string) => {
          const bytes = records.get(record);
          if (bytes === undefined) throw new BallastError('BODY_NOT_SERVED', 'no such record');
          return bytes;
        },
        fetchLog: async (peer: string, request: LogRequest) => {
          requests.push(request);
          const answer = logs[peer];
          if (answer === undefined) throw new BallastError('PEER_UNREACHABLE', 'no such peer');
          return answer(request).map((certificate) =>
            encodeLoggedRound(encodeCanonical(certificate as Encodable), encodeRoll([])),
          );
        },
      },
    } as unknown as Collaborators,
    observer: {
      onRefused: ({ sender, code }) => refused.push(`${sender === LIAR ? 'liar' : 'honest'} ${code}`),
      onError: (error) => expect.fail(String(error)),
    },
    head: () => head,
    adopt: async (rounds) => {
      for (const {
        certificate: { entry },
      } of rounds) {
        expect(entry.parent).to.equal(head.entry);
        head = headAfter(entry);
        adopted.push(entry.round);
      }
    },
    signal: new AbortController().signal,
  });
  const settle = async () => {
    for (let i = 0; i < 5; i++) {
      for (const timer of timers.splice(0).sort((a, b) => a.at - b.at)) {
        now = Math.max(now, timer.at);
        timer.run();
      }
      for (let j = 0; j < 400; j++) await Promise.resolve();
      await new Promise(setImmediate);
    }
  };
  const pass = (ms: number) => {
    now += ms;
  };
  return { catchUp, adopted, refused, requests, settle, pass, headRound: () => head.round };
}

const serving = (log: readonly Certificate[]) => (request: LogRequest) =>
  request.from === 'newest' ? log.slice(-1) : log.slice(request.from - 1, request.from - 1 + request.most);

describe('catching up', () => {
  it('takes a log of 200 rounds in requests of 64 from one peer', async () => {
    const node = laggard({ [HONEST]: serving(logOf(200)) });
    node.catchUp.hear(HONEST, 200);
    await node.settle();
    expect(node.headRound()).to.equal(200);
    expect(node.adopted).to.deep.equal(Array.from({ length: 200 }, (_, i) => i + 1));
    expect(node.requests).to.have.length(1 + 4);
    expect(node.refused).to.deep.equal([]);
  });

  it('finds out by itself after a start', async () => {
    const node = laggard({ [HONEST]: serving(logOf(5)) });
    await node.catchUp.askAll();
    await node.settle();
    expect(node.headRound()).to.equal(5);
  });

  it('asks nobody for what it has, nor before the grace of a round is over', async () => {
    const node = laggard({ [HONEST]: serving(logOf(1)) });
    node.catchUp.hear(HONEST, 0);
    node.catchUp.hear(HONEST, 1);
    expect(node.requests).to.deep.equal([]);
    await node.settle();
    expect(node.headRound()).to.equal(1);
  });

  const good = logOf(6);
  const newestWith = (signatures: Certificate['signatures']) => [
    ...good.slice(0, 5),
    { ...(good[5] as Certificate), signatures },
  ];
  const forged = (round: number) =>
    good.map((certificate) =>
      certificate.entry.round === round ? { ...certificate, signatures: signaturesOf([0, 1]) } : certificate,
    );
  const lies: [string, string, readonly Certificate[], number][] = [
    ['a checkpoint below the quorum', 'CHECKPOINT_UNCERTIFIED', newestWith(signaturesOf([0, 1])), 0],
    [
      'a checkpoint that counts one member twice',
      'CHECKPOINT_UNCERTIFIED',
      newestWith([...signaturesOf([0, 1]), ...signaturesOf([1])]),
      0,
    ],
    [
      'a checkpoint with a wrong signature',
      'CHECKPOINT_UNCERTIFIED',
      newestWith([...signaturesOf([0, 1]), { index: 2, signature: new Uint8Array(65).fill(9) }]),
      0,
    ],
    ['a round below the quorum on the way', 'LOG_UNCERTIFIED', forged(3), 0],
    ['another history', 'LOG_UNLINKED', [...logOf(5, 'other'), good[5] as Certificate], 0],
    ['a log with a gap', 'LOG_UNLINKED', good.filter(({ entry }) => entry.round !== 2), 0],
    ['an entry of no round', 'LOG_MALFORMED', [{ ...good[0], entry: { round: -1 } } as never], 0],
  ];
  for (const [what, code, log, kept] of lies) {
    it(`refuses ${what}, tells who gave it, and goes on with the next peer`, async () => {
      const alone = laggard({ [LIAR]: serving(log) });
      alone.catchUp.hear(LIAR, 9);
      await alone.settle();
      expect([alone.headRound(), alone.refused]).to.deep.equal([kept, [`liar ${code}`]]);

      const node = laggard({ [LIAR]: serving(log), [HONEST]: serving(good) });
      node.catchUp.hear(LIAR, 9);
      node.catchUp.hear(HONEST, 6);
      await node.settle();
      expect(node.headRound()).to.equal(6);
      expect(node.refused).to.deep.equal([`liar ${code}`]);
    });
  }

  it('leaves a peer that drips for one that gives, and takes drops where there is nothing else', async () => {
    const log = logOf(100);
    const drips = {
      'one round an answer': () => (request: LogRequest) => serving(log)(request).slice(0, 1),
      'nine seconds an answer': (pass: (ms: number) => void) => (request: LogRequest) => {
        pass(9_000);
        return serving(log)(request);
      },
    };
    for (const [what, drip] of Object.entries(drips)) {
      let asked = 0;
      const counted = (request: LogRequest) => {
        asked += 1;
        return drip((ms) => node.pass(ms))(request);
      };
      const node = laggard({ [LIAR]: counted, [HONEST]: serving(log) });
      node.catchUp.hear(LIAR, 5_000);
      node.catchUp.hear(HONEST, 100);
      await node.settle();
      expect([node.headRound(), asked], what).to.deep.equal([100, 2]);
      const alone = laggard({ [LIAR]: (request) => drip((ms) => alone.pass(ms))(request) });
      alone.catchUp.hear(LIAR, 100);
      await alone.settle();
      expect(alone.headRound(), what).to.be.above(3);
    }
  });

  it('is not held up by a peer that promises and gives nothing', async () => {
    const node = laggard({ [LIAR]: () => [], [HONEST]: serving(good) });
    node.catchUp.hear(LIAR, 5_000);
    node.catchUp.hear(HONEST, 6);
    await node.settle();
    expect(node.headRound()).to.equal(6);
  });

  describe('across epochs', () => {
    const parameters = { ...PARAMETERS, committee: { epochRounds: 2, corruptShare: 0.15 } };
    const committee = committeeOf(4, 1);
    const second = { committee, roster: createRoster(committee) };
    const records = new Map([[epochDigest(second), encodeEpoch(second)]]);
    /** Five rounds, of which the second hands over; it has the votes of `voters`. */
    const logWith = (voters: readonly number[]): Certificate[] => {
      let head: Head = GENESIS;
      return [1, 2, 3, 4].map((round) => {
        const entry = entryOf({
          round,
          parent: head.entry,
          epoch: round > 2 ? 1 : 0,
          nextCommittee: round === 2 ? epochDigest(second) : null,
        });
        head = headAfter(entry);
        return { entry, view: 0, signatures: signaturesOf(round === 2 ? voters : [0, 1, 2]) };
      });
    };

    it('follows a hand-over that the committee before it has certified', async () => {
      const node = laggard({ [HONEST]: serving(logWith([0, 1, 2]).slice(0, 3)) }, parameters, records);
      node.catchUp.hear(HONEST, 3);
      await node.settle();
      expect(node.adopted).to.deep.equal([1, 2, 3]);
      expect(node.refused).to.deep.equal([]);
    });

    it('refuses a checkpoint of an epoch that nobody certified, or whose record is another', async () => {
      const node = laggard({ [LIAR]: serving(logWith([0, 1])) }, parameters, records);
      node.catchUp.hear(LIAR, 4);
      await node.settle();
      expect([node.adopted, node.refused]).to.deep.equal([[], ['liar CHECKPOINT_UNCERTIFIED']]);
      const other = new Map([[epochDigest(second), Uint8Array.of(1)]]);
      const misled = laggard({ [LIAR]: serving(logWith([0, 1, 2])) }, parameters, other);
      misled.catchUp.hear(LIAR, 4);
      await misled.settle();
      expect([misled.adopted, misled.refused]).to.deep.equal([[], ['liar LOG_MALFORMED']]);
    });
  });
});
