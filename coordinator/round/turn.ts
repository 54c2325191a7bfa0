import type { Epoch } from '../committee-record.ts';
import { GrowingMap, GrowingSet, type ItemSet } from '../growing-map.ts';
import type { RoundContext, RoundEffect, RoundState } from './types.ts';

/** One step in the making: the state so far and the effects so far. Lives only while `step` runs. */
export class Turn {
  readonly effects: RoundEffect[] = [];
  readonly #start: RoundContext;
  state: RoundState;

  /** @param start with the committee and roster of the node's first epoch. */
  constructor(start: RoundContext, state: RoundState) {
    this.#start = start;
    this.state = state;
  }

  /** With the committee and roster of the round's epoch. */
  get context(): RoundContext {
    const { epoch } = this.state;
    return epoch === undefined ? this.#start : inEpoch(this.#start, epoch);
  }

  change(fields: Partial<RoundState>): void {
    this.state = { ...this.state, ...fields };
  }

  emit(...effects: readonly RoundEffect[]): void {
    this.effects.push(...effects);
  }
}

/** `map` with one more entry. */
const contexts = new WeakMap<RoundContext, WeakMap<Epoch, RoundContext>>();

function inEpoch(start: RoundContext, epoch: Epoch): RoundContext {
  const known = contexts.get(start) ?? new WeakMap<Epoch, RoundContext>();
  contexts.set(start, known);
  const context = known.get(epoch) ?? { ...start, ...epoch };
  known.set(epoch, context);
  return context;
}

export function withEntry<K, V>(map: ReadonlyMap<K, V>, key: K, value: V): ReadonlyMap<K, V> {
  return GrowingMap.from(map).with(key, value);
}

export function withItem<T>(set: ItemSet<T>, item: T): ItemSet<T> {
  return GrowingSet.from(set).with(item);
}
