/**
 * Batcher's odd-even merge sort for n values, as pairs of positions a < b, flat: after each pair in turn has its
 * lesser value at a and its greater at b, the positions `wanted` hold what they hold in ascending order. Pairs that
 * none of them depends on are left out.
 *
 * Which pairs are compared does not depend on the values, so that several columns can be sorted side by side.
 *
 * Source: Knuth, The Art of Computer Programming 3, section 5.2.2, algorithm M.
 */
export function sortingNetwork(n: number, wanted: Iterable<number>): Uint32Array {
  const pairs = mergeExchange(n);
  const live = new Uint8Array(n);
  for (const position of wanted) live[position] = 1;
  const kept: number[] = [];
  for (let at = pairs.length - 2; at >= 0; at -= 2) {
    const a = pairs[at]!;
    const b = pairs[at + 1]!;
    if (live[a] === 0 && live[b] === 0) continue;
    live[a] = 1;
    live[b] = 1;
    kept.push(b, a);
  }
  return Uint32Array.from(kept.reverse());
}

function mergeExchange(n: number): number[] {
  const pairs: number[] = [];
  let top = 1;
  while (top * 2 < n) top *= 2;
  for (let p = top; p > 0; p >>= 1) {
    let q = top;
    let r = 0;
    let distance = p;
    while (true) {
      for (let i = 0; i + distance < n; i++) if ((i & p) === r) pairs.push(i, i + distance);
      if (q === p) break;
      distance = q - p;
      q >>= 1;
      r = p;
    }
  }
  return pairs;
}
