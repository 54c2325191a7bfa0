import { UsageError } from '../../protocol/errors.ts';
import type { HourRange } from './clock.ts';

/** One split of a range of rows t. The parts do not overlap, and together they are the whole range. */
export type Fold = {
  readonly train: readonly HourRange[];
  readonly test: HourRange;
  /** Rows left out because what they read comes too near the test, or reaches beyond the range. */
  readonly embargo: readonly HourRange[];
  /** Rows that this fold has no use for: the future of a test that looks forward, the past beyond a cap. */
  readonly unused: readonly HourRange[];
};

/** How a range is cut; the folds' tests never overlap. */
export type ValidationPlan =
  /** Training from the start of the range, growing from fold to fold; a cap moves its start, never its end. */
  | {
      readonly kind: 'expanding';
      readonly folds: number;
      readonly firstTrainHours: number;
      readonly maxTrainHours?: number;
    }
  /** Training of constant length that ends before each test. */
  | { readonly kind: 'sliding'; readonly folds: number; readonly trainHours: number }
  /** Each block but the last trains for the next. */
  | { readonly kind: 'blocked'; readonly blocks: number }
  /**
   * Each of k stretches is the test once, all others train (López de Prado 2018, chapter 7). To compare models; a model
   * that is to be used is judged by one of the plans that look forward. `embargoHours` come on top of what is purged
   * after a test; the longer of the horizon and 1 % of the range where left out.
   */
  | { readonly kind: 'purged-k-fold'; readonly folds: number; readonly embargoHours?: number };

export type PurgeOptions = {
  /** Length of the label, hours: a row t reads up to and with t + horizon. */
  readonly horizonHours: number;
  /** How far back a feature reads: from and with t − lookback. */
  readonly lookbackHours: number;
  /**
   * Lets a test row's features read hours that training rows before it have read too, as in use, where the past is
   * known. Without it nothing that any training row reads is read by any test row.
   */
  readonly sharesPast?: boolean;
};

/** The most folds of one plan. */
export const MAX_FOLDS = 1000;

/**
 * Cuts `range` as planned. A row trains only if nothing of its [t − lookback, t + horizon] lies in what any test row
 * reads: [t − lookback, t + horizon], or [t, t + horizon] where the past is shared.
 *
 * @throws UsageError `VALIDATION_PLAN` for numbers out of range, or a part that would be empty.
 */
export function validationFolds(range: HourRange, plan: ValidationPlan, options: PurgeOptions): Fold[] {
  const { horizonHours, lookbackHours, sharesPast = false } = options;
  requireHours('horizonHours', horizonHours, 1);
  requireHours('lookbackHours', lookbackHours, 0);
  requireHours('range', range.to - range.from, 1);
  // The last rows have no label within the range.
  const last = range.to - horizonHours;
  // Rows between the end of training and the test.
  const gap = horizonHours + (sharesPast ? 0 : lookbackHours);
  const cut = (test: HourRange, from: number, to: number, after = Number.POSITIVE_INFINITY): Fold => {
    const before = { from, to: Math.min(to, test.from - gap) };
    const next = Math.min(last, after);
    const train = [before, { from: next, to: last }].filter(isSome);
    if (!isSome(test) || train.length === 0) throw tooShort(range, plan, test, before);
    // What looks forward has no use for the future, nor a block for those before it.
    const useless = [
      { from: range.from, to: from },
      { from: test.to, to: Number.isFinite(after) ? test.to : last },
    ].filter(isSome);
    return { train, test, unused: useless, embargo: without(range, [...train, test, ...useless]) };
  };
  switch (plan.kind) {
    case 'expanding': {
      requireHours('firstTrainHours', plan.firstTrainHours, 1);
      const { maxTrainHours = Number.POSITIVE_INFINITY } = plan;
      if (maxTrainHours !== Number.POSITIVE_INFINITY) requireHours('maxTrainHours', maxTrainHours, 1);
      const tests = stretches(range.from + plan.firstTrainHours + gap, last, plan.folds);
      return tests.map((test) => {
        const end = test.from - gap;
        return cut(test, Math.max(range.from, end - maxTrainHours), end);
      });
    }
    case 'sliding': {
      requireHours('trainHours', plan.trainHours, 1);
      const tests = stretches(range.from + plan.trainHours + gap, last, plan.folds);
      return tests.map((test) => cut(test, test.from - gap - plan.trainHours, test.from - gap));
    }
    case 'blocked': {
      requireCount('blocks', plan.blocks, 2);
      const blocks = stretches(range.from, last, plan.blocks);
      return blocks.slice(1).map((test, i) => cut(test, blocks[i]?.from ?? range.from, test.from));
    }
    case 'purged-k-fold': {
      requireCount('folds', plan.folds, 2);
      const { embargoHours = Math.max(horizonHours, Math.ceil((range.to - range.from) / 100)) } = plan;
      requireHours('embargoHours', embargoHours, 0);
      const tests = stretches(range.from, last, plan.folds);
      return tests.map((test) =>
        cut(test, range.from, test.from, test.to + horizonHours + lookbackHours + embargoHours),
      );
    }
  }
}

/** [from, to) in `count` parts that differ by at most one row. */
function stretches(from: number, to: number, count: number): HourRange[] {
  requireCount('folds', count, 1);
  const edge = (k: number) => from + Math.floor((k * Math.max(0, to - from)) / count);
  return Array.from({ length: count }, (_, k) => ({ from: edge(k), to: edge(k + 1) }));
}

/** What of `range` lies in none of `parts`, which do not overlap. */
function without(range: HourRange, parts: readonly HourRange[]): HourRange[] {
  const sorted = [...parts].sort((a, b) => a.from - b.from);
  const begins = [range.from, ...sorted.map(({ to }) => to)];
  const ends = [...sorted.map(({ from }) => from), range.to];
  return begins.map((from, i) => ({ from, to: ends[i] ?? range.to })).filter(isSome);
}

function isSome({ from, to }: HourRange): boolean {
  return from < to;
}

function requireHours(name: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw refused(name, value, `a whole number of hours from ${least}`);
}

function requireCount(name: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least && value <= MAX_FOLDS) return;
  throw refused(name, value, `a whole number from ${least} to ${MAX_FOLDS}`);
}

function refused(name: string, value: number, expected: string): UsageError {
  return new UsageError('VALIDATION_PLAN', `validation: ${name}: got ${value}, expected ${expected}`, {
    metadata: { name, value },
  });
}

function tooShort(range: HourRange, plan: ValidationPlan, test: HourRange, train: HourRange): UsageError {
  return new UsageError(
    'VALIDATION_PLAN',
    `validation: ${plan.kind}: got ${range.to - range.from} hours, expected enough for training and test in every fold`,
    {
      metadata: { range, plan, test, train },
      hint: 'use fewer folds, a longer range, a shorter look-back, or share the past',
    },
  );
}
