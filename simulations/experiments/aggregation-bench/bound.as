// What the machine can do with the instructions that the kernels use, compiled by `npm run kernels`.

// Dot products of two vectors with four others, each of `bytes` bytes, a multiple of 16, one after the other in memory;
// `times` times over. 16 products and sums of pairs for every 6 loads, so that arithmetic is what binds, and eight sums
// under way at a time, so that none waits for another. The result is the total, so that nothing is left out.
export function dot(x0: usize, bytes: usize, times: i32): f64 {
  const x1 = x0 + bytes;
  const y0 = x1 + bytes;
  const y1 = y0 + bytes;
  const y2 = y1 + bytes;
  const y3 = y2 + bytes;
  let s0 = f64x2.splat(0);
  let s1 = f64x2.splat(0);
  let s2 = f64x2.splat(0);
  let s3 = f64x2.splat(0);
  let s4 = f64x2.splat(0);
  let s5 = f64x2.splat(0);
  let s6 = f64x2.splat(0);
  let s7 = f64x2.splat(0);
  for (let t = 0; t < times; t++) {
    for (let k: usize = 0; k < bytes; k += 16) {
      const u = v128.load(x0 + k);
      const v = v128.load(x1 + k);
      let y = v128.load(y0 + k);
      s0 = f64x2.add(s0, f64x2.mul(u, y));
      s1 = f64x2.add(s1, f64x2.mul(v, y));
      y = v128.load(y1 + k);
      s2 = f64x2.add(s2, f64x2.mul(u, y));
      s3 = f64x2.add(s3, f64x2.mul(v, y));
      y = v128.load(y2 + k);
      s4 = f64x2.add(s4, f64x2.mul(u, y));
      s5 = f64x2.add(s5, f64x2.mul(v, y));
      y = v128.load(y3 + k);
      s6 = f64x2.add(s6, f64x2.mul(u, y));
      s7 = f64x2.add(s7, f64x2.mul(v, y));
    }
  }
  const low = f64x2.add(f64x2.add(s0, s1), f64x2.add(s2, s3));
  const high = f64x2.add(f64x2.add(s4, s5), f64x2.add(s6, s7));
  const sum = f64x2.add(low, high);
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

export function copy(to: usize, from: usize, bytes: usize): void {
  for (let k: usize = 0; k < bytes; k += 64) {
    v128.store(to + k, v128.load(from + k));
    v128.store(to + k, v128.load(from + k, 16), 16);
    v128.store(to + k, v128.load(from + k, 32), 32);
    v128.store(to + k, v128.load(from + k, 48), 48);
  }
}
