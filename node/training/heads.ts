import { clip, clipInto } from '../../privacy/index.ts';
import { BallastError } from '../../protocol/errors.ts';
import type { NetworkParameters } from '../../protocol/network.ts';
import {
  type ExampleSet,
  type RiskExamples,
  ROWS_PER_RECORD,
  requireRecordBound,
} from '../features/index.ts';
import { headsOf, type PegModel, type StabilityModel } from '../models/index.ts';
import type { RecordGradients, TrainingEngine } from './engine.ts';

/** What a node trains both heads on: its peg rows, and its market's where it has one. */
export type HeadExamples = {
  /** Of each horizon that is trained, in any order. */
  readonly peg: readonly ExampleSet[];
  readonly risk?: RiskExamples;
  /** Hours that one record spans, in both; a UTC day where left out. */
  readonly recordHours?: number;
};

/**
 * Gradients of the whole model by record. A record is a UTC day, or block of days, of whatever the node has: its row
 * holds each head's mean gradient, clipped at that head's own norm C_h, one after the other, and zeros where the head
 * has no rows in that time. One record therefore moves a sum by at most √ΣC_h², and both heads cost one release.
 *
 * @param model whose risk head is zero throughout where `examples` have no market.
 * @throws BallastError `RECORD_BOUND` for a record with more than its hours' examples; `HORIZON_ABSENT` for a horizon
 *   of the model that there are no examples of.
 */
export function openHeads(
  engine: TrainingEngine,
  model: StabilityModel,
  examples: HeadExamples,
): RecordGradients {
  const { peg, risk } = model.heads;
  const { recordHours = ROWS_PER_RECORD } = examples;
  for (const set of [...examples.peg, ...(examples.risk === undefined ? [] : [examples.risk])]) {
    requireRecordBound(set, recordHours);
  }
  const opened = peg.map((head) => {
    const own = rowsOf(head.model, examples);
    return {
      ...place(head),
      spans: spansOf(own, recordHours),
      gradients: engine.open(head.model, own),
    };
  });
  if (risk !== undefined && examples.risk !== undefined) {
    const gradients = engine.openRisk(risk.model, examples.risk);
    opened.push({ ...place(risk), spans: spansOf(examples.risk, recordHours), gradients });
  }
  const spans = [...new Set(opened.flatMap(({ spans: own }) => [...own]))].sort((a, b) => a - b);
  const recordOf = new Map(spans.map((span, record) => [span, record]));
  const parts = opened.map(({ spans: own, ...part }) => ({
    ...part,
    target: own.map((span) => (recordOf.get(span) ?? 0) * model.size + part.offset),
  }));
  // What no head has rows for stays zero: each call writes the same places.
  const joint = new Float64Array(spans.length * model.size);
  return {
    perRecord: (weights) => {
      for (const { offset, size, clipNorm: bound, target, gradients } of parts) {
        const rows = gradients.perRecord(weights.subarray(offset, offset + size));
        for (let r = 0; r < target.length; r++) {
          clipInto(rows, { from: r * size, length: size, bound }, joint, target[r]!);
        }
      }
      return joint;
    },
    dispose: () => {
      for (const { gradients } of opened) gradients.dispose();
    },
  };
}

/** How many records there are, of either head: the rows of `openHeads`. A private number. */
export function countRecords({ peg, risk, recordHours = ROWS_PER_RECORD }: HeadExamples): number {
  const spans = [...peg, ...(risk === undefined ? [] : [risk])].flatMap((set) => [
    ...spansOf(set, recordHours),
  ]);
  return new Set(spans).size;
}

/** An update with each head's part clipped at its own norm. */
export function clipHeads(model: StabilityModel, update: Float64Array): Float64Array {
  const out = new Float64Array(update.length);
  for (const { offset, size, updateClipNorm } of headsOf(model)) {
    out.set(clip(update.subarray(offset, offset + size), updateClipNorm), offset);
  }
  return out;
}

/** L2 bound of vectors with these bounds, one after the other. */
export function jointNorm(norms: readonly number[]): number {
  return Math.sqrt(norms.reduce((sum, norm) => sum + norm * norm, 0));
}

/**
 * Noise and norm checks follow the joint bounds of the network's parameters: the heads' own must fit into them.
 *
 * @throws BallastError `HEAD_NORMS`.
 */
export function requireHeadNorms(
  model: StabilityModel,
  { privacy, update }: Pick<NetworkParameters, 'privacy' | 'update'>,
): void {
  const heads = headsOf(model);
  const check = (name: string, norms: readonly number[], bound: number) => {
    const joint = jointNorm(norms);
    if (joint <= bound * (1 + 1e-9)) return;
    throw new BallastError(
      'HEAD_NORMS',
      `${name}: got ${bound}, expected at least ${joint}, the joint norm of the model's heads`,
      { metadata: { name, bound, joint }, hint: 'make it √ΣC² over the heads' },
    );
  };
  check(
    'privacy.recordClipNorm',
    heads.map(({ recordClipNorm }) => recordClipNorm),
    privacy.recordClipNorm,
  );
  check(
    'update.clipNorm',
    heads.map(({ updateClipNorm }) => updateClipNorm),
    update.clipNorm,
  );
}

function rowsOf({ horizon }: PegModel, { peg }: HeadExamples): ExampleSet {
  const own = peg.find((set) => set.horizon === horizon);
  if (own !== undefined) return own;
  const given = peg.map((set) => `${set.horizon} h`).join(', ');
  throw new BallastError(
    'HORIZON_ABSENT',
    `examples: got ${given === '' ? 'none of the peg' : given}, expected those of ${horizon} h`,
    { metadata: { horizon } },
  );
}

function place(head: { offset: number; size: number; recordClipNorm: number }) {
  return { offset: head.offset, size: head.size, clipNorm: head.recordClipNorm };
}

/** Which span since the epoch each record is. */
function spansOf(
  { records, recordStart, hour }: Pick<ExampleSet, 'records' | 'recordStart' | 'hour'>,
  recordHours: number,
): Int32Array {
  return Int32Array.from({ length: records }, (_, r) => Math.floor(hour[recordStart[r]!]! / recordHours));
}
