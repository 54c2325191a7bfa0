import type { AnyReceived } from '../../../coordinator/received.ts';
import type { Digest } from '../../../protocol/digest.ts';
import type { NodeId } from '../../../protocol/ids.ts';
import { opened } from '../opened.ts';
import type { InvariantContext } from './invariant.ts';

/**
 * Who has prepared which entry in which view: those who said so and, of the Byzantine nodes, those whose signed
 * prepare stands in somebody's lock. A liar may show the prepare that it never sent.
 */
export class Prepares {
  readonly #context: Pick<InvariantContext, 'nodes'>;
  readonly #senders = new Map<string, Set<NodeId>>();

  constructor(context: Pick<InvariantContext, 'nodes'>) {
    this.#context = context;
  }

  hear(message: AnyReceived): void {
    if (message.type === 'prepare') this.#add(message);
    if (message.type !== 'view-change') return;
    for (const bytes of message.payload.lock?.prepares ?? []) {
      const shown = opened(bytes)?.message;
      if (shown?.type === 'prepare' && this.#isLiar(shown.sender)) this.#add(shown);
    }
  }

  /** How many nodes have prepared an entry in a view. */
  count(round: number, view: number, entry: Digest): number {
    return this.#senders.get(`${round}/${view}/${entry}`)?.size ?? 0;
  }

  #isLiar(sender: NodeId): boolean {
    return this.#context.nodes.some(({ nodeId, isByzantine }) => isByzantine && nodeId === sender);
  }

  #add({ round, view, sender, payload }: Extract<AnyReceived, { type: 'prepare' }>): void {
    const key = `${round}/${view}/${payload.entry}`;
    this.#senders.set(key, (this.#senders.get(key) ?? new Set<NodeId>()).add(sender));
  }
}
