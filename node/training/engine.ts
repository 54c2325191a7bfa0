import type { ExampleSet } from '../features/index.ts';
import type { PegModel } from '../models/index.ts';

/**
 * Something that differentiates a model: all that training needs of a numerical library. Clipping, noise and the
 * steps themselves are the same code for every engine.
 */
export interface TrainingEngine {
  /** What runs underneath, as printed to the operator: `float64`, `tfjs-wasm`, … */
  readonly name: string;
  /** Loads examples once for many gradients. */
  open(model: PegModel, examples: ExampleSet): RecordGradients;
}

/** The gradients of one model on one set of examples. */
export interface RecordGradients {
  /**
   * For each record the gradient of its mean pinball loss, in the scaled unit of the labels, averaged over its
   * rows and summed over the quantile levels.
   *
   * @param weights of the model's size.
   * @returns records × model.size, row-major; valid until the next call.
   */
  perRecord(weights: Float64Array): Float64Array;
  /** Frees what the library holds. */
  dispose(): void;
}
