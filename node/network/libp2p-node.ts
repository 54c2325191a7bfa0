import type { GossipSub } from '@libp2p/gossipsub';
import { identify } from '@libp2p/identify';
import type { ConnectionGater, Libp2p, PrivateKey } from '@libp2p/interface';
import { noise } from '@libp2p/noise';
import { tcp } from '@libp2p/tcp';
import { yamux } from '@libp2p/yamux';
import { multiaddr } from '@multiformats/multiaddr';
import { createLibp2p } from 'libp2p';
import type { NodeId } from '../../protocol/ids.ts';
import { agentOf } from '../../protocol/release.ts';
import { isLoopback } from './addresses.ts';
import { type GossipServiceCollaborators, gossipService } from './gossip.ts';
import {
  DIAL_TIMEOUT_MS,
  INBOUND_PER_SECOND,
  MAX_CONNECTIONS,
  MAX_PENDING_INBOUND,
  PING,
  STREAM_WINDOW,
} from './limits.ts';

export type Libp2pNode = Libp2p<{ gossip: GossipSub }>;

export type Libp2pOptions = {
  readonly privateKey: PrivateKey;
  readonly listen: readonly string[];
  /** Addresses to tell others in place of those listened on. */
  readonly announce: readonly string[];
  /** What peers are told that this node runs. */
  readonly release: string | undefined;
};

export type Libp2pCollaborators = GossipServiceCollaborators & {
  readonly isBanned: (peer: NodeId) => boolean;
};

/** A libp2p node, not yet started: TCP, noise, yamux, identify, gossip, with every limit stated. */
export function createNode(options: Libp2pOptions, collaborators: Libp2pCollaborators): Promise<Libp2pNode> {
  const onLoopback = options.listen.every((address) => isLoopback(multiaddr(address)));
  return createLibp2p({
    start: false,
    privateKey: options.privateKey,
    addresses: { listen: [...options.listen], announce: [...options.announce] },
    nodeInfo: { userAgent: agentOf(options.release) },
    transports: [tcp({ dialOpts: { noDelay: true }, listenOpts: { noDelay: true } })],
    connectionEncrypters: [noise()],
    streamMuxers: [
      yamux({
        maxInboundStreams: 256,
        maxOutboundStreams: 256,
        maxEarlyStreams: 10,
        streamOptions: {
          initialStreamWindowSize: STREAM_WINDOW.initial,
          maxStreamWindowSize: STREAM_WINDOW.most,
        },
      }),
    ],
    connectionManager: {
      maxConnections: MAX_CONNECTIONS,
      inboundConnectionThreshold: onLoopback ? INBOUND_PER_SECOND.loopback : INBOUND_PER_SECOND.otherwise,
      maxIncomingPendingConnections: MAX_PENDING_INBOUND,
      maxParallelDials: 16,
      maxDialQueueLength: 256,
      dialTimeout: DIAL_TIMEOUT_MS,
    },
    connectionMonitor: {
      pingInterval: PING.intervalMs,
      pingTimeout: { minTimeout: PING.timeoutMs },
    },
    connectionGater: gater(collaborators.isBanned),
    services: { identify: identify(), gossip: gossipService(collaborators) },
  });
}

/** Keeps banned peers out, whoever dials. */
function gater(isBanned: (peer: NodeId) => boolean): ConnectionGater {
  return {
    denyDialPeer: (peer) => isBanned(peer.toString()),
    denyInboundEncryptedConnection: (peer) => isBanned(peer.toString()),
    denyOutboundEncryptedConnection: (peer) => isBanned(peer.toString()),
  };
}
