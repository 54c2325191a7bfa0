import { identify } from '@libp2p/identify';
import { noise } from '@libp2p/noise';
import { tcp } from '@libp2p/tcp';
import { yamux } from '@libp2p/yamux';
import { createLibp2p } from 'libp2p';
import type { NodeId } from '../../protocol/ids.ts';
import { agentOf } from '../../protocol/release.ts';
import { tryParsePeerAddress } from './addresses.ts';
import { type PeerRelease, peerRelease } from './peer-releases.ts';

/** Peers that are asked at most. */
const MAX_ASKED = 16;

/** A peer that answered. */
export type AskedPeer = PeerRelease & { readonly peer: NodeId };

/**
 * Asks peers what they run, under a key made for this and without listening. A peer that cannot be reached within
 * the time is left out, and so is an address that is none.
 *
 * @param addresses multiaddrs that end in a peer id; the first 16 are asked.
 */
export async function askReleases(
  addresses: readonly string[],
  timeoutMs: number,
): Promise<readonly AskedPeer[]> {
  const peers = addresses.slice(0, MAX_ASKED).flatMap((address) => tryParsePeerAddress(address) ?? []);
  const node = await createLibp2p({
    nodeInfo: { userAgent: agentOf(undefined) },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    services: { identify: identify({ runOnConnectionOpen: false }) },
  });
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const asked = peers.map(async ({ peer, address }): Promise<AskedPeer[]> => {
      try {
        const connection = await node.dial(address, { signal });
        return [{ peer, ...peerRelease(await node.services.identify.identify(connection, { signal })) }];
      } catch {
        // Not there, not a peer, too slow: whatever it is, it says nothing of releases.
        return [];
      }
    });
    return (await Promise.all(asked)).flat();
  } finally {
    for (const connection of node.getConnections()) connection.abort(new Error('asked'));
    await node.stop();
  }
}
