import { plainSplitKernels, type SplitKernels, simdKernels } from '../../aggregation/index.ts';

/** Which kernels a thread computes with. */
export type KernelKind = 'simd' | 'plain';

export function splitKernels(kind: KernelKind): SplitKernels {
  return kind === 'plain' ? plainSplitKernels : simdKernels();
}
