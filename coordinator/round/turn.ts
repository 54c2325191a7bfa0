import { GrowingMap, GrowingSet, type ItemSet } from '../growing-map.ts';
import type { RoundContext, RoundEffect, RoundState } from './types.ts';

/** One step in the making: the state so far and the effects so far. Lives only while `step` runs. */
export class Turn {
  readonly context: RoundContext;
  readonly effects: RoundEffect[] = [];
  state: RoundState;

  constructor(context: RoundContext, state: RoundState) {
    this.context = context;
    this.state = state;
  }

  change(fields: Partial<RoundState>): void {
    this.state = { ...this.state, ...fields };
  }

  emit(...effects: readonly RoundEffect[]): void {
    this.effects.push(...effects);
  }
}

/** `map` with one more entry. */
export function withEntry<K, V>(map: ReadonlyMap<K, V>, key: K, value: V): ReadonlyMap<K, V> {
  return GrowingMap.from(map).with(key, value);
}

export function withItem<T>(set: ItemSet<T>, item: T): ItemSet<T> {
  return GrowingSet.from(set).with(item);
}
