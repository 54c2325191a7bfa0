import type { ExampleSet, RiskExamples } from '../features/index.ts';
import type { PegModel, RiskModel } from '../models/index.ts';

/**
 * Something that differentiates a model: all that training needs of a numerical library. Clipping, noise and the
 * steps themselves are the same code for every engine.
 */
export interface TrainingEngine {
  /** What runs underneath, as printed to the operator: `float64`, `tfjs-wasm`, … */
  readonly name: string;
  /** Loads examples of the peg head once for many gradients. */
  open(model: PegModel, examples: ExampleSet): RecordGradients;
  /** The same for the risk head, whose losses are the scaled ones of `riskScales`. */
  openRisk(model: RiskModel, examples: RiskExamples): RecordGradients;
}

/** The gradients of one model, or one head of it, on one set of examples. */
export interface RecordGradients {
  /**
   * For each record the gradient of its mean loss over its rows: of the peg head the pinball loss in the scaled unit
   * of the labels, summed over the quantile levels; of the risk head both scaled losses.
   *
   * @param weights of the model's size.
   * @returns records × model.size, row-major; valid until the next call, and until then the caller's to write to.
   */
  perRecord(weights: Float64Array): Float64Array;
  /** Frees what the library holds. */
  dispose(): void;
}
