import {
  type AggregationRule,
  compressRelease,
  fedAvg,
  keptCount,
  residualBound,
} from '../../aggregation/index.ts';
import { genesisOf, type SkillReport, type StabilityModel } from '../../node/models/index.ts';
import {
  clipHeads,
  float64Engine,
  type HeadExamples,
  openHeads,
  type TrainingDefaults,
  trainLocally,
} from '../../node/training/index.ts';
import { clip, fromGrid, toGrid } from '../../privacy/index.ts';
import { seededRandom } from '../world/random.ts';

/** How updates travel: the largest share of their coordinates, in int8. */
export type Codec = {
  /** 0 < share ≤ 1. */
  readonly share: number;
  /** Whether what is dropped is carried into the next release. */
  readonly feedback: boolean;
};

/** A federation's data by round and node, of which the last round stands for all after it, and what judges it. */
export type CompressedMarket = {
  readonly model: StabilityModel;
  readonly training: readonly (readonly HeadExamples[])[];
  readonly judge: { readonly heldOut: (weights: Float64Array) => Pick<SkillReport, 'loss' | 'skill'> };
};

export type CompressedRun = {
  readonly training: TrainingDefaults;
  /** Rounds after which the model is judged, ascending; the last ends the run. */
  readonly judgedAfter: readonly number[];
  /** Float32 where left out. */
  readonly codec?: Codec;
  /** An aggregation rule; the plain mean of all updates where left out. */
  readonly rule?: AggregationRule;
  /** Whether the last node releases its update reversed. */
  readonly reversed?: boolean;
  readonly seed: string;
};

export type CompressedResult = {
  /** Held-out peg loss in bp, and skill against B0, after each of `judgedAfter`. */
  readonly judged: readonly { readonly loss: number; readonly skill: number }[];
  /** Bytes of float32 per byte sent, over all updates of the run, every byte of a message included. */
  readonly ratio: number;
  /** The largest residual, in clip norms. */
  readonly residual: number;
  /** Rounds in which the rule did not select the last node, and how often it did not select another. */
  readonly lastExcluded: number;
  readonly othersExcluded: number;
  readonly weights: Float64Array;
};

/** What a weight takes in the frameworks that ratios are stated against. */
const FLOAT32_BYTES = 4;

/**
 * Federated averaging whose updates pass through the compressed message: what is averaged is what the bytes decode to.
 * Noise, where there is any, is drawn before compression, so that the residual is of released values alone.
 */
export function runCompressed(
  { model, training, judge }: CompressedMarket,
  run: CompressedRun,
): CompressedResult {
  const { gridBits, updateClipNorm } = run.training;
  const random = seededRandom(run.seed);
  const send = createSender(model.size, run, random.fork('rounding').bytes);
  const gradientsOf = openOnce(model);
  const judged: { loss: number; skill: number }[] = [];
  const mean = fedAvg();
  const excluded = { last: 0, others: 0 };
  let weights: Float64Array = genesisOf(model);
  for (let round = 1; round <= (run.judgedAfter.at(-1) ?? 0); round++) {
    const nodes = training[Math.min(round, training.length) - 1] ?? [];
    const rows = nodes.map((examples, node) => {
      const delta = trainLocally(gradientsOf(examples), weights, run.training, random.bytes);
      const honest = clip(clipHeads(model, delta), updateClipNorm);
      const lies = run.reversed === true && node === nodes.length - 1;
      const release = toGrid(lies ? honest.map((value) => -value) : honest, gridBits);
      return fromGrid(send.update(node, release), gridBits);
    });
    const result = (run.rule ?? mean).aggregate(rows);
    for (const { row } of result.leftOut) excluded[row === rows.length - 1 ? 'last' : 'others']++;
    weights = weights.map((weight, i) => weight + result.vector[i]!);
    if (run.judgedAfter.includes(round)) {
      const { loss, skill } = judge.heldOut(weights);
      judged.push({ loss, skill: skill.B0 });
    }
  }
  const { last, others } = excluded;
  return { judged, ...send.figures(), lastExcluded: last, othersExcluded: others, weights };
}

/** The nodes' side of the wire, and what it took. */
function createSender(
  size: number,
  { codec, training }: CompressedRun,
  randomBytes: (length: number) => Uint8Array,
) {
  const bound = training.updateClipNorm * 2 ** training.gridBits;
  const residuals = new Map<number, Float64Array>();
  let [bytes, updates, largest] = [0, 0, 0];
  return {
    update: (node: number, release: Int32Array): Int32Array => {
      updates++;
      if (codec === undefined) {
        bytes += FLOAT32_BYTES * size;
        return release;
      }
      const k = keptCount(codec.share, size);
      const compressed = compressRelease(release, residuals.get(node) ?? new Float64Array(size), {
        k,
        bound,
        randomBytes,
        residualBound: residualBound(size, k, bound),
      });
      if (codec.feedback) residuals.set(node, compressed.residual);
      bytes += compressed.bytes.length;
      largest = Math.max(largest, norm(compressed.residual) / bound);
      return compressed.update;
    },
    figures: () => ({ ratio: (FLOAT32_BYTES * size * updates) / bytes, residual: largest }),
  };
}

/** Engines of one round's sets at a time: those of a large model fill the memory otherwise. */
function openOnce(model: StabilityModel) {
  const opened = new Map<HeadExamples, ReturnType<typeof openHeads>>();
  return (examples: HeadExamples) => {
    const known = opened.get(examples);
    if (known !== undefined) return known;
    if (opened.size > 16) opened.clear();
    const fresh = openHeads(float64Engine, model, examples);
    opened.set(examples, fresh);
    return fresh;
  };
}

function norm(vector: Float64Array): number {
  return Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
}
