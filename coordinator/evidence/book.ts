import type { Digest } from '../../protocol/digest.ts';
import { BallastError } from '../../protocol/errors.ts';
import type { NodeId } from '../../protocol/ids.ts';
import { MAX_OFFENCES } from '../../protocol/round-entry.ts';
import type { KeyValueStore } from '../../protocol/store.ts';
import { compareText } from '../compare.ts';
import { isDue } from '../standing/fold.ts';
import type { StandingTable } from '../standing/table.ts';
import { invalidEvidence } from './encoding.ts';
import { type Offence, PUNISHABLE } from './kinds.ts';
import { type EvidenceContext, verifyAnyEvidence } from './verify.ts';

/** So many proofs are kept, so many bytes, and of one node so many that punish and that do not: the guilty fill nothing. */
export const MAX_EVIDENCES = 1_024;
export const MAX_EVIDENCES_BYTES = 64 << 20;
export const MAX_EVIDENCES_OF_NODE = 4;

/** Where proofs stand in a node's store. */
export const EVIDENCE_KEY = 'evidence/';

type Kept = { readonly offence: Offence; readonly size: number };

/**
 * The proofs that a node holds: checked when they come in, on disk, and there for whoever asks by digest. The oldest
 * deeds make room.
 */
export class EvidenceBook {
  readonly #store: KeyValueStore;
  readonly #context: EvidenceContext;
  readonly #kept = new Map<Digest, Kept>();
  #bytes = 0;

  private constructor(store: KeyValueStore, context: EvidenceContext) {
    this.#store = store;
    this.#context = context;
  }

  /** Reads back what was kept; what does not hold any more, or is damaged, is passed over. */
  static async open(store: KeyValueStore, context: EvidenceContext): Promise<EvidenceBook> {
    const book = new EvidenceBook(store, context);
    for await (const [, bytes] of store.entries(EVIDENCE_KEY)) {
      try {
        book.#keep(await verifyAnyEvidence(bytes, context), bytes.length);
      } catch (error) {
        if (!(error instanceof BallastError)) throw error;
      }
    }
    return book;
  }

  /** Every kept offence, by round, node and digest. */
  get offences(): Offence[] {
    return [...this.#kept.values()].map(({ offence }) => offence).sort(byRound);
  }

  /** What a kept proof shows. */
  offence(digest: Digest): Offence | undefined {
    return this.#kept.get(digest)?.offence;
  }

  /** A kept proof's bytes. */
  async bytes(digest: Digest): Promise<Uint8Array | undefined> {
    return this.#kept.has(digest) ? this.#store.get(EVIDENCE_KEY + digest) : undefined;
  }

  /**
   * Checks and keeps a proof; durable when it resolves.
   *
   * @param round the one in progress: a deed of a later one than the next waits outside, or four of a far future
   *   would leave no room for the next.
   * @returns what it shows, and whether it is new and was kept.
   * @throws BallastError what {@link verifyAnyEvidence} throws; `EVIDENCE_INVALID` for a deed of the future.
   */
  async add(
    bytes: Uint8Array,
    round: number,
  ): Promise<{ readonly offence: Offence; readonly isNew: boolean }> {
    const offence = await verifyAnyEvidence(bytes, this.#context);
    if (offence.round > round + 1)
      throw invalidEvidence(`a deed of round ${offence.round} in round ${round}`);
    const isPunishable = PUNISHABLE.has(offence.kind);
    const ofNode = this.offences.filter(
      ({ node, kind }) => node === offence.node && PUNISHABLE.has(kind) === isPunishable,
    );
    if (this.#kept.has(offence.evidence) || ofNode.length >= MAX_EVIDENCES_OF_NODE)
      return { offence, isNew: false };
    const leaving = this.#keep(offence, bytes.length);
    await this.#store.write([
      { type: 'put', key: EVIDENCE_KEY + offence.evidence, value: bytes },
      ...leaving.map((digest) => ({ type: 'delete' as const, key: EVIDENCE_KEY + digest })),
    ]);
    return { offence, isNew: true };
  }

  /** Forgets all but the newest proof of every node that a round has punished; the others make room for what follows. */
  async settle(table: StandingTable): Promise<void> {
    const settled = this.offences.filter((offence) => !isDue(table, offence));
    const newest = new Map<NodeId, Digest>(settled.map(({ node, evidence }) => [node, evidence]));
    const leaving = settled.filter(({ node, evidence }) => newest.get(node) !== evidence);
    for (const { evidence } of leaving) this.#forget(evidence);
    if (leaving.length === 0) return;
    await this.#store.write(
      leaving.map(({ evidence }) => ({ type: 'delete', key: EVIDENCE_KEY + evidence })),
    );
  }

  /** What the entry of a round may name: one offence a node, the oldest deeds first. */
  due(table: StandingTable, round: number): Offence[] {
    return dueOffences(this.offences, table, round);
  }

  #keep(offence: Offence, size: number): Digest[] {
    this.#kept.set(offence.evidence, { offence, size });
    this.#bytes += size;
    const leaving: Digest[] = [];
    for (const { evidence } of this.offences) {
      if (this.#kept.size <= MAX_EVIDENCES && this.#bytes <= MAX_EVIDENCES_BYTES) break;
      this.#forget(evidence);
      leaving.push(evidence);
    }
    return leaving;
  }

  #forget(digest: Digest): void {
    this.#bytes -= this.#kept.get(digest)?.size ?? 0;
    this.#kept.delete(digest);
  }
}

/**
 * Of many offences those that a round's entry may name: of punishable kinds, not punished yet, of that round or before,
 * one a node, at most 16.
 */
export function dueOffences(offences: readonly Offence[], table: StandingTable, round: number): Offence[] {
  const due = new Map<NodeId, Offence>();
  for (const offence of [...offences].sort(byRound)) {
    const counts = PUNISHABLE.has(offence.kind) && offence.round <= round && isDue(table, offence);
    if (counts && !due.has(offence.node)) due.set(offence.node, offence);
  }
  return [...due.values()].slice(0, MAX_OFFENCES);
}

function byRound(a: Offence, b: Offence): number {
  return a.round - b.round || compareText(a.node, b.node) || compareText(a.evidence, b.evidence);
}
