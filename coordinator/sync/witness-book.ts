import { openEnvelope } from '../../protocol/envelope.ts';
import type { NodeId } from '../../protocol/ids.ts';
import { REPEATABLE } from '../../protocol/message-types.ts';
import type { KeyValueStore, StoreOperation } from '../../protocol/store.ts';
import type { Clock } from '../collaborators.ts';
import { type AnyReceived, readMessage } from '../received.ts';

/** How long what was noted may wait for the disk: other peers note it too. */
const FLUSH_MS = 250;
const PREFIX = 'witness/';

type Held = { readonly vote?: AnyReceived | undefined; readonly header?: AnyReceived | undefined };

/**
 * What this node remembers of the others, so that one whose disk was put back to an older state can be told: the
 * last message of each that may be said only once, and its last update header. On disk within moments.
 */
export class WitnessBook {
  readonly #store: KeyValueStore;
  readonly #clock: Clock;
  readonly #onError: (error: unknown) => void;
  readonly #held: Map<NodeId, Held>;
  /** Senders of whom more is held than is on disk, with what is on disk. */
  readonly #unsaved = new Map<NodeId, Held>();
  #cancel: (() => void) | undefined;
  #isStopped = false;

  private constructor(
    store: KeyValueStore,
    clock: Clock,
    held: Map<NodeId, Held>,
    onError: (error: unknown) => void,
  ) {
    this.#store = store;
    this.#clock = clock;
    this.#held = held;
    this.#onError = onError;
  }

  static async open(
    store: KeyValueStore,
    clock: Clock,
    onError: (error: unknown) => void,
  ): Promise<WitnessBook> {
    const held = new Map<NodeId, Held>();
    for await (const [key, bytes] of store.entries(PREFIX)) {
      const message = readMessage(openEnvelope(bytes));
      const kind = key.endsWith('/header') ? 'header' : 'vote';
      held.set(message.sender, { ...held.get(message.sender), [kind]: message });
    }
    return new WitnessBook(store, clock, held, onError);
  }

  /** An accepted message of another member. */
  note(message: AnyReceived): void {
    if (REPEATABLE.has(message.type) || this.#isStopped) return;
    const known = this.#held.get(message.sender) ?? {};
    const isVote = message.seq > (known.vote?.seq ?? 0);
    const isHeader = message.type === 'update-header' && message.seq > (known.header?.seq ?? 0);
    if (!isVote && !isHeader) return;
    const vote = isVote ? message : known.vote;
    const header = isHeader ? message : known.header;
    this.#held.set(message.sender, { vote, header });
    if (!this.#unsaved.has(message.sender)) this.#unsaved.set(message.sender, known);
    this.#cancel ??= this.#clock.setTimer(FLUSH_MS, () => void this.#flush());
  }

  /** At most two envelopes that a member signed. */
  heldOf(node: NodeId): Uint8Array[] {
    const { vote, header } = this.#held.get(node) ?? {};
    const held = vote === header ? [vote] : [vote, header];
    return held.flatMap((message) => (message === undefined ? [] : [message.bytes]));
  }

  /** Notes nothing more; resolves when what was noted is on disk: all members may be stopped at once. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancel?.();
    await this.#flush();
  }

  async #flush(): Promise<void> {
    this.#cancel = undefined;
    if (this.#unsaved.size === 0) return;
    const operations: StoreOperation[] = [];
    for (const [node, saved] of this.#unsaved) {
      const { vote, header } = this.#held.get(node) ?? saved;
      if (vote !== undefined && vote !== saved.vote)
        operations.push({ type: 'put', key: `${PREFIX}${node}/vote`, value: vote.bytes });
      if (header !== undefined && header !== saved.header)
        operations.push({ type: 'put', key: `${PREFIX}${node}/header`, value: header.bytes });
    }
    this.#unsaved.clear();
    await this.#store.write(operations).catch(this.#onError);
  }
}
