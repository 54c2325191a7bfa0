import {
  type Certificate,
  entryDigest,
  isMember,
  lastRoundOf,
  memberIndex,
  type Participant,
} from '../../coordinator/index.ts';
import { BallastError } from '../../protocol/errors.ts';
import type { NodeId } from '../../protocol/ids.ts';
import type { Payload } from '../../protocol/messages.ts';
import type { ChainLink } from './chain-link.ts';
import { type RotationVote, rotationTo } from './committee-rotation.ts';
import type { Emit } from './events.ts';
import { pause } from './pause.ts';

/** Between two utterances of this node's signature, while the chain has not rotated: others may have started anew. */
const REPEAT_MS = 1_500;
const POLL_MS = 400;
/** Hand-overs whose signatures are kept: the one that the chain is due, and the one after it. */
const MAX_HELD = 2;

type Held = { readonly payload: Payload<'handover'>; readonly isValid: boolean };

export type HandOverCollaborators = {
  readonly self: NodeId;
  readonly link: Pick<ChainLink, 'network' | 'rotations' | 'published' | 'rotate'>;
  /** Rounds of an epoch; undefined where one committee decides for ever. */
  readonly epochRounds: number | undefined;
  readonly participant: Pick<Participant, 'head' | 'certificate' | 'epochOf' | 'handOver'>;
  readonly emit: Emit;
  /** Fires when the node stops. */
  readonly signal: AbortSignal;
};

/**
 * The hand-over of a committee on the chain. Its members sign the rotation to the committee that their last entry
 * names, and say so until the chain has it; whoever holds a quorum of signatures may hand them in. Nothing of it is
 * stored: the certificate is in the log, what is signed follows from it, and the signatures are gathered again.
 */
export class HandOver {
  readonly #with: HandOverCollaborators;
  /** Signatures by the last round of the epoch that ends, then by member. */
  readonly #held = new Map<number, Map<NodeId, Held>>();
  #due: number | undefined;
  #speaking: Promise<void> = Promise.resolve();

  constructor(collaborators: HandOverCollaborators) {
    this.#with = collaborators;
  }

  /** Keeps a member's signature; it is checked when signatures are counted. @returns whether it is of use. */
  receive(sender: NodeId, round: number, payload: Payload<'handover'>): boolean {
    const { epochRounds, participant } = this.#with;
    const isDue =
      epochRounds !== undefined && round % epochRounds === 0 && round <= participant.head.round + 1;
    if (!isDue) return false;
    const held = this.#held.get(round) ?? new Map<NodeId, Held>();
    const known = held.get(sender);
    if (known !== undefined && isSame(known.payload, payload)) return true;
    held.set(sender, { payload, isValid: false });
    this.#held.set(round, held);
    for (const oldest of [...this.#held.keys()].sort((a, b) => a - b)) {
      if (this.#held.size <= MAX_HELD) break;
      this.#held.delete(oldest);
    }
    return this.#held.has(round);
  }

  /** The epoch whose hand-over the chain is due, as far as this node has read it; undefined where it is due none. */
  get due(): number | undefined {
    return this.#due;
  }

  /**
   * Says this node's signature for the rotation that the chain is due, again and again until it has rotated. Called
   * after each last round of an epoch, and after a start.
   */
  speak(): Promise<void> {
    // One after the other: what was decided while one came to its end is seen by the next.
    this.#speaking = this.#speaking.catch(() => undefined).then(() => this.#speak());
    return this.#speaking;
  }

  /**
   * Rotates the chain with a quorum of signatures, as soon as there is one.
   *
   * @returns the transaction, or null where the chain has rotated without this node.
   * @throws what the chain throws, and the signal's reason.
   */
  async rotate(certificate: Certificate, signal: AbortSignal): Promise<string | null> {
    const { link } = this.#with;
    for (;;) {
      signal.throwIfAborted();
      if ((await link.published()).epoch > certificate.entry.epoch) return null;
      const { outgoing, rotation } = this.#termsOf(certificate);
      const votes = await this.#votes(certificate);
      if (votes.length >= outgoing.quorum) {
        return link.rotate(rotation, link.rotations.sealed(outgoing, votes), this.#with.signal);
      }
      await pause(POLL_MS, signal);
    }
  }

  async #speak(): Promise<void> {
    const { epochRounds, link, participant, self, signal } = this.#with;
    if (epochRounds === undefined) return;
    for (;;) {
      signal.throwIfAborted();
      const chain = await link.published().catch(() => undefined);
      if (chain !== undefined) {
        const done = lastRoundOf(epochRounds, chain.epoch - 1);
        for (const round of this.#held.keys()) if (round <= done) this.#held.delete(round);
        const certificate = await participant.certificate(lastRoundOf(epochRounds, chain.epoch));
        this.#due = certificate && chain.epoch;
        // The chain is as far as this node.
        if (certificate === undefined) return;
        const { outgoing, rotation } = this.#termsOf(certificate);
        if (isMember(outgoing, self)) {
          const signature = await link.rotations.sign(outgoing, rotation);
          const payload = { last: entryDigest(certificate.entry), signature };
          this.receive(self, certificate.entry.round, payload);
          await participant.handOver(certificate.entry.round, payload);
        }
      }
      await pause(REPEAT_MS, signal);
    }
  }

  /** The valid signatures that this node holds; what is not valid is told once, and dropped. */
  async #votes(certificate: Certificate): Promise<RotationVote[]> {
    const { link, emit } = this.#with;
    const { outgoing, rotation } = this.#termsOf(certificate);
    const held = this.#held.get(certificate.entry.round) ?? new Map<NodeId, Held>();
    const fresh = [...held].filter(([, { isValid }]) => !isValid);
    const cast = fresh.map(([node, { payload }]) => ({
      index: memberIndex(outgoing, node),
      signature: payload.signature,
    }));
    const valid = await link.rotations.valid(outgoing, rotation, cast);
    for (const [i, [node, { payload }]] of fresh.entries()) {
      // Another one may have come while these were checked.
      if (held.get(node)?.payload !== payload) continue;
      if (valid[i] === true) {
        held.set(node, { payload, isValid: true });
        continue;
      }
      held.delete(node);
      const reason = 'the chain would not verify its signature';
      emit({ event: 'refused', code: 'HANDOVER_SIGNATURE', sender: node, reason });
    }
    return [...held]
      .filter(([, { isValid }]) => isValid)
      .map(([node, { payload }]) => ({ index: memberIndex(outgoing, node), signature: payload.signature }));
  }

  /** @throws BallastError `COMMITTEE_UNKNOWN`: the log has the hand-over, so that this node knows both. */
  #termsOf({ entry }: Certificate) {
    const { participant, link } = this.#with;
    const outgoing = participant.epochOf(entry.epoch)?.committee;
    const next = participant.epochOf(entry.epoch + 1)?.committee;
    if (outgoing === undefined || next === undefined) {
      throw new BallastError(
        'COMMITTEE_UNKNOWN',
        `hand-over after round ${entry.round}: got no record of epoch ${entry.epoch} or the one after it`,
      );
    }
    return { outgoing, rotation: rotationTo(next, link.network, entry) };
  }
}

function isSame(a: Payload<'handover'>, b: Payload<'handover'>): boolean {
  return a.last === b.last && Buffer.compare(a.signature, b.signature) === 0;
}
