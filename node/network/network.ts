import { requireListenAddress } from './addresses.ts';
import { GossipDoor } from './gossip-door.ts';
import { Libp2pNetwork } from './libp2p-network.ts';
import { createNode } from './libp2p-node.ts';
import { FLOOD_PENALTY, GOSSIP_DOOR } from './limits.ts';
import { DEFAULT_LISTEN } from './listen-address.ts';
import type { NetworkCollaborators, NetworkOptions } from './network-options.ts';
import { PeerJudge } from './peer-judge.ts';
import { PeerScores } from './peer-scores.ts';
import type { Network } from './types.ts';

/**
 * A libp2p node, not yet started.
 *
 * @throws AddressError `ADDRESS_MALFORMED`.
 */
export async function createNetwork(
  options: NetworkOptions,
  collaborators: NetworkCollaborators = {},
): Promise<Network> {
  const listen = options.listen ?? DEFAULT_LISTEN;
  for (const address of listen) requireListenAddress(address);
  const now = collaborators.now ?? (() => performance.now());
  const scores = new PeerScores(now);
  const judge = new PeerJudge({
    scores,
    onRefused: collaborators.onRefused ?? (() => undefined),
    onError: collaborators.onError ?? (() => undefined),
    cut: (peer) => network.cut(peer),
  });
  const door = new GossipDoor(options.gossipDoor ?? GOSSIP_DOOR, {
    refuse: (peer, code) => judge.refuse({ peer, topic: 'gossip', action: 'reject', code }, FLOOD_PENALTY),
    isMember: collaborators.isRegistered ?? (() => true),
    waiting: (peer) => network.waiting(peer),
    now,
  });
  const node = await createNode(
    { privateKey: options.privateKey, listen, announce: options.announce ?? [], release: options.release },
    {
      isBanned: (peer) => scores.isBanned(peer),
      score: (peer) => scores.score(peer),
      admit: (peer) => door.open(peer),
    },
  );
  const network: Libp2pNetwork = new Libp2pNetwork(node, { scores, judge, door }, options, {
    ...collaborators,
    now,
  });
  for (const address of options.bootstrap ?? []) network.remember(address);
  return network;
}
