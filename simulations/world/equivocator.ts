import type { CommitScheme } from '../../coordinator/certificate.ts';
import { decisionOf, entryDigest, withOutcome } from '../../coordinator/entry.ts';
import { readMessage } from '../../coordinator/received.ts';
import type { NodeSigner } from '../../protocol/ed25519.ts';
import type { Encodable } from '../../protocol/encoding.ts';
import { type Envelope, openEnvelope, signEnvelope } from '../../protocol/envelope.ts';
import type { NodeId } from '../../protocol/ids.ts';
import type { MessageType } from '../../protocol/message-types.ts';
import type { RoundEntry } from '../../protocol/messages.ts';

type Send = (bytes: Uint8Array, to: (node: NodeId) => boolean) => void;

/**
 * A member that leads with two stories: half of the nodes get its proposal, the other half the same with the
 * other verdict, and each half at once its prepare and its commit vote for what that half was told.
 */
export class Equivocator {
  readonly #signer: NodeSigner;
  readonly #scheme: CommitScheme;
  readonly #send: Send;
  /** What the other half is told, by the digest of the true proposal. */
  readonly #lies = new Map<string, Promise<readonly Uint8Array[]>>();
  readonly #ledViews = new Set<string>();

  constructor(signer: NodeSigner, scheme: CommitScheme, send: Send) {
    this.#signer = signer;
    this.#scheme = scheme;
    this.#send = send;
  }

  async broadcast(bytes: Uint8Array): Promise<void> {
    const sealed = openEnvelope(bytes);
    const { envelope } = sealed;
    const message = readMessage(sealed);
    const view = `${envelope.round}/${envelope.view}`;
    const isVote = message.type === 'prepare' || message.type === 'commit';
    if (message.type === 'proposal') this.#ledViews.add(view);
    if (message.type !== 'proposal' && !(isVote && this.#ledViews.has(view))) {
      this.#send(bytes, () => true);
      return;
    }
    this.#send(bytes, isInFirstHalf);
    if (message.type !== 'proposal' || message.payload.entry.outcome === 'aborted') return;
    const { entry } = message.payload;
    const other = withOutcome(entry, entry.outcome === 'accepted' ? 'rejected' : 'accepted');
    const lie = this.#lies.get(sealed.digest) ?? this.#story(envelope, { ...message.payload, entry: other });
    this.#lies.set(sealed.digest, lie);
    for (const told of await lie) this.#send(told, (node) => !isInFirstHalf(node));
  }

  /** A proposal with the votes for it. */
  async #story(
    envelope: Envelope,
    proposal: { readonly entry: RoundEntry; readonly [field: string]: unknown },
  ): Promise<readonly Uint8Array[]> {
    const { entry } = proposal;
    const decision = decisionOf(envelope.net, entry, envelope.view);
    const signature = await this.#scheme.sign(decision);
    return [
      this.#sealed(envelope, 'proposal', proposal as Encodable),
      this.#sealed(envelope, 'prepare', { entry: entryDigest(entry), outcome: entry.outcome }),
      this.#sealed(envelope, 'commit', { entry: entryDigest(entry), signature }),
    ];
  }

  #sealed(
    { net, round, view, seq, ts, expiry }: Envelope,
    type: MessageType,
    payload: Encodable,
  ): Uint8Array {
    return signEnvelope({ net, type, round, view, seq, ts, expiry, payload }, this.#signer).bytes;
  }
}

function isInFirstHalf(node: NodeId): boolean {
  return node.charCodeAt(node.length - 1) % 2 === 0;
}
