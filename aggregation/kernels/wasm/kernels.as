// AssemblyScript with 128-bit vectors, compiled by `npm run kernels`. Nothing here allocates: the caller lays out the
// memory. Multiplications and additions stay apart (no relaxed SIMD, no fused operations), and each lane adds in the
// order that the plain kernel of the same name states.

// Columns that are sorted side by side: 8 vectors of 2.
const TILE_BYTES: usize = 128;
const VECTORS: i32 = 8;

// --- squared distances -------------------------------------------------------------------------------------------

// One pair: a holds the sums s0, s1 and b the sums s2, s3.
// @ts-ignore: decorator
@inline
function addPair(x: usize, y: usize, bytes: usize, sums: usize): void {
  let a = v128.load(sums);
  let b = v128.load(sums, 16);
  for (let k: usize = 0; k < bytes; k += 32) {
    const p = f64x2.sub(v128.load(x + k), v128.load(y + k));
    const q = f64x2.sub(v128.load(x + k, 16), v128.load(y + k, 16));
    a = f64x2.add(a, f64x2.mul(p, p));
    b = f64x2.add(b, f64x2.mul(q, q));
  }
  v128.store(sums, a);
  v128.store(sums, b, 16);
}

// Two rows against two rows: each value is loaded once for two pairs, and eight additions are under way at a time.
// @ts-ignore: decorator
@inline
function addBlock(x0: usize, y0: usize, stride: usize, bytes: usize, sums: usize): void {
  const x1 = x0 + stride;
  const y1 = y0 + stride;
  let a00 = v128.load(sums);
  let b00 = v128.load(sums, 16);
  let a01 = v128.load(sums, 32);
  let b01 = v128.load(sums, 48);
  let a10 = v128.load(sums, 64);
  let b10 = v128.load(sums, 80);
  let a11 = v128.load(sums, 96);
  let b11 = v128.load(sums, 112);
  for (let k: usize = 0; k < bytes; k += 32) {
    let u = v128.load(x0 + k);
    let v = v128.load(x1 + k);
    let p = v128.load(y0 + k);
    let q = v128.load(y1 + k);
    let d = f64x2.sub(u, p);
    a00 = f64x2.add(a00, f64x2.mul(d, d));
    d = f64x2.sub(u, q);
    a01 = f64x2.add(a01, f64x2.mul(d, d));
    d = f64x2.sub(v, p);
    a10 = f64x2.add(a10, f64x2.mul(d, d));
    d = f64x2.sub(v, q);
    a11 = f64x2.add(a11, f64x2.mul(d, d));
    u = v128.load(x0 + k, 16);
    v = v128.load(x1 + k, 16);
    p = v128.load(y0 + k, 16);
    q = v128.load(y1 + k, 16);
    d = f64x2.sub(u, p);
    b00 = f64x2.add(b00, f64x2.mul(d, d));
    d = f64x2.sub(u, q);
    b01 = f64x2.add(b01, f64x2.mul(d, d));
    d = f64x2.sub(v, p);
    b10 = f64x2.add(b10, f64x2.mul(d, d));
    d = f64x2.sub(v, q);
    b11 = f64x2.add(b11, f64x2.mul(d, d));
  }
  v128.store(sums, a00);
  v128.store(sums, b00, 16);
  v128.store(sums, a01, 32);
  v128.store(sums, b01, 48);
  v128.store(sums, a10, 64);
  v128.store(sums, b10, 80);
  v128.store(sums, a11, 96);
  v128.store(sums, b11, 112);
}

/**
 * Adds the squared differences of the pairs (i, j), from ≤ i < to, i < j < n, onto their four sums. n, from and to
 * are even; bytes, the length of a row, is a multiple of 32. The sums lie block by block of two rows against two, the
 * pair of a diagonal block first: 4, 16, 16, … numbers for each two rows i.
 */
export function addSquares(
  rows: usize, stride: usize, bytes: usize, n: i32, from: i32, to: i32, sums: usize,
): void {
  for (let i = from; i < to; i += 2) {
    const x = rows + <usize>i * stride;
    addPair(x, x + stride, bytes, sums);
    sums += 32;
    for (let j = i + 2; j < n; j += 2) {
      addBlock(x, rows + <usize>j * stride, stride, bytes, sums);
      sums += 128;
    }
  }
}

// --- columns -----------------------------------------------------------------------------------------------------

// The lesser value at `a`, the greater at `b`. Values are finite and no −0, so that equal ones have equal bits.
// @ts-ignore: decorator
@inline
function compareVectors(a: usize, b: usize): void {
  const x = v128.load(a);
  const y = v128.load(b);
  v128.store(a, f64x2.pmin(x, y));
  v128.store(b, f64x2.pmax(x, y));
}

// @ts-ignore: decorator
@inline
function compare(a: usize, b: usize): void {
  compareVectors(a, b);
  compareVectors(a + 16, b + 16);
  compareVectors(a + 32, b + 32);
  compareVectors(a + 48, b + 48);
  compareVectors(a + 64, b + 64);
  compareVectors(a + 80, b + 80);
  compareVectors(a + 96, b + 96);
  compareVectors(a + 112, b + 112);
}

// Copies a tile of n rows, −0 as 0, and runs the network over it: pairs of byte offsets.
function sortTile(rows: usize, stride: usize, n: i32, network: usize, networkEnd: usize, tile: usize): void {
  const zero = f64x2.splat(0);
  let to = tile;
  for (let i = 0; i < n; i++) {
    for (let c: usize = 0; c < TILE_BYTES; c += 16) {
      v128.store(to + c, f64x2.add(v128.load(rows + c), zero));
    }
    rows += stride;
    to += TILE_BYTES;
  }
  for (let at = network; at < networkEnd; at += 8) {
    compare(tile + <usize>load<u32>(at), tile + <usize>load<u32>(at, 4));
  }
}

/**
 * windowMeans of `tiles` times 16 columns. `outside` holds two counts a row, for even and for odd columns, that are
 * added to.
 */
export function windowMeans(
  rows: usize, stride: usize, n: i32, tiles: i32,
  network: usize, networkEnd: usize, tile: usize,
  from: i32, to: i32, trim: i32, means: usize, outside: usize,
): void {
  const count = f64x2.splat(<f64>(to - from));
  const one = f64x2.splat(1);
  const first = tile + <usize>from * TILE_BYTES;
  const end = tile + <usize>to * TILE_BYTES;
  const lowRow = tile + <usize>trim * TILE_BYTES;
  const highRow = tile + <usize>(n - 1 - trim) * TILE_BYTES;
  for (let t = 0; t < tiles; t++) {
    sortTile(rows, stride, n, network, networkEnd, tile);
    for (let c: usize = 0; c < TILE_BYTES; c += 32) {
      let sum = f64x2.splat(0);
      let next = f64x2.splat(0);
      for (let at = first; at < end; at += TILE_BYTES) {
        sum = f64x2.add(sum, v128.load(at + c));
        next = f64x2.add(next, v128.load(at + c, 16));
      }
      v128.store(means + c, f64x2.div(sum, count));
      v128.store(means + c, f64x2.div(next, count), 16);
    }
    for (let c: usize = 0; c < TILE_BYTES; c += 32) {
      const low = v128.load(lowRow + c);
      const high = v128.load(highRow + c);
      const nextLow = v128.load(lowRow + c, 16);
      const nextHigh = v128.load(highRow + c, 16);
      let row = rows + c;
      let counts = outside;
      for (let i = 0; i < n; i++) {
        const value = v128.load(row);
        const other = v128.load(row, 16);
        const isOut = v128.or(f64x2.lt(value, low), f64x2.gt(value, high));
        const isOtherOut = v128.or(f64x2.lt(other, nextLow), f64x2.gt(other, nextHigh));
        const both = f64x2.add(v128.and(isOut, one), v128.and(isOtherOut, one));
        v128.store(counts, f64x2.add(v128.load(counts), both));
        row += stride;
        counts += 16;
      }
    }
    rows += TILE_BYTES;
    means += TILE_BYTES;
  }
}

/**
 * meanNearMedian of `tiles` times 16 columns; the network sorts all of them.
 *
 * With r = n − count values to go, the lower value p < r goes exactly if it is farther from the median than the
 * upper value p + count: distances shrink towards the middle from both ends, so whether p goes before p + count is
 * settled by these two alone, and one of the two always goes. So the values kept begin at the number of p < r for
 * which that holds.
 */
export function meanNearMedian(
  rows: usize, stride: usize, n: i32, tiles: i32,
  network: usize, networkEnd: usize, tile: usize,
  count: i32, means: usize,
): void {
  const divisor = f64x2.splat(<f64>count);
  const width = f64x2.splat(<f64>count);
  const zero = f64x2.splat(0);
  const one = f64x2.splat(1);
  const two = f64x2.splat(2);
  const half = tile + <usize>(n >> 1) * TILE_BYTES;
  const gone = tile + <usize>(n - count) * TILE_BYTES;
  const across = <usize>count * TILE_BYTES;
  for (let t = 0; t < tiles; t++) {
    sortTile(rows, stride, n, network, networkEnd, tile);
    for (let c: usize = 0; c < TILE_BYTES; c += 16) {
      let median = v128.load(half + c);
      if ((n & 1) === 0) median = f64x2.div(f64x2.add(v128.load(half - TILE_BYTES + c), median), two);
      let begin = zero;
      for (let at = tile; at < gone; at += TILE_BYTES) {
        const below = f64x2.sub(median, v128.load(at + c));
        const above = f64x2.sub(v128.load(at + across + c), median);
        begin = f64x2.add(begin, v128.and(f64x2.gt(below, above), one));
      }
      const end = f64x2.add(begin, width);
      // Values not kept add 0, which changes no sum: none is −0.
      let sum = zero;
      let place = zero;
      for (let i = 0; i < n; i++) {
        const isKept = v128.and(f64x2.ge(place, begin), f64x2.lt(place, end));
        sum = f64x2.add(sum, v128.and(isKept, v128.load(tile + <usize>i * TILE_BYTES + c)));
        place = f64x2.add(place, one);
      }
      v128.store(means + c, f64x2.div(sum, divisor));
    }
    rows += TILE_BYTES;
    means += TILE_BYTES;
  }
}

// --- means of rows -----------------------------------------------------------------------------------------------

/**
 * The mean of each list of rows, for `tiles` times 16 columns. A list is its length and that many byte offsets of
 * rows; means lie `meansStride` apart.
 */
export function meansOf(
  rows: usize, tiles: i32, lists: usize, listsEnd: usize, means: usize, meansStride: usize,
): void {
  for (let t = 0; t < tiles; t++) {
    let mean = means;
    let at = lists;
    while (at < listsEnd) {
      const length = load<u32>(at);
      at += 4;
      const end = at + 4 * <usize>length;
      let s0 = f64x2.splat(0);
      let s1 = f64x2.splat(0);
      let s2 = f64x2.splat(0);
      let s3 = f64x2.splat(0);
      let s4 = f64x2.splat(0);
      let s5 = f64x2.splat(0);
      let s6 = f64x2.splat(0);
      let s7 = f64x2.splat(0);
      for (; at < end; at += 4) {
        const row = rows + <usize>load<u32>(at);
        s0 = f64x2.add(s0, v128.load(row));
        s1 = f64x2.add(s1, v128.load(row, 16));
        s2 = f64x2.add(s2, v128.load(row, 32));
        s3 = f64x2.add(s3, v128.load(row, 48));
        s4 = f64x2.add(s4, v128.load(row, 64));
        s5 = f64x2.add(s5, v128.load(row, 80));
        s6 = f64x2.add(s6, v128.load(row, 96));
        s7 = f64x2.add(s7, v128.load(row, 112));
      }
      const count = f64x2.splat(<f64>length);
      v128.store(mean, f64x2.div(s0, count));
      v128.store(mean, f64x2.div(s1, count), 16);
      v128.store(mean, f64x2.div(s2, count), 32);
      v128.store(mean, f64x2.div(s3, count), 48);
      v128.store(mean, f64x2.div(s4, count), 64);
      v128.store(mean, f64x2.div(s5, count), 80);
      v128.store(mean, f64x2.div(s6, count), 96);
      v128.store(mean, f64x2.div(s7, count), 112);
      mean += meansStride;
    }
    rows += TILE_BYTES;
    means += TILE_BYTES;
  }
}
