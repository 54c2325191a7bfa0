import type { Digest } from '../../protocol/digest.ts';
import { MAX_ENVELOPE_BYTES, openEnvelope, type Sealed } from '../../protocol/envelope.ts';
import { BallastError } from '../../protocol/errors.ts';
import { MAX_ROSTER } from '../../protocol/messages.ts';
import type { NetworkParameters } from '../../protocol/network.ts';
import { type AnyReceived, readMessage } from '../received.ts';
import type { Basis } from '../round/types.ts';
import type { StandingTable } from '../standing/index.ts';
import { bodyWithheld } from './body-withheld.ts';
import type { EvidenceBook } from './book.ts';
import { encodeEvidence, MAX_EVIDENCE_BYTES } from './encoding.ts';
import { equivocation } from './equivocation.ts';
import { LedgerWatch, overspends } from './false-ledger.ts';
import type { Evidence, Offence } from './kinds.ts';

/** What this node heard of a sender in a message's place, where that was another message. */
export type HeardInstead = (sealed: Sealed) => Uint8Array | undefined;

/** Of a proof beside its one part. */
const EVIDENCE_FRAME_BYTES = 256;

/** Room in an envelope for its other fields. */
const MAX_SENT_BYTES = MAX_ENVELOPE_BYTES - 4_096;

export type EvidenceDeskParts = {
  readonly book: EvidenceBook;
  readonly parameters: Pick<NetworkParameters, 'privacy'>;
  /** The round in progress. */
  readonly round: () => number;
  /** Tells the round of a proven offence. */
  readonly onOffence: (offence: Offence) => void;
  /** Sends a proof that this node made to the other members. */
  readonly send: (proof: Uint8Array) => Promise<void>;
};

/** Where proofs come together: made from what this node hears, sent by others, or asked for by digest. */
export class EvidenceDesk {
  readonly #parts: EvidenceDeskParts;
  readonly #ledgers: LedgerWatch;

  constructor(parts: EvidenceDeskParts) {
    this.#parts = parts;
    this.#ledgers = new LedgerWatch(parts.parameters, MAX_ROSTER);
  }

  /** Every kept offence. */
  get offences(): readonly Offence[] {
    return this.#parts.book.offences;
  }

  /**
   * A message that was admitted: its statements are held against those of its sender's others, and what it carries
   * against what this node heard itself.
   *
   * @returns undefined where there is nothing to wait for, which is nearly always.
   */
  note(message: AnyReceived, heardInstead: HeardInstead): Promise<void> | undefined {
    if (message.type === 'view-change')
      return this.compare(message.payload.lock?.prepares ?? [], heardInstead);
    const evidence = message.type === 'update-header' ? this.#ledgers.note(message) : undefined;
    return evidence && this.#make(evidence);
  }

  /** Messages of others that came from a peer that rests on them, against what this node heard itself. */
  async compare(carried: readonly Uint8Array[], heardInstead: HeardInstead): Promise<void> {
    for (const bytes of carried) {
      const sealed = opened(bytes);
      const known = sealed && heardInstead(sealed);
      if (known !== undefined) await this.contradiction(known, bytes);
    }
  }

  /** A header that was refused at the door because it states more than the network's budget. */
  async overspent(bytes: Uint8Array): Promise<void> {
    const sealed = opened(bytes);
    const message = sealed && readMessage(sealed);
    if (message?.type === 'update-header' && overspends(message, this.#parts.parameters))
      await this.#make({ kind: 'false-ledger', proof: [bytes] });
  }

  /** Bodies that F+1 members did not get: kept, and told to nobody, for it punishes nobody. */
  async noteBasis({ headers, bodyReports, dropped }: Basis, faults: number): Promise<void> {
    for (const { node, code } of dropped) {
      const header = headers.find(({ sender }) => sender === node);
      if (code !== 'BODY_NOT_SERVED' || header === undefined) continue;
      const evidence = bodyWithheld(header, bodyReports, faults);
      if (evidence !== undefined) await this.#keep(encodeEvidence(evidence));
    }
  }

  /**
   * A forged step of training that this node found. One that does not fit into a proof is let be: its update has lost
   * its weight.
   */
  async failedAudit(proof: Uint8Array): Promise<void> {
    if (proof.length <= MAX_EVIDENCE_BYTES - EVIDENCE_FRAME_BYTES)
      await this.#make({ kind: 'failed-audit', proof: [proof] });
  }

  /** Forgets most of what a round has punished. */
  settle(standing: StandingTable): Promise<void> {
    return this.#parts.book.settle(standing);
  }

  /** Two different messages of one sender for one place. */
  async contradiction(first: Uint8Array, second: Uint8Array): Promise<void> {
    await this.#make(equivocation(openEnvelope(first), openEnvelope(second)));
  }

  /**
   * A proof from elsewhere.
   *
   * @throws BallastError as `EvidenceBook.add`.
   */
  async take(proof: Uint8Array): Promise<Offence> {
    const { offence, isNew } = await this.#parts.book.add(proof, this.#parts.round());
    if (isNew) this.#parts.onOffence(offence);
    return offence;
  }

  bytes(digest: Digest): Promise<Uint8Array | undefined> {
    return this.#parts.book.bytes(digest);
  }

  async #make(evidence: Evidence | undefined): Promise<void> {
    if (evidence === undefined) return;
    const proof = encodeEvidence(evidence);
    const offence = await this.#keep(proof);
    if (offence === undefined) return;
    this.#parts.onOffence(offence);
    // A longer one is fetched from the leader that names it.
    if (proof.length <= MAX_SENT_BYTES) await this.#parts.send(proof);
  }

  /** @returns what a new proof shows; undefined for one that is kept already, or of a node without weight to lose. */
  async #keep(proof: Uint8Array): Promise<Offence | undefined> {
    try {
      const { offence, isNew } = await this.#parts.book.add(proof, this.#parts.round());
      return isNew ? offence : undefined;
    } catch (error) {
      if (error instanceof BallastError && error.code === 'EVIDENCE_INVALID') return undefined;
      throw error;
    }
  }
}

function opened(bytes: Uint8Array): Sealed | undefined {
  try {
    return openEnvelope(bytes);
  } catch (error) {
    if (error instanceof BallastError) return undefined;
    throw error;
  }
}
