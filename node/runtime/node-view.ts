import type { Committee, Head, Participant } from '../../coordinator/index.ts';
import type { PrivacyLedger } from '../../privacy/index.ts';
import type { NetworkDocument } from '../../protocol/network.ts';
import type { PeerInfo } from '../network/index.ts';
import type { ChainLink } from './chain-link.ts';
import type { FinalizedBlock } from './chain-watch.ts';
import type { Condition } from './conditions.ts';
import type { MonitorStatus } from './model-monitor.ts';
import type { PublicMarket } from './public-market.ts';
import type { RoundNotes } from './round-notes.ts';

export type Readiness = { readonly status: 'starting' | 'syncing' | 'ready'; readonly reason: string };

/** A node as it stands, to be read and never written: for the HTTP interface and for metrics. */
export type NodeView = {
  readonly readiness: Readiness;
  readonly document: NetworkDocument;
  /** Undefined until the chain has been reached. */
  readonly link: ChainLink | undefined;
  readonly committee: Committee | undefined;
  readonly market: PublicMarket | undefined;
  /** Undefined while the node starts, and while a store that failed is opened again. */
  readonly participant: Participant | undefined;
  /** Undefined as long as there is no participant. */
  readonly ledger: PrivacyLedger | undefined;
  /** What was seen of the model on public data; undefined as long as there is no participant. */
  readonly monitor: (() => MonitorStatus) | undefined;
  /** What it has noted of decided rounds; undefined as long as there is no participant. */
  readonly notes: Pick<RoundNotes, 'leftOut' | 'explanations'> | undefined;
  /** The last certified round; kept while there is no participant. */
  readonly head: Head | undefined;
  readonly conditions: readonly Condition[];
  /** Whom the network has now, asked each time. */
  readonly peers: () => readonly PeerInfo[];
  /** Last final block that was seen. */
  readonly finalized: FinalizedBlock | undefined;
  /** This node's clock against the others', in milliseconds; undefined where nobody was heard. */
  readonly clockSkewMs: number | undefined;
};
