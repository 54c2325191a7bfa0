import { boundedMeans } from '../kernels/bounded-means.ts';
import { plainKernels } from '../kernels/kernels.ts';
import { countOption } from '../options.ts';
import type { RuleCondition } from '../rule.ts';
import type { PreAggregator } from './pre-aggregator.ts';

export type BucketingOptions = {
  /** Rows a bucket, a whole number ≥ 1; 2 where left out. */
  readonly size?: number;
};

const CONDITION: RuleCondition = { text: 'n ≥ 1', minRows: () => 1 };

/**
 * Bucketing: rows in their order, `size` at a time, each bucket replaced by its mean; the last one may be smaller.
 * ⌈n ÷ size⌉ rows are left, and the rule behind must bear f liars among them: f liars may sit in f buckets.
 *
 * The paper permutes the rows at random first. Here the round has done so: it orders its rows by a hash of beacon and
 * node id. Who calls it with rows in another order must permute them.
 *
 * Resists: differences between honest data, and mimics who repeat one honest row, by lowering the variance of what
 * the rule sees by `size`. Broken by: more liars than the rule bears among fewer rows: its condition says so.
 *
 * Order of arithmetic: sums by ascending row, one division a coordinate.
 *
 * Source: Karimireddy, He, Jaggi, Byzantine-Robust Learning on Heterogeneous Datasets via Bucketing, 2022.
 *
 * @throws {UsageError} RULE_OPTION.
 */
export function bucketing(options: BucketingOptions = {}): PreAggregator {
  const size = countOption('bucketing', 'size', options.size, 2);
  return Object.freeze({
    name: 'bucketing',
    f: undefined,
    condition: CONDITION,
    rowsAfter: (n: number) => Math.ceil(n / size),
    apply: (rows) => {
      const members = Array.from({ length: Math.ceil(rows.length / size) }, (_, bucket) =>
        Array.from({ length: Math.min(size, rows.length - bucket * size) }, (_, i) => bucket * size + i),
      );
      // Every row is read once: handing them to faster kernels takes longer than the sums.
      return { rows: boundedMeans(plainKernels, rows, members), members };
    },
  } satisfies PreAggregator);
}
