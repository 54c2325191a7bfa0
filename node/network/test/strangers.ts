import { identify } from '@libp2p/identify';
import type { Libp2p, Stream } from '@libp2p/interface';
import { noise } from '@libp2p/noise';
import { tcp } from '@libp2p/tcp';
import { yamux } from '@libp2p/yamux';
import { createLibp2p } from 'libp2p';
import { STREAM_WINDOW } from '../limits.ts';

const strangers: Libp2p[] = [];

/** A peer that speaks libp2p and nothing of Ballast but what a test has it say. */
export async function stranger(): Promise<Libp2p> {
  const node = await createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux({ streamOptions: { maxStreamWindowSize: STREAM_WINDOW.most } })],
    services: { identify: identify() },
  });
  strangers.push(node);
  return node;
}

/** A stream between two strangers, whose other end `answer` holds. */
export async function streamTo(answer: (stream: Stream) => void | Promise<void>): Promise<Stream> {
  const protocol = '/ballast/test/stream/1';
  const [from, to] = [await stranger(), await stranger()];
  await to.handle(protocol, answer);
  return from.dialProtocol(to.getMultiaddrs(), protocol);
}

export async function stopStrangers(): Promise<void> {
  await Promise.all(strangers.splice(0).map((node) => node.stop()));
}
