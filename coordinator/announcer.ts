import type { Encodable } from '../protocol/encoding.ts';
import { faultsTolerated } from '../protocol/quorum.ts';
import { membersInOrder } from './beacon.ts';
import type { Certificate } from './certificate.ts';
import type { Collaborators, EpochOptions } from './collaborators.ts';
import type { Voice } from './voice.ts';

/** Between the turns of members to tell the others of a certificate. */
const ANNOUNCE_MS = 250;

/**
 * Tells the others of a round's certificate: its leader at once, and of those after it in the beacon's order F in turn,
 * where they hear of none. One of F+1 is honest; that all members spoke would cost a large network megabytes a round.
 */
export class Announcer {
  readonly #options: EpochOptions;
  readonly #collaborators: Collaborators;
  readonly #voice: Pick<Voice, 'say'>;
  readonly #onError: (error: unknown) => void;
  #waiting: { readonly round: number; readonly cancel: () => void } = { round: 0, cancel: () => undefined };

  constructor(
    options: EpochOptions,
    collaborators: Collaborators,
    voice: Pick<Voice, 'say'>,
    onError: (error: unknown) => void,
  ) {
    this.#options = options;
    this.#collaborators = collaborators;
    this.#voice = voice;
    this.#onError = onError;
  }

  /** A certificate that this node has in its log. */
  async announce(certificate: Certificate): Promise<void> {
    const { entry, view } = certificate;
    const { epochs, committee } = this.#options;
    const order = membersInOrder(entry.beacon, epochs.of(entry.epoch)?.committee ?? committee);
    const place = order.indexOf(this.#collaborators.signer.nodeId);
    const turn = (place - (view % order.length) + order.length) % order.length;
    this.stop();
    if (place < 0 || turn > faultsTolerated(order.length)) return;
    const say = () => this.#voice.say('certificate', entry.round, 0, certificate as Encodable);
    if (turn === 0) return say();
    const cancel = this.#collaborators.clock.setTimer(turn * ANNOUNCE_MS, () => {
      say().catch(this.#onError);
    });
    this.#waiting = { round: entry.round, cancel };
  }

  /** Somebody else has told the others of a round's certificate. */
  heard(round: number): void {
    if (round >= this.#waiting.round) this.stop();
  }

  stop(): void {
    this.#waiting.cancel();
  }
}
