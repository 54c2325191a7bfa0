import { type Envelope, openEnvelope } from '../../protocol/envelope.ts';
import { REPEATABLE } from '../../protocol/message-types.ts';
import type { Payload } from '../../protocol/messages.ts';

/** An update as it went out: what the sender's ledger must know of. */
export type SentUpdate = { readonly round: number; readonly digest: string };

/** Who said what for which place. */
export type Said = Pick<Envelope, 'sender' | 'type' | 'round' | 'view'>;

/**
 * Everything that was ever said, as a listener on the wire hears it. It finds who said two things where only one
 * may be said.
 */
export class Wire {
  readonly #said = new Map<string, string>();
  readonly #updates = new Map<string, Map<number, string>>();
  readonly #lastVote = new Map<string, number>();
  readonly violations: string[] = [];
  #messages = 0;

  /** @returns the envelope, for whoever acts on it. */
  capture(bytes: Uint8Array): Envelope {
    const { envelope, digest } = openEnvelope(bytes);
    this.#messages += 1;
    if (REPEATABLE.has(envelope.type)) return envelope;
    this.note(envelope, digest);
    if (envelope.type === 'update-header') this.#keepUpdate(envelope);
    return envelope;
  }

  /** The same of a message that only its sender and its readers have seen. */
  note({ sender, type, round, view }: Said, digest: string): void {
    const slot = `${sender} ${type} ${round} ${view}`;
    const known = this.#said.get(slot);
    if (known !== undefined && known !== digest) this.violations.push(`two messages for one place: ${slot}`);
    this.#said.set(slot, digest);
    if (type === 'prepare' || type === 'commit')
      this.#lastVote.set(sender, Math.max(round, this.lastVoteOf(sender)));
  }

  get messages(): number {
    return this.#messages;
  }

  /** The last round in which the node voted; 0 before any. */
  lastVoteOf(node: string): number {
    return this.#lastVote.get(node) ?? 0;
  }

  updatesOf(node: string): SentUpdate[] {
    return [...(this.#updates.get(node) ?? [])].map(([round, digest]) => ({ round, digest }));
  }

  #keepUpdate({ sender, round, payload }: Envelope): void {
    const updates = this.#updates.get(sender) ?? new Map<number, string>();
    updates.set(round, (payload as Payload<'update-header'>).digest);
    this.#updates.set(sender, updates);
  }
}
