export type { AggregationInputs, AggregationSetup } from './aggregation-protocol.ts';
export { type AggregationWorker, MAX_WAITING, openAggregationWorker } from './aggregation-worker.ts';
export { type OpenKernels, openKernels } from './open-kernels.ts';
export type { KernelOptions } from './options.ts';
export { allocateRows } from './shared-rows.ts';
