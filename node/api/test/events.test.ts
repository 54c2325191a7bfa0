import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { expect } from 'chai';
import type { NodeEvent } from '../../runtime/events.ts';
import { EventStreams } from '../event-stream.ts';
import { EventFeed, toApiEvent } from '../index.ts';
import { openRaw, rawCode, until } from './raw.ts';
import { type Served, serve, stopAll } from './support.ts';

const phase = (round: number) => ({ event: 'phase', round, phase: 'sealed' });
const PATH = '/v1/events';

/** The events of a stream as they come, and a way to close it. */
async function subscribe({ port }: Served, path = PATH, headers = '') {
  const raw = await openRaw(port);
  raw.socket.write(`GET ${path} HTTP/1.1\r\nhost: localhost\r\n${headers}\r\n`);
  const events = () =>
    [...raw.received().matchAll(/(?:id: (\S+)\n)?event: (\S+)\ndata: (.*)\n\n/g)].map(
      ([, id, kind, data]) => ({
        id,
        kind,
        data: JSON.parse(data ?? '') as Record<string, unknown>,
      }),
    );
  await until(() => raw.received().includes('\r\n\r\n'), 'the head of the stream');
  return { ...raw, events };
}

describe('api: event feed', () => {
  it('keeps the newest events, and says how many it no longer has', () => {
    const feed = new EventFeed({ capacity: 3, run: 'ab' });
    for (let round = 1; round <= 5; round++) feed.append(phase(round));
    const { items, next, missed } = feed.read(1, 10);
    expect(items.map(({ id }) => id)).to.deep.equal(['ab-3', 'ab-4', 'ab-5']);
    expect([next, missed]).to.deep.equal([6, 2]);
    expect(feed.read(4, 1).items.map(({ id }) => id)).to.deep.equal(['ab-4']);
    expect(feed.read(6, 10)).to.deep.equal({ items: [], next: 6, missed: 0 });
  });

  it('knows its own ids from those of another run, of the future and of nobody', () => {
    const feed = new EventFeed({ capacity: 3, run: 'ab' });
    for (let round = 1; round <= 5; round++) feed.append(phase(round));
    expect(feed.positionAfter('ab-4')).to.deep.equal({ position: 5, isOtherRun: false });
    expect(feed.positionAfter('ab-1')).to.deep.equal({ position: 2, isOtherRun: false });
    for (const id of ['cd-4', 'ab-6', 'ab-0', '4', '', 'ab-4x', 'ab-99999999999999999999']) {
      expect(feed.positionAfter(id), id).to.deep.equal({ position: 3, isOtherRun: true });
    }
  });

  it('cuts an event beyond 16 KiB down to its kind', () => {
    const feed = new EventFeed();
    feed.append({ event: 'decided', text: 'x'.repeat(17_000) });
    expect(feed.read(1, 1).items[0]?.data).to.equal('{"event":"decided","isTruncated":true}');
  });

  it('lets out nothing of paths, endpoints, addresses and stacks', () => {
    const events: NodeEvent[] = [
      { event: 'error', code: 'UNEXPECTED', message: 'Error: SECRET\n at /SECRET' },
      { event: 'abstained', round: 1, code: 'PRIVACY_BUDGET_EXCEEDED', reason: 'SECRET' },
      { event: 'trained', round: 1, epsilon: 1.0625, milliseconds: 77_777 },
      {
        event: 'ready',
        node: 'n',
        engine: 'e',
        kernels: 'k',
        addresses: ['SECRET'],
        peers: 1,
        flaggedPrints: 77_777,
        data: 'SECRET',
      },
      { event: 'refused', code: 'A', sender: 'b', reason: 'SECRET' },
      {
        event: 'condition',
        code: 'CHAIN_UNREACHABLE',
        active: true,
        message: 'https://rpc.example/v3/SECRET: no answer, see /var/SECRET',
        since: 1,
      },
    ];
    const told = JSON.stringify(events.map(toApiEvent));
    expect(told).to.not.include('SECRET').and.not.include('77777').and.not.include('1.0625');
    expect(told).to.include('https://rpc.example').and.include('UNEXPECTED');
    expect(toApiEvent({ event: 'brand-new' } as unknown as NodeEvent)).to.equal(undefined);
  });
});

describe('api: event stream', () => {
  afterEach(stopAll);

  it('tells events as they happen, from now on', async () => {
    const served = await serve();
    served.feed.append(phase(1));
    const stream = await subscribe(served);
    served.feed.append(phase(2));
    await until(() => stream.events().length === 1, 'the event');
    expect(stream.events()).to.deep.equal([{ id: 'abcd-2', kind: 'phase', data: phase(2) }]);
    expect(stream.received())
      .to.match(/content-type: text\/event-stream/i)
      .and.include('retry: 3000');
    stream.socket.destroy();
    await until(() => served.counts.subscribers === 0, 'the subscriber to be gone');
  });

  it('resumes after the last id that was seen, by header or query', async () => {
    const served = await serve();
    for (let round = 1; round <= 5; round++) served.feed.append(phase(round));
    for (const [path, headers] of [
      [PATH, 'Last-Event-ID: abcd-3\r\n'],
      [`${PATH}?after=abcd-3`, ''],
    ] as const) {
      const stream = await subscribe(served, path, headers);
      await until(() => stream.events().length === 2, 'two events');
      expect(stream.events().map(({ id }) => id)).to.deep.equal(['abcd-4', 'abcd-5']);
    }
  });

  it('tells of a gap where events are gone, and of another run', async () => {
    const served = await serve();
    for (let round = 1; round <= 60; round++) served.feed.append(phase(round));
    const late = await subscribe(served, PATH, 'Last-Event-ID: abcd-3\r\n');
    await until(() => late.events().length === 51, 'a gap and fifty events');
    expect(late.events()[0]).to.deep.include({ kind: 'gap', data: { missed: 7 } });
    expect(late.events()[1]).to.include({ id: 'abcd-11' });
    const restarted = await subscribe(served, PATH, 'Last-Event-ID: beef-3\r\n');
    await until(() => restarted.events().length === 51, 'a gap and fifty events');
    expect(restarted.events()[0]).to.deep.include({ kind: 'gap', data: { missed: null } });
  });

  it('beats while nothing happens', async () => {
    const served = await serve({ limits: { heartbeatMs: 10 } });
    const stream = await subscribe(served);
    await until(() => stream.received().includes(': beat'), 'a heartbeat');
  });

  it('outlives the time that other answers are given', async () => {
    const served = await serve({ limits: { answerMs: 50, heartbeatMs: 20 } });
    const stream = await subscribe(served);
    await until(() => (stream.received().match(/: beat/g)?.length ?? 0) >= 8, 'eight heartbeats');
    served.feed.append(phase(1));
    await until(() => stream.events().length === 1, 'the event');
    expect(served.errors).to.deep.equal([]);
  });

  it('streams before the node is up', async () => {
    const served = await serve({ source: undefined });
    const stream = await subscribe(served);
    served.feed.append(phase(1));
    await until(() => stream.events().length === 1, 'the event');
  });

  it('refuses one subscriber too many, and takes the next when one has left', async () => {
    const served = await serve({ limits: { subscribers: 2 } });
    const first = await subscribe(served);
    await subscribe(served);
    const refused = await subscribe(served, PATH, 'connection: close\r\n');
    expect(rawCode(await refused.closed)).to.equal('SUBSCRIBERS_FULL');
    expect(refused.received()).to.match(/^HTTP\/1.1 503 .*\r\n(?:.*\r\n)*retry-after: 30/);
    first.socket.destroy();
    await until(() => served.counts.subscribers === 1, 'room');
    await subscribe(served);
    expect(served.counts.subscribers).to.equal(2);
  });

  it('drops a reader that takes nothing, and serves the others meanwhile', async function () {
    this.timeout(15_000);
    const feed = new EventFeed({ capacity: 1_000, run: 'abcd' });
    const served = await serve({ feed, limits: { heartbeatMs: 20, stallMs: 300 } });
    const slow = connect(served.port, '127.0.0.1');
    slow.on('error', () => undefined);
    await new Promise<void>((resolve) => slow.once('connect', resolve));
    slow.pause();
    slow.write(`GET ${PATH} HTTP/1.1\r\nhost: localhost\r\n\r\n`);
    const reader = await subscribe(served);
    await until(() => served.counts.subscribers === 2, 'both subscribers');
    // 96 MB in all: more than the sockets of the machine hold.
    for (let i = 0; i < 8_000; i++) {
      feed.append({ event: 'phase', round: i, text: 'x'.repeat(12_000) });
      if (i % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await until(() => served.counts.dropped === 1, 'the slow reader to be dropped', 10_000);
    expect(reader.received()).to.include('event: phase');
    await until(() => served.counts.subscribers === 1, 'the slow reader to be gone');
    slow.destroy();
  });

  it('writes nothing to a socket that is full, and goes on where it stopped, with a gap', () => {
    const feed = new EventFeed({ capacity: 10, run: 'abcd' });
    const limits = { subscribers: 1, heartbeatMs: 60_000, stallMs: 60_000 };
    const streams = new EventStreams(feed, limits, () => 0);
    const written: string[] = [];
    let isFull = false;
    const response = Object.assign(new EventEmitter(), {
      writeHead: () => undefined,
      write: (text: string) => {
        written.push(text);
        return !isFull;
      },
      end: () => response.emit('close'),
    });
    streams.open(response as unknown as ServerResponse, {}, undefined);
    isFull = true;
    for (let round = 1; round <= 100; round++) feed.append(phase(round));
    // The retry line, and the event that filled the socket.
    expect(written).to.have.length(2);
    isFull = false;
    response.emit('drain');
    expect(written).to.have.length(2 + 1 + 10);
    expect(written[2]).to.equal('event: gap\ndata: {"missed":89}\n\n');
    expect(written.at(-1)).to.include('id: abcd-100\n');
    streams.close();
    expect(streams.size).to.equal(0);
  });

  it('is ended by a stop, within its grace', async () => {
    const served = await serve();
    const stream = await subscribe(served);
    const before = performance.now();
    await served.api.stop(1_000);
    expect(performance.now() - before).to.be.below(1_500);
    await stream.closed;
  });
});
