export type { AggregationInputs, AggregationSetup } from './aggregation-protocol.ts';
export { type AggregationWorker, MAX_WAITING, openAggregationWorker } from './aggregation-worker.ts';
export { defaultThreads, type OpenKernels, openKernels } from './open-kernels.ts';
export type { KernelOptions } from './options.ts';
export { allocateRows } from './shared-rows.ts';
