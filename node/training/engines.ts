import { UsageError } from '../../protocol/errors.ts';
import type { TrainingEngine } from './engine.ts';
import { float64Engine } from './float64-engine.ts';
import type { TensorFlowBackend } from './tensorflow-engine.ts';

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

export const DEFAULT_ENGINE: EngineName = 'tfjs';

const BACKENDS: ReadonlyMap<EngineName, readonly TensorFlowBackend[] | undefined> = new Map([
  ['tfjs', undefined],
  ['tfjs-node-gpu', ['node-gpu']],
  ['tfjs-node', ['node']],
  ['tfjs-wasm', ['wasm']],
  ['tfjs-cpu', ['cpu']],
]);

/**
 * TensorFlow.js is loaded where it is asked for: a node trains in a thread, and its other threads do without.
 *
 * @throws UsageError `ENGINE_UNKNOWN`; BallastError `ENGINE_UNAVAILABLE`.
 */
export async function createEngine(name: EngineName): Promise<TrainingEngine> {
  if (name === 'float64') return float64Engine;
  if (BACKENDS.has(name)) {
    const { createTensorFlowEngine } = await import('./tensorflow-engine.ts');
    return createTensorFlowEngine(BACKENDS.get(name));
  }
  throw new UsageError(
    'ENGINE_UNKNOWN',
    `engine: got "${name}", expected one of ${ENGINE_NAMES.join(', ')}`,
    {
      metadata: { name },
    },
  );
}
