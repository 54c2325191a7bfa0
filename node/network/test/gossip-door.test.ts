import { RPC } from '@libp2p/gossipsub/message';
import { expect } from 'chai';
import fc from 'fast-check';
import { FrameCounter } from '../frame-counter.ts';
import { GossipDoor, type GossipDoorLimits } from '../gossip-door.ts';
import { frame } from './strangers.ts';

const MAX_FRAME_BYTES = 4096;

/** A frame with messages, subscriptions and control, as gossipsub itself encodes it. */
const rpcs = fc.record({
  subscriptions: fc.array(fc.record({ subscribe: fc.boolean(), topic: fc.string({ maxLength: 20 }) }), {
    maxLength: 4,
  }),
  messages: fc.array(
    fc.record({ topic: fc.string({ maxLength: 20 }), data: fc.uint8Array({ maxLength: 300 }) }),
    { maxLength: 8 },
  ),
});

function encoded(rpc: RPC): Uint8Array {
  const body = RPC.encode(rpc);
  const prefix = body.length < 128 ? [body.length] : [(body.length % 128) + 128, body.length >> 7];
  return Uint8Array.from([...prefix, ...body]);
}

describe('the counter of frames', () => {
  it('counts the items of gossipsub’s own frames, wherever their bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.array(rpcs, { maxLength: 5 }),
        fc.array(fc.nat(200), { minLength: 1 }),
        (frames, cuts) => {
          const bytes = Buffer.concat(frames.map(encoded));
          const counter = new FrameCounter(MAX_FRAME_BYTES);
          let items = 0;
          for (let at = 0, i = 0; at < bytes.length; i++) {
            const next = at + 1 + (cuts[i % cuts.length] ?? 0);
            const count = counter.count(bytes.subarray(at, next));
            expect(count.fault).to.equal(undefined);
            items += count.items;
            at = next;
          }
          const expected = frames.reduce(
            (sum, rpc) => sum + rpc.subscriptions.length + rpc.messages.length,
            0,
          );
          expect(items).to.equal(expected);
        },
      ),
      { seed: 6, numRuns: 200 },
    );
  });

  for (const [what, bytes, fault] of [
    ['a frame above the bound', [0x81, 0x20], 'FRAME_TOO_LARGE'],
    ['a length of more than 32 bits', [0xff, 0xff, 0xff, 0xff, 0xff, 0x7f], 'FRAME_MALFORMED'],
    ['a field that is a number', [2, 0x08, 1], 'FRAME_MALFORMED'],
    ['an item longer than its frame', [4, 0x12, 3, 0, 0], 'FRAME_MALFORMED'],
    ['a frame that ends within a tag', [1, 0x92, 0], 'FRAME_MALFORMED'],
    ['a frame that ends before the size', [1, 0x12, 0], 'FRAME_MALFORMED'],
  ] as const) {
    it(`refuses ${what}, and counts nothing after it`, () => {
      const counter = new FrameCounter(MAX_FRAME_BYTES);
      expect(counter.count(Uint8Array.from(bytes)).fault).to.equal(fault);
      expect(counter.count(frame({ topic: 'a', data: Uint8Array.of(1) }))).to.deep.equal({ items: 0 });
    });
  }

  it('takes any bytes without an error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const { items } = new FrameCounter(MAX_FRAME_BYTES).count(bytes);
        expect(items).to.be.at.most(bytes.length);
      }),
      { seed: 6, numRuns: 300 },
    );
  });
});

describe('the door of gossip', () => {
  const LIMITS: GossipDoorLimits = {
    items: { perSecond: 10, burst: 20 },
    bytes: { perSecond: 1000, burst: 5000 },
    frameBytes: MAX_FRAME_BYTES,
    pace: {
      member: { perSecond: 1000, burst: 1000 },
      stranger: { perSecond: 10, burst: 5 },
      strangers: { perSecond: 10, burst: 8 },
    },
    backlog: { waiting: 3, restMs: 10 },
  };
  const opened = (now: () => number, waiting = (_peer: string) => 0) => {
    const refused: string[] = [];
    const refuse = (peer: string, code: string) => refused.push(`${peer} ${code}`);
    const isMember = (peer: string) => !peer.startsWith('stranger');
    return { refused, door: new GossipDoor(LIMITS, { refuse, isMember, waiting, now }) };
  };
  const tiny = (count: number) =>
    frame(...Array.from({ length: count }, (_, i) => ({ topic: 't', data: Uint8Array.of(i) })));
  const large = frame({ topic: 't', data: new Uint8Array(2000) });

  it('lets a peer bring as many items as its allowance, over all its streams, and no more', () => {
    let now = 0;
    const { refused, door } = opened(() => now);
    const [first, second, other] = [door.open('a'), door.open('a'), door.open('b')];
    expect([first(tiny(15)), second(tiny(5)), other(tiny(20))]).to.deep.equal([0, 0, 0]);
    now = 500;
    expect([first(tiny(5)), first(tiny(1))]).to.deep.equal([0, undefined]);
    expect(refused).to.deep.equal(['a GOSSIP_FLOOD']);
    // What follows on that stream is not looked at: the connection is on its way out.
    now = 10_000;
    expect([first(tiny(1)), second(tiny(1))]).to.deep.equal([undefined, 0]);
    expect(refused).to.have.length(1);
  });

  it('lets a peer bring as many bytes as its allowance, and no more', () => {
    let now = 0;
    const { refused, door } = opened(() => now);
    const take = door.open('a');
    expect([take(large), take(large)]).to.deep.equal([0, 0]);
    now = 2_000;
    expect([take(large), take(large)]).to.deep.equal([0, undefined]);
    expect(refused).to.deep.equal(['a GOSSIP_BYTES']);
  });

  it('has a stranger rest for what it brings too fast, and strangers for what they bring together', () => {
    let now = 0;
    const { refused, door } = opened(() => now);
    const [first, second] = [door.open('stranger 1'), door.open('stranger 2')];
    expect([first(tiny(5)), first(tiny(2))]).to.deep.equal([0, 200]);
    // Its own allowance is whole; all of them have one left.
    expect(second(tiny(4))).to.equal(300);
    expect(door.open('a')(tiny(4))).to.equal(0);
    now = 300;
    expect(second(tiny(1))).to.equal(100);
    expect(refused).to.deep.equal([]);
  });

  it('has a peer rest while more than a few of its messages wait to be judged', () => {
    const waiting = new Map([['a', 3]]);
    const { door } = opened(
      () => 0,
      (peer) => waiting.get(peer) ?? 0,
    );
    const take = door.open('a');
    expect(take(tiny(1))).to.equal(0);
    waiting.set('a', 4);
    expect([take(tiny(1)), door.open('b')(tiny(1))]).to.deep.equal([10, 0]);
    waiting.set('a', 0);
    expect(take(new Uint8Array())).to.equal(0);
  });

  it('forgets peers that have their whole allowance again, and no others', () => {
    let now = 0;
    const { door } = opened(() => now);
    door.open('a')(tiny(20));
    door.prune();
    expect(door.open('a')(tiny(1))).to.equal(undefined);
    now = 2_000;
    door.prune();
    expect(door.open('a')(tiny(20))).to.equal(0);
  });
});
