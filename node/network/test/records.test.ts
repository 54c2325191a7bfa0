import { expect } from 'chai';
import { MAX_LOGGED_ROUND_BYTES } from '../../../coordinator/index.ts';
import { LOG_LIMITS, WITNESS_LIMITS } from '../limits.ts';
import { RecordExchange } from '../records.ts';
import { addressOf, failureCode, nextIdentity, startNode, stopAll, until, within } from './nodes.ts';

async function pair() {
  const refused: string[] = [];
  const server = await startNode();
  const client = await startNode(
    { bootstrap: [addressOf(server)] },
    { onRefused: ({ code, peer }) => refused.push(`${code} ${peer}`) },
  );
  await until(() => client.peers().length === 1, 'the client connected');
  return { server, client, refused };
}

const record = (length: number, fill: number) => new Uint8Array(length).fill(fill);

describe('the log and the witness over direct streams', () => {
  afterEach(stopAll);

  it('gives what is asked for, and no answer before there is anyone to answer', async () => {
    const { server, client } = await pair();
    expect(await failureCode(client.fetchLog(server.peerId, { from: 1, most: 64 }, within(5_000)))).to.equal(
      'REQUEST_BUSY',
    );
    server.serveLog(async ({ from, most }) => Array.from({ length: most }, (_, i) => record(10, from + i)));
    const got = await client.fetchLog(server.peerId, { from: 7, most: 3 }, within(5_000));
    expect(got.map((bytes) => [bytes.length, bytes[0]])).to.deep.equal([
      [10, 7],
      [10, 8],
      [10, 9],
    ]);
  });

  it('tells a peer what is held of it and of nobody else', async () => {
    const { server, client } = await pair();
    const asked: string[] = [];
    server.serveWitness(async (peer) => {
      asked.push(peer);
      return [record(3, 1), record(2, 2)];
    });
    const got = await client.fetchWitness(server.peerId, within(5_000));
    expect(got.map(({ length }) => length)).to.deep.equal([3, 2]);
    expect(asked).to.deep.equal([client.peerId]);
  });

  it('never says that it holds nothing where it could not look', async () => {
    const { server, client } = await pair();
    const ask = () => client.fetchWitness(server.peerId, within(5_000));
    for (const answer of [async () => undefined, () => Promise.reject(new Error('the store is closed'))]) {
      server.serveWitness(answer);
      expect(await failureCode(ask())).to.equal('REQUEST_BUSY');
    }
    server.serveWitness(async () => []);
    expect(await ask()).to.deep.equal([]);
  });

  it('gives at most 64 records of at most 640 KiB, whatever is asked and held', async () => {
    expect(LOG_LIMITS.recordBytes).to.be.at.least(MAX_LOGGED_ROUND_BYTES);
    const { server, client } = await pair();
    server.serveLog(async ({ from }) =>
      from === 1
        ? Array.from({ length: 200 }, () => record(1, 1))
        : [record(LOG_LIMITS.recordBytes, 1), record(LOG_LIMITS.recordBytes + 1, 2), record(1, 3)],
    );
    expect(await client.fetchLog(server.peerId, { from: 1, most: 5_000 }, within(5_000))).to.have.length(64);
    const long = await client.fetchLog(server.peerId, { from: 2, most: 64 }, within(5_000));
    expect(long.map(({ length }) => length)).to.deep.equal([LOG_LIMITS.recordBytes]);
  });

  it('answers a peer a bounded number of times', async () => {
    const { server, client } = await pair();
    server.serveWitness(async () => []);
    const ask = () => client.fetchWitness(server.peerId, within(5_000));
    for (let i = 0; i < WITNESS_LIMITS.rate.burst; i++) await ask();
    expect(await failureCode(ask())).to.equal('REQUEST_BUSY');
  });

  it('tells of what goes wrong by its code', async () => {
    const { server, client } = await pair();
    const unknown = nextIdentity().nodeId;
    expect(await failureCode(client.fetchLog(unknown, { from: 0, most: 1 }, within(5_000)))).to.equal(
      'PEER_UNREACHABLE',
    );
    server.serveLog(() => new Promise(() => undefined));
    expect(await failureCode(client.fetchLog(server.peerId, { from: 0, most: 1 }, within(100)))).to.equal(
      'REQUEST_FAILED',
    );
  });

  it('refuses an answer with too many records or one that is too long, and remembers who gave it', async () => {
    for (const answer of [Uint8Array.of(0, 2), Uint8Array.of(0, 1, 0xff, 0, 0, 0), Uint8Array.of(7, 0)]) {
      const lies: string[] = [];
      const stream = scripted(answer);
      const exchange = new RecordExchange(LOG_LIMITS, {
        open: async () => stream as never,
        stopped: new AbortController().signal,
        onLie: (peer, code) => lies.push(`${peer} ${code}`),
        onError: (error) => expect.fail(String(error)),
        now: () => 0,
        isMember: () => true,
      });
      expect(await failureCode(exchange.ask('liar', { from: 1, most: 1 }, within(5_000)))).to.equal(
        'REQUEST_MALFORMED',
      );
      expect(lies).to.deep.equal(['liar REQUEST_MALFORMED']);
    }
  });
});

/** The asking end of a stream on which the other side has said `bytes`. */
function scripted(bytes: Uint8Array) {
  const stream = new EventTarget() as EventTarget & Record<string, unknown>;
  Object.assign(stream, {
    readStatus: 'readable',
    readableEnded: false,
    send: () => {
      queueMicrotask(() =>
        stream.dispatchEvent(Object.assign(new Event('message'), { data: Object.assign(bytes, {}) })),
      );
      return true;
    },
    abort: () => undefined,
    close: async () => undefined,
    pause: () => undefined,
    resume: () => undefined,
  });
  return stream;
}
