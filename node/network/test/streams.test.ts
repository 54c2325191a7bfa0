import type { Stream } from '@libp2p/interface';
import { expect } from 'chai';
import { STREAM_WINDOW } from '../limits.ts';
import { answerExchange, askExchange } from '../peer-exchange.ts';
import { sendAll } from '../stream-io.ts';
import { StreamReader } from '../stream-reader.ts';
import { nextIdentity, until, within } from './nodes.ts';
import { stopStrangers, streamTo } from './strangers.ts';

const MIB = 2 ** 20;

describe('the stream reader', () => {
  afterEach(stopStrangers);

  it('holds a fast sender back while nothing is read, and loses nothing', async () => {
    const sent = Uint8Array.from({ length: 8 * MIB }, (_, i) => (i * 7 + (i >> 13)) & 255);
    let sending: Stream | undefined;
    const stream = await streamTo(async (other) => {
      sending = other;
      await new StreamReader(other).read(1);
      for (let at = 0; at < sent.length; at += 65_536) {
        await sendAll(other, sent.subarray(at, at + 65_536), within(10_000));
      }
      await other.close();
    });
    const reader = new StreamReader(stream);
    await sendAll(stream, Uint8Array.of(1), within(1000));
    await until(() => stream.readStatus === 'paused', 'the reader full');
    await until(() => sending?.writableNeedsDrain === true, 'the sender held back');
    expect(stream.readBufferLength).to.be.at.most(STREAM_WINDOW.most);
    const got = await reader.read(sent.length);
    expect(Buffer.compare(got, sent)).to.equal(0);
    const end = await reader.read(1).catch((error: unknown) => error);
    expect(end).to.have.property('name', 'StreamEnded');
    reader.release();
  });

  it('reads across pieces by exact lengths, whatever they are', async () => {
    const stream = await streamTo(async (other) => {
      const reader = new StreamReader(other);
      for (let length = 1; length <= 40; length++) {
        await sendAll(other, await reader.read(length), within(10_000));
      }
      await other.close();
    });
    const reader = new StreamReader(stream);
    const sent = Uint8Array.from({ length: 820 }, (_, i) => i & 255);
    for (let at = 0; at < sent.length; at += 13) {
      await sendAll(stream, sent.subarray(at, at + 13), within(10_000));
    }
    expect(Buffer.compare(await reader.read(820), sent)).to.equal(0);
    reader.release();
  });
});

describe('peer exchange', () => {
  afterEach(stopStrangers);

  const { nodeId } = nextIdentity();
  const local = [`/ip4/10.0.0.1/tcp/1/p2p/${nodeId}`, `/ip4/127.0.0.1/tcp/2/p2p/${nodeId}`];
  const known = [...local, `/ip4/192.0.2.1/tcp/3/p2p/${nodeId}`, `/dns4/a.example/tcp/4/p2p/${nodeId}`];
  const ask = async (addresses: string[], askedLocally: boolean) => {
    const { signal } = new AbortController();
    const stream = await streamTo((other) => answerExchange(other, addresses, signal));
    const found = await askExchange(stream, askedLocally, within(5000));
    return found.map(({ address }) => address.toString());
  };

  it('believes addresses of this machine or site only from a peer there, and names from nobody', async () => {
    expect(await ask(known, true)).to.deep.equal(known.slice(0, 3));
    expect(await ask(known, false)).to.deep.equal(known.slice(2, 3));
    expect(await ask([], true)).to.deep.equal([]);
  });

  it('tells a bounded number of addresses of a bounded length', async () => {
    const many = Array.from({ length: 200 }, (_, i) => `/ip4/192.0.2.1/tcp/${i + 1}/p2p/${nodeId}`);
    const long = `/dns4/${'a'.repeat(250)}/tcp/1/p2p/${nodeId}`;
    expect(await ask([long, ...many], true)).to.deep.equal(many.slice(0, 64));
  });
});
