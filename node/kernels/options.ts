/** How an aggregation's arithmetic is done; the bits are the same whatever is chosen. */
export type KernelOptions = {
  /** Threads at work, the caller's among them, 1 … 64; as many as the machine has cores, at most 8, where left out. */
  readonly threads?: number;
  /** `simd`: vector instructions; `plain`: none; `auto`, where left out: vector instructions where they exist. */
  readonly kind?: 'auto' | 'simd' | 'plain';
};
