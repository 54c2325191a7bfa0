import type { CommitScheme } from '../../../coordinator/certificate.ts';
import { decisionOf, entryDigest } from '../../../coordinator/entry.ts';
import type { NodeSigner } from '../../../protocol/ed25519.ts';
import type { Encodable } from '../../../protocol/encoding.ts';
import { type Envelope, signEnvelope } from '../../../protocol/envelope.ts';
import type { NodeId } from '../../../protocol/ids.ts';
import type { MessageType } from '../../../protocol/message-types.ts';
import type { RoundEntry } from '../../../protocol/messages.ts';
import type { SeededRandom } from '../random.ts';
import type { Scheduler } from '../scheduler.ts';

/** What a Byzantine node has at hand. */
export type BehaviourHost = {
  readonly self: NodeId;
  readonly signer: NodeSigner;
  readonly scheme: CommitScheme;
  readonly scheduler: Pick<Scheduler, 'after' | 'now'>;
  readonly random: SeededRandom;
  /** Votes that decide, of how many members. */
  readonly quorum: number;
  readonly size: number;
  /** Whom it wrongs, where it wrongs somebody. */
  readonly victim: NodeId;
  /** Where reports name it: its place on the roster. */
  readonly victimPlace: number;
  /** To all others, or to those of `to`. */
  readonly send: (bytes: Uint8Array, to?: (node: NodeId) => boolean) => void;
};

/** A lie about an honest participant that runs beneath: what is left out is done honestly. */
export type Behaviour = {
  /** Called in place of sending. */
  readonly say?: (bytes: Uint8Array) => void | Promise<void>;
  /** Whether the participant gets to hear it. */
  readonly hear?: (bytes: Uint8Array) => boolean;
  /** Whether a peer that asks for a blob is served. */
  readonly serve?: (asker: NodeId) => boolean;
};

/** Another message of this node in the place of one that it signed. */
export function inPlaceOf(
  { net, round, view, seq, ts, expiry }: Envelope,
  { signer }: Pick<BehaviourHost, 'signer'>,
  type: MessageType,
  payload: unknown,
): Uint8Array {
  const unsigned = { net, type, round, view, seq, ts, expiry, payload: payload as Encodable };
  return signEnvelope(unsigned, signer).bytes;
}

/** A commit vote for any entry, in the place of a message of this node. */
export async function commitFor(
  envelope: Envelope,
  host: Pick<BehaviourHost, 'signer' | 'scheme'>,
  entry: RoundEntry,
): Promise<Uint8Array> {
  const signature = await host.scheme.sign(decisionOf(envelope.net, entry, envelope.view));
  return inPlaceOf(envelope, host, 'commit', { entry: entryDigest(entry), signature });
}

/** Members whom conspirators tell one story; the others hear the other. */
export function isInFirstHalf(node: NodeId): boolean {
  return node.charCodeAt(node.length - 1) % 2 === 0;
}
