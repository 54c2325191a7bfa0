export {
  type CaseOptions,
  type FederationOptions,
  MAX_NODES,
  MAX_ROUNDS,
  SIMULATION_DEFAULTS,
  type SimulationOptions,
} from './options.ts';
export type {
  Detection,
  HeldOutFigures,
  SimulatedRound,
  SimulationResult,
  SimulationSummary,
} from './result.ts';
export {
  type SimulationCollaborators,
  type SimulationProgress,
  simulate,
  simulateCases,
} from './simulate.ts';
export { type FederatedTask, KEPT_TABLE_BYTES, prepareTask, type TaskOptions } from './task.ts';
export type { TrainingPool } from './training.ts';
export { MAX_TRAINING_THREADS, type OpenTrainingPool, openTrainingPool } from './training-pool.ts';
