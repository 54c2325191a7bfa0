import { multiaddr } from '@multiformats/multiaddr';
import { expect } from 'chai';
import { digestOfBytes, sha256 } from '../../../protocol/digest.ts';
import { MAX_MESSAGE_BYTES, type Network, type Refusal } from '../index.ts';
import { BLOB_PROTOCOL, CHUNK_BYTES, GOSSIP_DOOR, PEER_EXCHANGE_PROTOCOL } from '../limits.ts';
import { addressOf, failureCode, nextIdentity, startNode, stopAll, until } from './nodes.ts';
import { frame, gossipStream, send, stopStrangers, stranger } from './strangers.ts';

const TOPIC = '/ballast/test/1';

describe('a hostile peer', () => {
  let hub: Network;
  let refusals: Refusal[] = [];
  const heard: number[] = [];

  beforeEach(async () => {
    refusals = [];
    heard.length = 0;
    hub = await startNode(
      {
        messageRate: { perSecond: 50, burst: 100 },
        gossipDoor: {
          ...GOSSIP_DOOR,
          pace: { ...GOSSIP_DOOR.pace, member: { perSecond: 20_000, burst: 128 } },
        },
      },
      { onRefused: (refusal) => refusals.push(refusal) },
    );
    hub.subscribe(
      TOPIC,
      () => ({ action: 'accept' }),
      (bytes) => {
        heard.push(bytes.length);
      },
    );
  });

  afterEach(async () => {
    await stopStrangers();
    await stopAll();
  });

  it('gets nothing delivered on topics that nobody asked for', async () => {
    const node = await stranger();
    const stream = await gossipStream(node, hub);
    await send(
      stream,
      frame({ topic: '/other', data: Uint8Array.of(1) }, { topic: TOPIC, data: Uint8Array.of(1) }),
    );
    await until(() => heard.length === 1 && refusals.length === 1, 'both messages judged');
    expect(refusals[0]).to.include({ topic: '/other', action: 'ignore', code: 'TOPIC_UNKNOWN' });
  });

  it('is rejected for a message above the limit', async () => {
    const node = await stranger();
    const stream = await gossipStream(node, hub);
    await send(stream, frame({ topic: TOPIC, data: new Uint8Array(MAX_MESSAGE_BYTES + 1) }));
    await until(() => refusals.length === 1, 'the refusal');
    expect(refusals[0]).to.include({ action: 'reject', code: 'MESSAGE_TOO_LARGE', score: -5 });
    expect(heard).to.deep.equal([]);
  });

  it('gets a message with a libp2p signature of its own nowhere', async () => {
    const node = await stranger();
    const stream = await gossipStream(node, hub);
    const from = node.peerId.toMultihash().bytes;
    await send(stream, frame({ topic: TOPIC, data: Uint8Array.of(1), from, seqno: new Uint8Array(8) }));
    await send(stream, frame({ topic: TOPIC, data: new Uint8Array(2) }));
    await until(() => heard.length === 1, 'the unsigned message');
    expect(heard).to.deep.equal([2]);
  });

  for (const [code, bytes] of [
    ['FRAME_MALFORMED', Uint8Array.of(5, 255, 255, 255, 255, 255)],
    ['FRAME_TOO_LARGE', Uint8Array.of(255, 255, 255, 255, 127)],
  ] as const) {
    it(`is cut for frames that are not frames, as ${code}`, async () => {
      const node = await stranger();
      const stream = await gossipStream(node, hub);
      await send(stream, bytes);
      await until(() => hub.peers().length === 0, 'the cut');
      expect(refusals).to.deep.equal([
        { peer: node.peerId.toString(), topic: 'gossip', action: 'reject', code, score: -25 },
      ]);
      const honest = await startNode({ bootstrap: [addressOf(hub)] });
      await honest.ready(TOPIC, 1, AbortSignal.timeout(5000));
      await honest.publish(TOPIC, new Uint8Array(7));
      await until(() => heard.includes(7), 'the honest message');
    });
  }

  it('is cut off when it floods', async () => {
    const node = await stranger();
    const stream = await gossipStream(node, hub);
    const messages = Array.from({ length: 400 }, (_, i) => ({
      topic: TOPIC,
      data: Uint8Array.of(i >> 8, i & 255),
    }));
    await send(stream, frame(...messages));
    await until(() => hub.peers().length === 0, 'the flood cut');
    expect(heard.length).to.be.within(1, 120);
    expect(refusals.map(({ code }) => code)).to.include('RATE_EXCEEDED');
  });

  for (const [code, what, size, count] of [
    ['GOSSIP_FLOOD', 'items', 1, GOSSIP_DOOR.items.burst + 500],
    ['GOSSIP_BYTES', 'bytes', 2 ** 18, GOSSIP_DOOR.bytes.burst / 2 ** 18 + 4],
  ] as const) {
    it(`is cut for more ${what} than its allowance, though gossip has seen them all, as ${code}`, async () => {
      const node = await stranger();
      const stream = await gossipStream(node, hub);
      const copy = { topic: TOPIC, data: new Uint8Array(size) };
      const some = Math.min(500, Math.ceil(count / 10));
      const piece = frame(...Array.from({ length: some }, () => copy));
      for (let sent = 0; sent < count && stream.status === 'open'; sent += some)
        await send(stream, piece).catch(() => undefined);
      await until(() => hub.peers().length === 0, 'the cut');
      expect(heard).to.deep.equal([size]);
      expect(refusals.map((refusal) => refusal.code)).to.deep.equal([code]);
      expect(hub.peers()).to.deep.equal([]);
    });
  }

  const answers: [string, string, (wanted: Uint8Array) => Uint8Array[]][] = [
    ['an unknown status', 'BLOB_MALFORMED', () => [Uint8Array.of(9, 0, 0, 0, 0)]],
    ['an empty chunk', 'BLOB_MALFORMED', () => [Uint8Array.of(0, 0, 0, 0, 4), new Uint8Array(36)]],
    [
      'a chunk beyond the whole',
      'BLOB_MALFORMED',
      () => [Uint8Array.of(0, 0, 0, 0, 4), chunk(new Uint8Array(5))],
    ],
    [
      'a chunk beyond the limit',
      'BLOB_MALFORMED',
      () => [Uint8Array.of(0, 0, 15, 0, 0), chunk(new Uint8Array(CHUNK_BYTES + 1)).subarray(0, 36)],
    ],
    [
      'a chunk of another hash',
      'BLOB_MALFORMED',
      () => [Uint8Array.of(0, 0, 0, 0, 4), new Uint8Array(40).fill(4, 3, 4)],
    ],
    [
      'an early end',
      'BLOB_TRANSFER_FAILED',
      () => [Uint8Array.of(0, 0, 0, 0, 4), Uint8Array.of(0, 0, 0, 4, 1)],
    ],
    ['a claim of 4 GiB', 'BLOB_TOO_LARGE', () => [Uint8Array.of(0, 255, 255, 255, 255)]],
    ['nothing', 'BLOB_TRANSFER_FAILED', () => []],
  ];

  for (const [what, code, answer] of answers) {
    it(`is found out when it answers a request for a blob with ${what}`, async () => {
      const node = await stranger();
      await node.handle(BLOB_PROTOCOL, async (stream) => {
        stream.addEventListener('message', () => {
          for (const piece of answer(new Uint8Array(0))) stream.send(piece);
          void stream.close();
        });
      });
      const address = node.getMultiaddrs()[0]?.toString() ?? '';
      const peer = await hub.connect(address);
      const digest = digestOfBytes(new Uint8Array(4));
      expect(await failureCode(hub.fetch(peer, digest, { maxBytes: 2 ** 20, timeoutMs: 3000 }))).to.equal(
        code,
      );
      expect(refusals.map((refusal) => refusal.code)).to.deep.equal(code === 'BLOB_MALFORMED' ? [code] : []);
    });
  }

  it('cannot make a server hold a request open without asking, nor feed it without end', async () => {
    let asked = 0;
    hub.serveBlobs(async () => {
      asked += 1;
      return undefined;
    });
    const node = await stranger();
    const stream = await node.dialProtocol(multiaddr(addressOf(hub)), BLOB_PROTOCOL);
    let closed = false;
    stream.addEventListener('close', () => {
      closed = true;
    });
    await until(() => {
      try {
        stream.send(new Uint8Array(16 * 1024));
      } catch {
        return true;
      }
      return closed;
    }, 'the stream reset');
    expect(asked).to.be.at.most(1);
    expect(hub.peers()).to.have.length(1);
  });

  it('cannot send this node to addresses without end, or of no use', async () => {
    const node = await stranger();
    const named = nextIdentity().nodeId;
    const texts = [
      `/ip4/127.0.0.1/tcp/1/p2p/${named}`,
      'nonsense',
      `/dns4/victim.example/tcp/22/p2p/${named}`,
    ];
    let answered = 0;
    await node.handle(PEER_EXCHANGE_PROTOCOL, (stream) => {
      stream.addEventListener('message', () => {
        answered += 1;
        const encoded = texts.map((text) => Buffer.from(text));
        const parts = encoded.flatMap((text) => [Uint8Array.of(0, text.length), text]);
        const count = answered === 1 ? texts.length : 255;
        stream.send(Uint8Array.from(Buffer.concat([Uint8Array.of(count), ...parts])));
        void stream.close();
      });
    });
    await hub.connect(node.getMultiaddrs()[0]?.toString() ?? '');
    await until(() => answered >= 3, 'three exchanges');
    expect(hub.peers()).to.have.length(1);
  });
});

function chunk(bytes: Uint8Array): Uint8Array {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Uint8Array.from(Buffer.concat([length, sha256(bytes), bytes]));
}
