/** However many ask, the chain is asked this often at most. */
const FRESH_MS = 1_000;

/** What was read a moment ago is good enough; a failure is not kept. */
export function fresh<Link, Value>(now: () => number, read: (link: Link) => Promise<Value>) {
  let last: { readonly atMs: number; readonly value: Promise<Value> } | undefined;
  return (link: Link): Promise<Value> => {
    if (last !== undefined && now() - last.atMs < FRESH_MS) return last.value;
    const current = { atMs: now(), value: read(link) };
    last = current;
    current.value.catch(() => {
      if (last === current) last = undefined;
    });
    return current.value;
  };
}
