import { expect } from 'chai';
import fc from 'fast-check';
import { InboundQueue, type Pace, type QueueLimits } from '../inbound-queue.ts';
import { KeyedLimiter } from '../limiter.ts';
import { ServingSlots } from '../serving-slots.ts';

const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

const UNHURRIED: Pace = { sliceMs: 1, now: () => 0, nextTurn: () => undefined };

/** A queue whose jobs end when the test says so. */
function controlledQueue(limits: Partial<QueueLimits> = {}, pace: Pace = UNHURRIED) {
  const queue = new InboundQueue(
    {
      concurrency: 1,
      messages: 100,
      bytes: 1000,
      messagesPerPeer: 10,
      bytesPerPeer: 100,
      ...limits,
    },
    pace,
  );
  const started: string[] = [];
  const dropped: string[] = [];
  const ends: (() => void)[] = [];
  const push = (peer: string, name: string, bytes = 1) =>
    queue.push(peer, {
      bytes,
      run: () => {
        started.push(name);
        return new Promise<void>((resolve) => ends.push(resolve));
      },
      drop: () => dropped.push(name),
    });
  const endNext = async () => {
    ends.shift()?.();
    await settle();
  };
  return { queue, push, started, dropped, endNext };
}

describe('places for those who are served', () => {
  it('leaves half of them to members, whoever comes first, and counts each peer', () => {
    const slots = new ServingSlots({ total: 8, perPeer: 2 }, (peer) => peer.startsWith('member'));
    const strangers = Array.from({ length: 100 }, (_, i) => slots.take(`stranger ${i}`));
    expect(strangers.filter((release) => release !== undefined)).to.have.length(4);
    const members = [1, 1, 1, 2, 3, 4].map((i) => slots.take(`member ${i}`));
    expect(members.map((release) => release !== undefined)).to.deep.equal([
      true,
      true,
      false,
      true,
      true,
      false,
    ]);
    // Given back once, however often it is said.
    strangers[0]?.();
    strangers[0]?.();
    expect(slots.take('member 4')).to.be.a('function');
    expect([slots.take('member 5'), slots.take('stranger 200')]).to.deep.equal([undefined, undefined]);
    for (const release of [...strangers, ...members]) release?.();
    expect(slots.take('stranger 300')).to.be.a('function');
  });
});

describe('the inbound queue', () => {
  it('takes peers in turn, and each in order', async () => {
    const { push, started, endNext } = controlledQueue();
    for (const name of ['a1', 'a2', 'a3', 'b1', 'b2', 'c1']) push(name.slice(0, 1), name);
    for (let i = 0; i < 6; i++) await endNext();
    expect(started).to.deep.equal(['a1', 'a2', 'b1', 'c1', 'a3', 'b2']);
  });

  it('leaves the loop after each slice, and goes on in the next turn', async () => {
    let now = 0;
    const turns: (() => void)[] = [];
    const started: number[] = [];
    const queue = new InboundQueue(
      { concurrency: 16, messages: 100, bytes: 1000, messagesPerPeer: 100, bytesPerPeer: 1000 },
      { sliceMs: 5, now: () => now, nextTurn: (run) => turns.push(run) },
    );
    for (let i = 0; i < 12; i++) {
      const run = async () => {
        started.push(i);
        now += 2;
      };
      queue.push('a', { bytes: 1, run, drop: () => undefined });
    }
    await settle();
    const after: number[] = [started.length];
    for (let turn = turns.shift(); turn !== undefined; turn = turns.shift()) {
      turn();
      await settle();
      after.push(started.length);
    }
    // The third job of a slice begins at its fourth millisecond; the last turn finds nothing left.
    expect(after).to.deep.equal([3, 6, 9, 12, 12]);
    expect(started).to.deep.equal(Array.from({ length: 12 }, (_, i) => i));
  });

  it("refuses the newest past a peer's share or the whole, in messages and bytes", () => {
    const { push } = controlledQueue();
    expect(push('a', 'running')).to.equal(true);
    for (let i = 0; i < 10; i++) expect(push('a', `a${i}`)).to.equal(true);
    expect(push('a', 'over its messages')).to.equal(false);
    expect(push('b', 'just its bytes', 100)).to.equal(true);
    expect(push('b', 'over its bytes', 1)).to.equal(false);
    expect(push('c', 'still room')).to.equal(true);
    const whole = controlledQueue({ messages: 2, bytes: 50 });
    whole.push('a', 'running');
    expect(whole.push('b', 'b1', 30)).to.equal(true);
    expect(whole.push('c', 'over the bytes', 21)).to.equal(false);
    expect(whole.push('c', 'c1', 20)).to.equal(true);
    expect(whole.push('d', 'over the messages', 0)).to.equal(false);
  });

  it('drops what waits from one peer or from all, and tells so', async () => {
    const { queue, push, started, dropped, endNext } = controlledQueue();
    for (const name of ['a1', 'a2', 'a3', 'b1', 'c1']) push(name.slice(0, 1), name);
    queue.clear('a');
    expect(dropped).to.deep.equal(['a2', 'a3']);
    await endNext();
    queue.clear();
    expect(dropped).to.deep.equal(['a2', 'a3', 'c1']);
    await endNext();
    expect(started).to.deep.equal(['a1', 'b1']);
    for (let i = 0; i < 10; i++) expect(push('a', 'again')).to.equal(true);
  });

  it('runs or drops every job it took exactly once, never too many at once', async () => {
    const step = fc.record({ peer: fc.constantFrom('a', 'b', 'c'), bytes: fc.nat(60), end: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 60 }),
        fc.integer({ min: 1, max: 4 }),
        async (steps, concurrency) => {
          const { queue, push, started, dropped, endNext } = controlledQueue({ concurrency, messages: 12 });
          let ended = 0;
          const taken: string[] = [];
          for (const [i, { peer, bytes, end }] of steps.entries()) {
            if (push(peer, `${i}`, bytes)) taken.push(`${i}`);
            if (end && ended < started.length) {
              ended += 1;
              await endNext();
            }
            expect(started.length - ended).to.be.at.most(concurrency);
          }
          queue.clear();
          expect([...started, ...dropped].sort()).to.deep.equal(taken.sort());
        },
      ),
      { seed: 9, numRuns: 60 },
    );
  });
});

describe('the limiter of transfers', () => {
  it('gives turns in order, to a few at once for each key, and no more may wait than the bound', async () => {
    const limiter = new KeyedLimiter(1, 2);
    const { signal } = new AbortController();
    const order: string[] = [];
    const first = await limiter.acquire('a', signal);
    const second = limiter.acquire('a', signal).then((release) => {
      order.push('second');
      return release;
    });
    const third = limiter.acquire('a', signal).then((release) => {
      order.push('third');
      return release;
    });
    expect(await limiter.acquire('a', signal)).to.equal(undefined);
    expect(await limiter.acquire('b', signal)).to.be.a('function');
    await settle();
    expect(order).to.deep.equal([]);
    first?.();
    first?.();
    await settle();
    expect(order).to.deep.equal(['second']);
    (await second)?.();
    (await third)?.();
    expect(order).to.deep.equal(['second', 'third']);
    expect(await limiter.acquire('a', signal)).to.be.a('function');
  });

  it('lets a waiter leave without losing a turn', async () => {
    const limiter = new KeyedLimiter(1, 5);
    const { signal } = new AbortController();
    const leaving = new AbortController();
    const first = await limiter.acquire('a', signal);
    const left = limiter.acquire('a', leaving.signal).catch((reason: unknown) => reason);
    const stays = limiter.acquire('a', signal);
    leaving.abort('left');
    expect(await left).to.equal('left');
    first?.();
    expect(await stays).to.be.a('function');
  });
});
