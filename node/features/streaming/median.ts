/**
 * Median of the last `size` numbers of a stream, in logarithmic time: the lower half in a heap with its largest on top,
 * the upper half in one with its smallest on top, and for every number its place in either, so that the oldest is
 * replaced where it stands. The mean of the two tops where the count is even.
 */
export class MedianWindow {
  readonly #values: Float64Array;
  readonly #lower: Heap;
  readonly #upper: Heap;
  /** Whether the number of a slot is in the lower half. */
  readonly #isLower: Uint8Array;
  #next = 0;
  #count = 0;

  /** @param size numbers, at least 1. */
  constructor(size: number) {
    this.#values = new Float64Array(size);
    this.#isLower = new Uint8Array(size);
    const places = new Int32Array(size);
    this.#lower = new Heap(this.#values, places, 1);
    this.#upper = new Heap(this.#values, places, -1);
  }

  /** @param value a number; a NaN has no order and is refused by whoever feeds the window. */
  push(value: number): void {
    const slot = this.#next;
    this.#next = slot + 1 === this.#values.length ? 0 : slot + 1;
    this.#values[slot] = value;
    if (this.#count === this.#values.length) {
      (this.#isLower[slot] === 1 ? this.#lower : this.#upper).settle(slot);
    } else {
      this.#count++;
      this.#move(slot, this.#lower);
      if (this.#lower.length > this.#upper.length + 1) this.#move(this.#lower.pop(), this.#upper);
    }
    if (this.#upper.length > 0 && this.#values[this.#lower.top]! > this.#values[this.#upper.top]!) {
      const [high, low] = [this.#lower.top, this.#upper.top];
      this.#lower.replaceTop(low);
      this.#upper.replaceTop(high);
      this.#isLower[low] = 1;
      this.#isLower[high] = 0;
    }
  }

  /** NaN of an empty window. */
  get value(): number {
    if (this.#count === 0) return Number.NaN;
    const low = this.#values[this.#lower.top]!;
    return this.#count % 2 === 1 ? low : (low + this.#values[this.#upper.top]!) / 2;
  }

  #move(slot: number, heap: Heap): void {
    this.#isLower[slot] = heap === this.#lower ? 1 : 0;
    heap.add(slot);
  }
}

/** A binary heap of slots by value, the largest on top for a sign of 1 and the smallest for −1. */
class Heap {
  readonly #values: Float64Array;
  readonly #places: Int32Array;
  readonly #sign: number;
  readonly #slots: Int32Array;
  length = 0;

  constructor(values: Float64Array, places: Int32Array, sign: 1 | -1) {
    this.#values = values;
    this.#places = places;
    this.#sign = sign;
    this.#slots = new Int32Array(values.length + 1);
  }

  get top(): number {
    return this.#slots[0]!;
  }

  add(slot: number): void {
    this.#put(this.length++, slot);
    this.#rise(this.length - 1);
  }

  pop(): number {
    const top = this.top;
    this.#put(0, this.#slots[--this.length]!);
    this.#sink(0);
    return top;
  }

  replaceTop(slot: number): void {
    this.#put(0, slot);
    this.#sink(0);
  }

  /** Moves a slot whose value has changed to where it belongs. */
  settle(slot: number): void {
    this.#rise(this.#places[slot]!);
    this.#sink(this.#places[slot]!);
  }

  #key(place: number): number {
    return this.#sign * this.#values[this.#slots[place]!]!;
  }

  #put(place: number, slot: number): void {
    this.#slots[place] = slot;
    this.#places[slot] = place;
  }

  #swap(a: number, b: number): void {
    const slot = this.#slots[a]!;
    this.#put(a, this.#slots[b]!);
    this.#put(b, slot);
  }

  #rise(from: number): void {
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (this.#key(parent) >= this.#key(place)) return;
      this.#swap(place, parent);
      place = parent;
    }
  }

  #sink(from: number): void {
    let place = from;
    for (;;) {
      const left = 2 * place + 1;
      if (left >= this.length) return;
      const child = left + 1 < this.length && this.#key(left + 1) > this.#key(left) ? left + 1 : left;
      if (this.#key(child) <= this.#key(place)) return;
      this.#swap(place, child);
      place = child;
    }
  }
}
