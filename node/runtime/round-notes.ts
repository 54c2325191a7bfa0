import type { NodeId } from '../../protocol/ids.ts';
import type { KeyValueStore, StoreOperation } from '../../protocol/store.ts';
import type { NodeEvent } from './events.ts';

/** What is kept; beyond it the oldest goes. */
export const NOTE_LIMITS = {
  /** Rounds with the reasons of updates that had no weight. */
  rounds: 256,
  /** Nodes of one round. */
  nodes: 512,
  /** Recommendations with their explanations. */
  recommendations: 512,
  characters: 400,
  explanationCharacters: 2_000,
} as const;

const SPACES = { leftOut: 'left-out/', recommended: 'recommended/' } as const;

const utf8 = new TextEncoder();

/**
 * What this node knows of decided rounds and no certificate has: why the rule gave an update no weight, and the words
 * of its own recommendations, of which the chain has digests. On disk, so that a page can be told after a restart;
 * nothing depends on it.
 */
export class RoundNotes {
  readonly #store: KeyValueStore;

  constructor(store: KeyValueStore) {
    this.#store = store;
  }

  /** Keeps what an event tells of that kind, and lets go of what is too old. @throws what the store throws. */
  async take(event: NodeEvent): Promise<void> {
    if (event.event === 'decided' && event.leftOut.length > 0) {
      // Who did without the bodies knows the codes of the roll alone, and must not write over what it knew before.
      if (!event.recomputed && (await this.leftOut(event.round)) !== undefined) return;
      const rows = event.leftOut
        .slice(0, NOTE_LIMITS.nodes)
        .map(({ node, reason }) => [node, reason.slice(0, NOTE_LIMITS.characters)] as const);
      await this.#put(SPACES.leftOut, event.round, rows, NOTE_LIMITS.rounds);
    }
    // The chain has the digest of the whole text: a part of it would be of no use.
    if (event.event === 'recommended' && event.explanation.length <= NOTE_LIMITS.explanationCharacters)
      await this.#put(SPACES.recommended, event.round, event.explanation, NOTE_LIMITS.recommendations);
  }

  /** Why nodes had no weight in a round, in the words of whoever left them out; undefined where nothing is kept. */
  async leftOut(round: number): Promise<ReadonlyMap<NodeId, string> | undefined> {
    const bytes = await this.#store.get(keyOf(SPACES.leftOut, round));
    return bytes === undefined ? undefined : new Map(parsed(bytes) as [NodeId, string][]);
  }

  /** The kept explanations, the oldest first. */
  async explanations(): Promise<readonly string[]> {
    const texts: string[] = [];
    for await (const [, bytes] of this.#store.entries(SPACES.recommended)) texts.push(String(parsed(bytes)));
    return texts;
  }

  async #put(space: string, round: number, value: unknown, most: number): Promise<void> {
    const operations: StoreOperation[] = [
      { type: 'put', key: keyOf(space, round), value: utf8.encode(JSON.stringify(value)) },
    ];
    const oldest = keyOf(space, Math.max(0, round - most));
    for await (const [key] of this.#store.entries(space)) {
      if (key > oldest) break;
      operations.push({ type: 'delete', key });
    }
    await this.#store.write(operations);
  }
}

const keyOf = (space: string, round: number): string => `${space}${String(round).padStart(16, '0')}`;

const parsed = (bytes: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(bytes));
