import { RPC } from '@libp2p/gossipsub/message';
import { identify } from '@libp2p/identify';
import type { Libp2p, PrivateKey, Stream } from '@libp2p/interface';
import { noise } from '@libp2p/noise';
import { tcp } from '@libp2p/tcp';
import { yamux } from '@libp2p/yamux';
import { multiaddr } from '@multiformats/multiaddr';
import { createLibp2p } from 'libp2p';
import type { Network } from '../index.ts';
import { STREAM_WINDOW } from '../limits.ts';
import { addressOf } from './nodes.ts';

const strangers: Libp2p[] = [];

/**
 * A peer that speaks libp2p and nothing of Ballast but what a test has it say; with a key of its own unless given.
 *
 * @param userAgent what it calls itself; libp2p's name unless given.
 */
export async function stranger(privateKey?: PrivateKey, userAgent?: string): Promise<Libp2p> {
  const node = await createLibp2p({
    ...(privateKey === undefined ? {} : { privateKey }),
    ...(userAgent === undefined ? {} : { nodeInfo: { userAgent } }),
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

/** A stranger's stream of some protocol towards a node. */
export async function streamOf(node: Libp2p, to: Network, protocol: string): Promise<Stream> {
  return node.dialProtocol(multiaddr(addressOf(to)), protocol);
}

/** A stranger's stream of gossip towards a node. */
export async function gossipStream(node: Libp2p, to: Network): Promise<Stream> {
  return streamOf(node, to, '/meshsub/1.1.0');
}

/** One gossipsub frame: an unsigned varint length and the protobuf. */
export function frame(...messages: RPC.Message[]): Uint8Array {
  const body = RPC.encode({ subscriptions: [], messages });
  const prefix: number[] = [];
  for (let left = body.length; ; left = Math.floor(left / 128)) {
    prefix.push((left % 128) + (left >= 128 ? 128 : 0));
    if (left < 128) break;
  }
  return Uint8Array.from(Buffer.concat([Uint8Array.from(prefix), body]));
}

export async function send(stream: Stream, bytes: Uint8Array): Promise<void> {
  if (!stream.send(bytes)) await stream.onDrain();
}
