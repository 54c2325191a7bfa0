import type { Digest } from '../../protocol/digest.ts';
import type { HourRange } from '../data/clock.ts';
import type { LoadedSeries, MarketSource } from '../data/index.ts';
import type { RecordBlock } from '../features/index.ts';
import type { ModelSpec } from '../models/index.ts';
import type { EngineName } from './engines.ts';
import type { LocalTrainingOptions } from './local-training.ts';

/**
 * Where the noise comes from. `seeded` is for replaying a simulation: whoever knows the seed can subtract the noise,
 * so that it protects nothing.
 */
export type Entropy = { readonly kind: 'system' } | { readonly kind: 'seeded'; readonly seed: number };

/** What a training worker is started with. */
export type WorkerSetup = {
  /** The peg series to train on. */
  readonly source: MarketSource;
  /** The volatile asset to train the risk head on, and the public one that its features refer to. */
  readonly market?: { readonly own: MarketSource; readonly reference: MarketSource };
  readonly model: ModelSpec;
  /** What one record is; a UTC day of examples where left out. */
  readonly record?: RecordBlock;
  readonly engine: EngineName;
  readonly entropy: Entropy;
};

/** One round's work. */
export type TrainingRequest = {
  /** The global weights. */
  readonly weights: Float64Array;
  /** Rows that may be used, hours since the epoch: the data clock's `training(round)`. */
  readonly range: HourRange;
  readonly options: LocalTrainingOptions;
  /** Added to every gradient, of the model's size; see `trainLocally`. */
  readonly correction?: Float64Array;
};

/** What the worker found when it started: for the operator alone, never to be released. */
export type WorkerReady = {
  /** The engine that runs, such as `tfjs-wasm`. */
  readonly engine: string;
  /** One digest of all that it trains on, as `versionOfSources`. */
  readonly version: Digest;
  readonly hours: number;
  readonly startHour: number;
  readonly carriedHours: number;
  readonly flagged: LoadedSeries['flagged'];
};

/** An error as plain data; `usage` keeps an operator's mistake one. */
export type WorkerFailure = {
  readonly code: string;
  readonly message: string;
  readonly usage: boolean;
  readonly hint?: string;
  readonly metadata: Record<string, unknown>;
};

export type ToWorker =
  | { readonly type: 'train'; readonly id: number; readonly request: TrainingRequest }
  | { readonly type: 'count'; readonly id: number; readonly range: HourRange };
export type FromWorker =
  | { readonly type: 'ready'; readonly ready: WorkerReady }
  | { readonly type: 'trained'; readonly id: number; readonly update: Float64Array }
  | { readonly type: 'counted'; readonly id: number; readonly records: number }
  | { readonly type: 'failed'; readonly id: number | undefined; readonly failure: WorkerFailure };
