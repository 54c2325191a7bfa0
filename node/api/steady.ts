/** What is made of a key, made once for each while somebody holds the key; nothing is kept of `undefined`. */
export function madeOnce<Key extends object, Value>(make: (key: Key) => Value): (key: Key) => Value {
  const made = new WeakMap<Key, Value>();
  return (key) => {
    const known = made.get(key);
    if (known !== undefined) return known;
    const value = make(key);
    if (value !== undefined) made.set(key, value);
    return value;
  };
}

/** A part of a list, and where the next begins; null at its end. */
export type Page<Item> = { readonly items: readonly Item[]; readonly next: number | null };

/** The last page again, as the same object, while it has the same items. */
export function steadyPage<Item>(): (page: Page<Item>) => Page<Item> {
  let last: Page<Item> = { items: [], next: null };
  return (page) => {
    const isSame =
      page.next === last.next &&
      page.items.length === last.items.length &&
      page.items.every((item, i) => item === last.items[i]);
    if (!isSame) last = page;
    return last;
  };
}
