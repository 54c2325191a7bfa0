import {
  type AggregateOptions,
  createPreAggregator,
  createRule,
  type Kernels,
  plainKernels,
  preAggregatorEntry,
  preAggregatorNames,
  type Rows,
  type RuleOptions,
  ruleEntry,
  ruleNames,
} from '../../../aggregation/index.ts';
import { sortingNetwork } from '../../../aggregation/kernels/sorting-network.ts';
import { middleOf } from '../../../aggregation/kernels/window-means.ts';
import { digestOfBytes } from '../../../protocol/digest.ts';
import type { Work } from './bound.ts';

/** What is measured: a rule, a pre-aggregator, or a kernel by itself. */
export type Subject = { readonly kind: 'rule' | 'pre' | 'kernel'; readonly name: string };

/** Everything that a subject is called with. */
export type Call = {
  /** @returns what must have the same bits whatever the kernels are. */
  run(rows: Rows, kernels?: Kernels): readonly Float64Array[];
};

/** Kernels that are compared with the machine's bound. */
const KERNELS = ['distances', 'median', 'trimmed-mean'] as const;

const SEED = digestOfBytes(new Uint8Array(32));

export function subjects(): readonly Subject[] {
  return [
    ...KERNELS.map((name): Subject => ({ kind: 'kernel', name })),
    ...ruleNames.map((name): Subject => ({ kind: 'rule', name })),
    ...preAggregatorNames.map((name): Subject => ({ kind: 'pre', name })),
  ];
}

/** A fifth of the rows, fewer where n ≥ 4f + 3 would not hold. */
export function liarsAmong(n: number): number {
  return Math.max(0, Math.min(Math.floor(n / 5), Math.floor((n - 3) / 4)));
}

/** @throws what making the rule throws, and RULE_CONDITION where n rows are too few. */
export function createCall({ kind, name }: Subject, n: number, d: number): Call {
  const f = liarsAmong(n);
  if (kind === 'kernel') return kernelCall(name, n, f);
  const takes = (options: readonly (keyof RuleOptions)[]): RuleOptions => ({
    ...(options.includes('f') ? { f } : {}),
    ...(options.includes('radius') ? { radius: Math.sqrt(d) } : {}),
    ...(options.includes('lipschitz') ? { lipschitz: 10 } : {}),
    ...(options.includes('size') ? { size: 2 } : {}),
  });
  if (kind === 'pre') {
    const part = createPreAggregator(name, takes(preAggregatorEntry(name).options));
    const weights = new Float64Array(n).fill(1);
    return { run: (rows, kernels = plainKernels) => part.apply(rows, { weights, kernels, seed: SEED }).rows };
  }
  const entry = ruleEntry(name);
  const rule = createRule(name, {
    ...takes(entry.options),
    ...(entry.kind === 'averaging' ? { f: 0 } : {}),
  });
  rule.check(n);
  const inputs: AggregateOptions = {
    ...(rule.takes.includes('reference') ? { reference: new Float64Array(d) } : {}),
    ...(rule.takes.includes('seed') ? { seed: SEED } : {}),
    ...(rule.takes.includes('steps') ? { steps: Array.from({ length: n }, (_, i) => 1 + (i % 4)) } : {}),
    ...(rule.takes.includes('losses') ? { losses: Array.from({ length: n }, (_, i) => 1 + i / n) } : {}),
  };
  return {
    run: (rows, kernels = plainKernels) => {
      const width = rows[0]?.length ?? 0;
      const reference = inputs.reference && { reference: inputs.reference.subarray(0, width) };
      return [rule.aggregate(rows, { ...inputs, ...reference, kernels }).vector];
    },
  };
}

function kernelCall(name: string, n: number, f: number): Call {
  if (name === 'distances')
    return { run: (rows, kernels = plainKernels) => [kernels.squaredDistances(rows).values] };
  const window = kernelWindow(name, n, f);
  return {
    run: (rows, kernels = plainKernels) => {
      const { means, outside } = kernels.windowMeans(rows, window);
      return [means, outside];
    },
  };
}

function kernelWindow(name: string, n: number, f: number) {
  return name === 'median' ? { ...middleOf(n), trim: f } : { from: f, to: n - f, trim: f };
}

/**
 * The least that a kernel does. Distances: three operations a coordinate and pair. Columns: two for each comparison of
 * the sorting network, three for each value that is held against what is outside, one for each that is added. Bytes:
 * every value is read once.
 */
export function kernelWork(name: string, n: number, d: number): Work {
  const bytes = n * d * 8;
  if (name === 'distances') return { flops: ((3 * n * (n - 1)) / 2) * d, bytes };
  const { from, to, trim } = kernelWindow(name, n, liarsAmong(n));
  const wanted = Array.from({ length: to - from }, (_, i) => from + i);
  const comparisons = sortingNetwork(n, [...wanted, trim, n - 1 - trim]).length / 2;
  return { flops: (2 * comparisons + 3 * n + (to - from)) * d, bytes };
}
