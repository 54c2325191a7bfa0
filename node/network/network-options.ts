import type { PrivateKey } from '@libp2p/interface';
import type { NodeId } from '../../protocol/ids.ts';
import type { GossipDoorLimits } from './gossip-door.ts';
import type { Refusal } from './types.ts';

export type NetworkOptions = {
  /** The node's Ed25519 key: `OperatorIdentity.transportKey()`. */
  readonly privateKey: PrivateKey;
  /** TCP multiaddrs; a free port on 127.0.0.1 unless given. Other machines get in only when asked for here. */
  readonly listen?: readonly string[];
  /** Addresses to tell others in place of those listened on, behind a router for one. */
  readonly announce?: readonly string[];
  /** Peers to find the others through, as multiaddrs that end in a peer id. */
  readonly bootstrap?: readonly string[];
  /** Of the package, told to peers; none unless given. */
  readonly release?: string;
  readonly targetConnections?: number;
  readonly exchangeIntervalMs?: number;
  readonly messageRate?: { readonly perSecond: number; readonly burst: number };
  readonly gossipDoor?: GossipDoorLimits;
};

export type NetworkCollaborators = {
  /** Hears of every refused message, for metrics and the operator's log. */
  readonly onRefused?: (refusal: Refusal) => void;
  /** Hears of faults of this node's own callbacks. */
  readonly onError?: (error: unknown, where: string) => void;
  /** A clock that never goes back, in milliseconds. */
  readonly now?: () => number;
  /** Whose requests are answered before strangers'; everyone's unless given. */
  readonly isMember?: (peer: NodeId) => boolean;
  /** Whose gossip is read before strangers': nodes of this epoch. Everyone's unless given. */
  readonly isRegistered?: (peer: NodeId) => boolean;
  /** Members of the committee as it is now: votes go to them and come from them alone. Nobody unless given. */
  readonly voters?: () => ReadonlySet<NodeId>;
};
