import { BallastError } from '../../protocol/errors.ts';
import { type Layout, layoutSize } from '../../protocol/layout.ts';
import type { ModelSpec } from './model-spec.ts';
import { createPegModel, genesisWeights, type PegModel } from './peg-model.ts';
import { createRiskModel, type RiskModel } from './risk-model.ts';

/** Where a head's weights lie in the joint vector, and its bounds. */
export type ModelHead<M> = {
  readonly model: M;
  readonly offset: number;
  readonly size: number;
  readonly recordClipNorm: number;
  readonly updateClipNorm: number;
};

/** One version's model: the heads' weight vectors one after the other, tensors named `peg/…` and `risk/…`. */
export type StabilityModel = {
  readonly spec: ModelSpec;
  readonly layout: Layout;
  readonly size: number;
  readonly heads: { readonly peg: ModelHead<PegModel>; readonly risk?: ModelHead<RiskModel> };
};

/** @param spec from `parseModelSpec`. */
export function createModel(spec: ModelSpec): StabilityModel {
  const { peg: pegSpec, risk: riskSpec } = spec.heads;
  const peg = createPegModel(
    pegSpec.kind === 'linear' ? { kind: 'linear' } : { kind: 'mlp', hidden: pegSpec.hidden ?? 0 },
  );
  const risk = riskSpec === undefined ? undefined : createRiskModel(riskSpec.numbers);
  const layout: Layout = {
    tensors: [...named('peg', peg.layout), ...(risk === undefined ? [] : named('risk', risk.layout))],
  };
  return {
    spec,
    layout,
    size: layoutSize(layout),
    heads: {
      peg: { model: peg, offset: 0, size: peg.size, ...bounds(pegSpec) },
      ...(risk === undefined || riskSpec === undefined
        ? {}
        : { risk: { model: risk, offset: peg.size, size: risk.size, ...bounds(riskSpec) } }),
    },
  };
}

/** Public weights to begin with: those of the peg head, and zeros, with which the risk head is its EWMA baseline. */
export function genesisOf(model: StabilityModel): Float64Array {
  const weights = new Float64Array(model.size);
  weights.set(genesisWeights(model.heads.peg.model));
  return weights;
}

/** The heads in the order of their weights. */
export function headsOf(model: StabilityModel): readonly ModelHead<PegModel | RiskModel>[] {
  const { peg, risk } = model.heads;
  return risk === undefined ? [peg] : [peg, risk];
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
