import {
  type AggregateOptions,
  AggregationError,
  type AggregationErrorCode,
  type AggregatorOptions,
  type AggregatorState,
  type AggregatorStep,
} from '../../aggregation/index.ts';
import { BallastError, UsageError } from '../../protocol/errors.ts';
import type { KernelOptions } from './options.ts';

/** What an aggregation thread is started with. */
export type AggregationSetup = AggregatorOptions & {
  /** The aggregation's text, such as `nnm+trimmed-mean+fedadam:lr=0.1`. */
  readonly rule: string;
  readonly kernels?: KernelOptions;
};

/** What an aggregation is given beside rows and state. */
export type AggregationInputs = Omit<AggregateOptions, 'kernels'>;

export type AggregationRequest = {
  /** In shared memory, so that they cross without a copy. */
  readonly rows: readonly Float64Array[];
  readonly state: AggregatorState;
  readonly inputs: AggregationInputs;
};

export type AggregationReply =
  | { readonly type: 'done'; readonly step: AggregatorStep }
  | { readonly type: 'failed'; readonly failure: AggregationFailure };

/** An error as plain data; `kind` keeps its class. */
export type AggregationFailure = {
  readonly kind: 'aggregation' | 'usage' | 'other';
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly metadata: Record<string, unknown>;
};

export function toFailure(error: unknown): AggregationFailure {
  if (error instanceof AggregationError) return { kind: 'aggregation', ...error.toObject() };
  if (error instanceof UsageError) return { kind: 'usage', ...error.toObject() };
  if (error instanceof BallastError) return { kind: 'other', ...error.toObject() };
  return {
    kind: 'other',
    code: 'AGGREGATION_FAILED',
    message: `aggregation: ${String(error)}`,
    metadata: {},
  };
}

export function fromFailure({ kind, code, message, hint, metadata }: AggregationFailure): BallastError {
  const details = { metadata, ...(hint === undefined ? {} : { hint }) };
  if (kind === 'aggregation') return new AggregationError(code as AggregationErrorCode, message, details);
  return kind === 'usage' ? new UsageError(code, message, details) : new BallastError(code, message, details);
}
