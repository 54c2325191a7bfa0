import type { Libp2p } from '@libp2p/interface';
import type { NodeId } from '../../protocol/ids.ts';
import { releaseIn } from '../../protocol/release.ts';
import {
  BLOB_PROTOCOL,
  LOG_PROTOCOL,
  PEER_EXCHANGE_PROTOCOL,
  VOTES_PROTOCOL,
  WITNESS_PROTOCOL,
} from './limits.ts';

/** What every node of this release answers to. */
const PROTOCOLS = [BLOB_PROTOCOL, LOG_PROTOCOL, PEER_EXCHANGE_PROTOCOL, VOTES_PROTOCOL, WITNESS_PROTOCOL];

/** What a peer says that it runs. Nothing in it is the peer's own text but a release's number. */
export type PeerRelease = {
  /** Undefined where it tells none. */
  readonly release: string | undefined;
  /** Protocols of this release that it does not speak. */
  readonly missingProtocols: readonly string[];
};

/** The part of an identify message that is read. */
export type Identification = {
  readonly agentVersion?: string | undefined;
  readonly protocols: readonly string[];
};

const NOT_IDENTIFIED: PeerRelease = { release: undefined, missingProtocols: [] };

/** What is taken of an identify message. */
export function peerRelease({ agentVersion, protocols }: Identification): PeerRelease {
  const missingProtocols = PROTOCOLS.filter((protocol) => !protocols.includes(protocol));
  return { release: releaseIn(agentVersion), missingProtocols };
}

/** What the connected peers run. */
export class PeerReleases {
  readonly #known = new Map<NodeId, PeerRelease>();

  /** Hears what peers say of themselves, and forgets it when they go. */
  follow(node: Pick<Libp2p, 'addEventListener'>): void {
    node.addEventListener('peer:identify', ({ detail }) => {
      // It may be told after the connection's end, which is when it would be forgotten.
      if (detail.connection.status !== 'open') return;
      this.#known.set(detail.peerId.toString(), peerRelease(detail));
    });
    node.addEventListener('peer:disconnect', ({ detail }) => {
      this.#known.delete(detail.toString());
    });
  }

  of(peer: NodeId): PeerRelease {
    return this.#known.get(peer) ?? NOT_IDENTIFIED;
  }
}
