import { setTimeout as sleep } from 'node:timers/promises';
import { privateKeyFromRaw } from '@libp2p/crypto/keys';
import type { Libp2p, Stream } from '@libp2p/interface';
import { multiaddr } from '@multiformats/multiaddr';
import { VOTES_PROTOCOL } from '../../network/limits.ts';
import { frame, stopStrangers, stranger } from '../../network/test/strangers.ts';

/** What flooding peers do: each of them, to every node, as fast as the node takes it. */
export type Flood = {
  readonly addresses: readonly string[];
  /** Raw Ed25519 keys of the peers; undefined for a key of nobody. */
  readonly keys: readonly (Uint8Array | undefined)[];
  /** A gossip topic; the stream of votes where it is undefined. */
  readonly topic: string | undefined;
  /** Sent by each peer to each node. */
  readonly messages: readonly Uint8Array[];
  /** How often a peer that was cut comes back. */
  readonly returns: number;
  readonly seconds: number;
};

export type FloodCount = {
  /** Messages that left. */
  readonly sent: number;
  readonly bytes: number;
  /** Connections that a node has cut. */
  readonly cuts: number;
  /** Of each connection's first byte to its cut, the longest, in milliseconds. */
  readonly longestUncutMs: number;
  /** Processor time that the flood took where it came from. */
  readonly processorMs: number;
};

const MESSAGES_A_FRAME = 50;
const GOSSIP = '/meshsub/1.1.0';

/**
 * Connects every peer to every node. @returns floods, and resolves when everything is sent, nobody takes any more, or
 * the time is over.
 */
export async function prepareFlood(options: Flood): Promise<() => Promise<FloodCount>> {
  const { addresses, keys, topic } = options;
  const frames = framesOf(options);
  const peers = await Promise.all(
    keys.map((key) => stranger(key === undefined ? undefined : privateKeyFromRaw(key))),
  );
  const attackers = await Promise.all(
    peers.flatMap((peer) =>
      addresses.map(async (address) => {
        const stream = await open(peer, address, topic).catch(() => undefined);
        return { peer, address, stream };
      }),
    ),
  );
  return async () => {
    const before = process.cpuUsage();
    const count = await flood(options, frames, attackers);
    const { user, system } = process.cpuUsage(before);
    await stopStrangers();
    return { ...count, processorMs: (user + system) / 1_000 };
  };
}

type Attacker = { readonly peer: Libp2p; readonly address: string; readonly stream: Stream | undefined };

async function flood(
  { returns, seconds, topic }: Flood,
  frames: readonly Piece[],
  attackers: readonly Attacker[],
): Promise<Omit<FloodCount, 'processorMs'>> {
  const signal = AbortSignal.timeout(seconds * 1_000);
  const count = { sent: 0, bytes: 0, cuts: 0, longestUncutMs: 0 };

  const attack = async ({ peer, address, stream: opened }: Attacker): Promise<void> => {
    let next = 0;
    for (let life = 0; life <= returns && next < frames.length && !signal.aborted; life++) {
      const stream = life === 0 && opened ? opened : await open(peer, address, topic).catch(() => undefined);
      if (stream === undefined) {
        await sleep(20);
        continue;
      }
      const from = performance.now();
      while (next < frames.length && stream.writeStatus === 'writable' && !signal.aborted) {
        const piece = frames[next];
        if (piece === undefined) break;
        try {
          if (!stream.send(piece.bytes)) await stream.onDrain({ signal });
        } catch {
          break;
        }
        next += 1;
        count.sent += piece.messages;
        count.bytes += piece.bytes.length;
      }
      await closed(stream, AbortSignal.any([signal, AbortSignal.timeout(1_000)]));
      if (stream.status === 'open') return;
      count.cuts += 1;
      count.longestUncutMs = Math.max(count.longestUncutMs, performance.now() - from);
    }
  };

  await Promise.all(attackers.map(attack));
  return count;
}

type Piece = { readonly bytes: Uint8Array; readonly messages: number };

function framesOf({ topic, messages }: Flood): readonly Piece[] {
  if (topic === undefined) {
    return messages.map((message) => {
      const bytes = new Uint8Array(4 + message.length);
      new DataView(bytes.buffer).setUint32(0, message.length);
      bytes.set(message, 4);
      return { bytes, messages: 1 };
    });
  }
  const pieces: Piece[] = [];
  for (let from = 0; from < messages.length; from += MESSAGES_A_FRAME) {
    const some = messages.slice(from, from + MESSAGES_A_FRAME);
    pieces.push({ bytes: frame(...some.map((data) => ({ topic, data }))), messages: some.length });
  }
  return pieces;
}

function open(peer: Libp2p, address: string, topic: string | undefined): Promise<Stream> {
  const protocol = topic === undefined ? VOTES_PROTOCOL : GOSSIP;
  return peer.dialProtocol(multiaddr(address), protocol, { signal: AbortSignal.timeout(2_000) });
}

async function closed(stream: Stream, signal: AbortSignal): Promise<void> {
  while (stream.status === 'open' && !signal.aborted) await sleep(2);
}
