import type { Contribution } from './lane.ts';
import type { TaskOptions } from './task.ts';
import type { TrainingRequest } from './training.ts';

/** What a training thread is told: to train those nodes of a request that are its own. */
export type ToTrainingThread = {
  /** Answers carry it, so that those of a request that was given up are known. */
  readonly id: number;
  readonly task: TaskOptions;
  readonly request: TrainingRequest;
  readonly nodes: readonly number[];
  /** Bytes of feature tables that this thread may keep. */
  readonly keptBytes: number;
};

/** One a node, in the order of the nodes; or why there will be none. */
export type FromTrainingThread =
  | {
      readonly id: number;
      readonly node: number;
      readonly contributions: readonly (readonly [lane: number, contribution: Contribution])[];
    }
  | { readonly id: number; readonly failure: string };
