import { aggregatorOf, type RoundAggregator, type RoundInputs } from '../../coordinator/index.ts';
import type { NetworkParameters } from '../../protocol/network.ts';
import { type KernelOptions, openAggregationWorker, openKernels } from '../kernels/index.ts';
import type { RuntimeConfig } from './runtime-config.ts';

/** A round's aggregation in a node: what is short is computed at once, what is long in a thread of its own. */
export type NodeAggregator = RoundAggregator & {
  /** What computes, such as `simd, 2 threads`. */
  readonly kernels: string;
  readonly close: () => Promise<void>;
};

/**
 * Up to so many rows, and so many values of pairs, n² · d, an aggregation is done at once. Measured on two busy cores:
 * the slowest rule then takes 25 ms, most take less than 5, and the first call of a thread 200 to 1,000.
 */
const INLINE_ROWS = 16;
const INLINE_VALUES = 1 << 18;

/** Whether so many rows of length d are aggregated on the caller's thread. */
export function isInline(n: number, d: number): boolean {
  return n <= INLINE_ROWS && n * n * d <= INLINE_VALUES;
}

/** What the kernels of a configuration's aggregation are opened with. */
export function kernelOptionsOf({ aggregation }: Pick<RuntimeConfig, 'aggregation'>): KernelOptions {
  const { kernels, threads } = aggregation ?? {};
  return {
    ...(kernels === undefined ? {} : { kind: kernels }),
    ...(threads === undefined ? {} : { threads }),
  };
}

/**
 * The network's aggregation for a node. The thread starts with the first call that is long.
 *
 * @throws {UsageError} as `aggregatorOf`; KERNEL_OPTION.
 */
export function openNodeAggregator(
  parameters: Pick<NetworkParameters, 'rule' | 'update'>,
  options: KernelOptions = {},
): NodeAggregator {
  const aggregator = aggregatorOf(parameters);
  const { rule, update } = parameters;
  const own = openKernels({ ...options, threads: 1 });
  const worker = openAggregationWorker({
    rule: rule.name,
    f: rule.f,
    radius: update.clipNorm,
    kernels: options,
  });
  const { name: kernels } = openKernels(options);
  return {
    ...aggregator,
    kernels,
    aggregate: async (rows, state, inputs: RoundInputs) =>
      isInline(rows.length, rows[0]?.length ?? 0)
        ? aggregator.aggregate(rows, state, { ...inputs, kernels: own })
        : worker.aggregate(rows, state, inputs),
    close: () => worker.close(),
  };
}
