export { auditedSteps, type PublicRows } from './audited-steps.ts';
export { defaultModelSpec, TRAINING_DEFAULTS, type TrainingDefaults } from './defaults.ts';
export type { RecordGradients, TrainingEngine } from './engine.ts';
export { createEngine, DEFAULT_ENGINE, ENGINE_NAMES, type EngineName } from './engines.ts';
export { float64Engine } from './float64-engine.ts';
export {
  clipHeads,
  countRecords,
  type HeadExamples,
  jointNorm,
  openHeads,
  requireHeadNorms,
} from './heads.ts';
export { type LocalData, openLocalData } from './local-data.ts';
export { type LocalTrainingOptions, trainingRelease, trainLocally } from './local-training.ts';
export { type PublicClipNormOptions, publicClipNorm } from './public-clip-norm.ts';
export {
  type ControlVariates,
  controlChange,
  type ScaffoldUpdate,
  scaffoldCorrection,
  trainScaffold,
} from './scaffold.ts';
export { createTrainer, type Trainer, workerUrl } from './trainer.ts';
export type { Entropy, TrainingRequest, WorkerReady, WorkerSetup } from './worker-protocol.ts';
