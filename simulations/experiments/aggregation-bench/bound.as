// What the machine can do with the instructions that the kernels use, compiled by `npm run kernels`.

// Products of two vectors of `bytes` bytes, a multiple of 128, `times` times over: 2 operations for every 8 bytes.
// Eight sums are under way at a time, so that none waits for another.
export function dot(x: usize, y: usize, bytes: usize, times: i32): f64 {
  let s0 = f64x2.splat(0);
  let s1 = f64x2.splat(0);
  let s2 = f64x2.splat(0);
  let s3 = f64x2.splat(0);
  let s4 = f64x2.splat(0);
  let s5 = f64x2.splat(0);
  let s6 = f64x2.splat(0);
  let s7 = f64x2.splat(0);
  for (let t = 0; t < times; t++) {
    for (let k: usize = 0; k < bytes; k += 128) {
      const a = x + k;
      const b = y + k;
      s0 = f64x2.add(s0, f64x2.mul(v128.load(a), v128.load(b)));
      s1 = f64x2.add(s1, f64x2.mul(v128.load(a, 16), v128.load(b, 16)));
      s2 = f64x2.add(s2, f64x2.mul(v128.load(a, 32), v128.load(b, 32)));
      s3 = f64x2.add(s3, f64x2.mul(v128.load(a, 48), v128.load(b, 48)));
      s4 = f64x2.add(s4, f64x2.mul(v128.load(a, 64), v128.load(b, 64)));
      s5 = f64x2.add(s5, f64x2.mul(v128.load(a, 80), v128.load(b, 80)));
      s6 = f64x2.add(s6, f64x2.mul(v128.load(a, 96), v128.load(b, 96)));
      s7 = f64x2.add(s7, f64x2.mul(v128.load(a, 112), v128.load(b, 112)));
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
