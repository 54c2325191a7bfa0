import { BallastError } from '../../protocol/errors.ts';
import { type Layout, layoutSize } from '../../protocol/layout.ts';
import type { PegHorizon } from '../features/index.ts';
import type { ModelSpec } from './model-spec.ts';
import { createPegModel, genesisWeights, type PegModel, type PegModelSpec } from './peg-model.ts';
import type { PublicNumbers } from './public-numbers.ts';
import { createRiskModel, type RiskModel } from './risk-model.ts';

/** Where a head's weights lie in the joint vector, and its bounds. */
export type ModelHead<M> = {
  readonly model: M;
  readonly offset: number;
  readonly size: number;
  readonly recordClipNorm: number;
  readonly updateClipNorm: number;
};

/** The head of one horizon of the peg. */
export type PegHead = ModelHead<PegModel> & { readonly numbers: PublicNumbers };

/**
 * One version's model: the heads' weight vectors one after the other, tensors named `peg/1h/…`, `peg/4h/…`, `peg/24h/…`
 * and `risk/…`.
 */
export type StabilityModel = {
  readonly spec: ModelSpec;
  readonly layout: Layout;
  readonly size: number;
  readonly heads: {
    /** By ascending horizon, at least one. */
    readonly peg: readonly PegHead[];
    readonly risk?: ModelHead<RiskModel>;
  };
};

/** @param spec from `parseModelSpec`. */
export function createModel(spec: ModelSpec): StabilityModel {
  const { peg: pegSpec, risk: riskSpec } = spec.heads;
  const kind: PegModelSpec =
    pegSpec.kind === 'linear' ? { kind: 'linear' } : { kind: 'mlp', hidden: pegSpec.hidden ?? 0 };
  const peg: PegHead[] = [];
  let offset = 0;
  for (const { hours, numbers } of pegSpec.horizons) {
    const model = createPegModel(kind, hours);
    peg.push({ model, numbers, offset, size: model.size, ...bounds(pegSpec) });
    offset += model.size;
  }
  const risk = riskSpec === undefined ? undefined : createRiskModel(riskSpec.numbers);
  const layout: Layout = {
    tensors: [
      ...peg.flatMap(({ model }) => named(`peg/${model.horizon}h`, model.layout)),
      ...(risk === undefined ? [] : named('risk', risk.layout)),
    ],
  };
  return {
    spec,
    layout,
    size: layoutSize(layout),
    heads: {
      peg,
      ...(risk === undefined || riskSpec === undefined
        ? {}
        : { risk: { model: risk, offset, size: risk.size, ...bounds(riskSpec) } }),
    },
  };
}

/** Public weights to begin with: those of the peg heads, and zeros, with which the risk head is its EWMA baseline. */
export function genesisOf(model: StabilityModel): Float64Array {
  const weights = new Float64Array(model.size);
  for (const { model: peg, offset } of model.heads.peg) weights.set(genesisWeights(peg), offset);
  return weights;
}

/** The heads in the order of their weights. */
export function headsOf(model: StabilityModel): readonly ModelHead<PegModel | RiskModel>[] {
  const { peg, risk } = model.heads;
  return risk === undefined ? peg : [...peg, risk];
}

/** Hours of its peg heads, ascending. */
export function horizonsOf({ heads }: StabilityModel): PegHorizon[] {
  return heads.peg.map(({ model }) => model.horizon);
}

/** The peg head of the longest horizon: the one that steers the network's parameters. */
export function mainPegHead({ heads }: StabilityModel): PegHead {
  const longest = heads.peg.at(-1);
  if (longest === undefined) throw new BallastError('HEAD_ABSENT', 'model: got no peg head, expected one');
  return longest;
}

/** What a peg head is called in reports and by the gate: `peg` at the longest horizon, `peg-1h` or `peg-4h` below it. */
export function pegHeadName(model: StabilityModel, head: PegHead): string {
  return head === mainPegHead(model) ? 'peg' : `peg-${head.model.horizon}h`;
}

/** A head's part of the joint weights, a view. @throws BallastError `MODEL_SIZE`. */
export function weightsOfHead(
  model: StabilityModel,
  head: { readonly offset: number; readonly size: number },
  weights: Float64Array,
): Float64Array {
  if (weights.length !== model.size) {
    throw new BallastError('MODEL_SIZE', `weights: got ${weights.length}, expected ${model.size}`, {
      metadata: { given: weights.length, expected: model.size },
    });
  }
  return weights.subarray(head.offset, head.offset + head.size);
}

function named(head: string, layout: Layout): Layout['tensors'] {
  return layout.tensors.map(({ name, shape }) => ({ name: `${head}/${name}`, shape }));
}

function bounds({ recordClipNorm, updateClipNorm }: { recordClipNorm: number; updateClipNorm: number }) {
  return { recordClipNorm, updateClipNorm };
}
