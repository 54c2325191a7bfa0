import {
  buildExamples,
  buildRiskExamples,
  computeFeatures,
  computeMarketFeatures,
  type HourlySeries,
  type MarketWindow,
  type PegHorizon,
} from '../features/index.ts';
import { type HeadNorms, type ModelSpec, modelSpec } from './model-spec.ts';
import type { PegModelSpec } from './peg-model.ts';
import { fitPublicNumbers } from './public-numbers.ts';
import { fitRiskNumbers } from './risk-numbers.ts';

/** What a new network fits its public numbers on. */
export type PublicData = {
  readonly feed: HourlySeries;
  /** The public market; without one the network trains the peg head alone. */
  readonly market?: MarketWindow;
  /** Rows to fit on: the data clock's `fitting`, so that no later row is known; of the market also what lies before. */
  readonly fitting: { readonly from: number; readonly to: number };
};

/** The spec that a network begins with. @throws BallastError `EXAMPLES_TOO_FEW`. */
export function fitModelSpec(
  { feed, market, fitting }: PublicData,
  options: {
    readonly peg: PegModelSpec;
    /** By ascending hours; 24 h alone where left out. */
    readonly horizons?: readonly PegHorizon[];
    readonly recordClipNorms: HeadNorms;
    readonly updateClipNorms: HeadNorms;
    readonly riskDeadBand: number;
  },
): ModelSpec {
  const pegNumbers = (options.horizons ?? [24]).map((horizon) => ({
    horizon,
    numbers: fitPublicNumbers(buildExamples(computeFeatures(feed, horizon), fitting)),
  }));
  if (market === undefined) return modelSpec({ ...options, pegNumbers });
  const riskNumbers = fitRiskNumbers(
    buildRiskExamples(computeMarketFeatures(market, market), {
      from: Number.NEGATIVE_INFINITY,
      to: fitting.to,
    }),
  );
  return modelSpec({ ...options, pegNumbers, riskNumbers });
}
