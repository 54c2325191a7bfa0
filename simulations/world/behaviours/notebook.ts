import { entryDigest, withOutcome } from '../../../coordinator/entry.ts';
import type { AnyReceived, Received } from '../../../coordinator/received.ts';
import type { Digest } from '../../../protocol/digest.ts';
import type { RoundEntry } from '../../../protocol/messages.ts';
import { opened } from '../opened.ts';

/** Proposals and view changes kept of a round. */
const MAX_KEPT = 64;

/** What a liar remembers of the round in progress, to make its lies of. */
export class Notebook {
  #round = 0;
  readonly #entries = new Map<Digest, RoundEntry>();
  #proposals: Received<'proposal'>[] = [];
  #viewChanges: Received<'view-change'>[] = [];

  /** Notes what is a message, and keeps nothing from the participant: fit to be a behaviour's `hear`. */
  readonly hear = (bytes: Uint8Array): true => {
    const heard = opened(bytes);
    if (heard !== undefined) this.note(heard.message);
    return true;
  };

  note(message: AnyReceived): void {
    if (message.type !== 'proposal' && message.type !== 'view-change') return;
    if (message.round < this.#round) return;
    if (message.round > this.#round) {
      this.#round = message.round;
      this.#entries.clear();
      this.#proposals = [];
      this.#viewChanges = [];
    }
    if (message.type === 'view-change') {
      const known = this.#viewChanges.some(({ digest }) => digest === message.digest);
      if (!known) this.#viewChanges = [...this.#viewChanges, message].slice(-MAX_KEPT);
      return;
    }
    for (const entry of bothOutcomes(message.payload.entry)) this.#entries.set(entryDigest(entry), entry);
    const known = this.#proposals.some(({ digest }) => digest === message.digest);
    if (!known) this.#proposals = [...this.#proposals, message].slice(-MAX_KEPT);
  }

  entry(digest: Digest): RoundEntry | undefined {
    return this.#entries.get(digest);
  }

  /** A proposal of the round with its evidence, not a repeated lock. */
  proposal(round: number): Received<'proposal'> | undefined {
    return this.#proposals.find((each) => each.round === round && each.payload.sealReports.length > 0);
  }

  /** View changes to a view, one a sender. */
  viewChanges(round: number, view: number): Received<'view-change'>[] {
    const of = this.#viewChanges.filter((each) => each.round === round && each.view === view);
    return [...new Map(of.map((each) => [each.sender, each])).values()];
  }
}

/** An entry with either verdict; an aborted one has but one form. */
function bothOutcomes(entry: RoundEntry): readonly RoundEntry[] {
  if (entry.outcome === 'aborted') return [entry];
  return [withOutcome(entry, 'accepted'), withOutcome(entry, 'rejected')];
}

/** The same entry with the other verdict; undefined for one that is aborted. */
export function sibling(entry: RoundEntry): RoundEntry | undefined {
  const digest = entryDigest(entry);
  return bothOutcomes(entry).find((each) => entryDigest(each) !== digest);
}
