import { UsageError } from '../../protocol/errors.ts';
import type { TrainingEngine } from './engine.ts';
import { float64Engine } from './float64-engine.ts';
import { createTensorFlowEngine, TENSORFLOW_BACKENDS, type TensorFlowBackend } from './tensorflow-engine.ts';

/** Engines by the name that an operator writes; `tfjs` is the fastest backend of TensorFlow.js that loads. */
export const ENGINE_NAMES = [
  'tfjs',
  'tfjs-node-gpu',
  'tfjs-node',
  'tfjs-wasm',
  'tfjs-cpu',
  'float64',
] as const;
export type EngineName = (typeof ENGINE_NAMES)[number];

/** @throws UsageError `ENGINE_UNKNOWN`; BallastError `ENGINE_UNAVAILABLE`. */
export async function createEngine(name: EngineName): Promise<TrainingEngine> {
  if (name === 'float64') return float64Engine;
  if (name === 'tfjs') return createTensorFlowEngine();
  const backend = TENSORFLOW_BACKENDS.find((candidate: TensorFlowBackend) => `tfjs-${candidate}` === name);
  if (backend !== undefined) return createTensorFlowEngine([backend]);
  throw new UsageError(
    'ENGINE_UNKNOWN',
    `engine: got "${name}", expected one of ${ENGINE_NAMES.join(', ')}`,
    {
      metadata: { name },
    },
  );
}
