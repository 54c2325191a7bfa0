import { decodeCanonical, type Encodable, encodeCanonical } from '../../../protocol/encoding.ts';
import { generateMarket, generateVenue } from '../../data/index.ts';
import {
  buildRiskExamples,
  computeMarketFeatures,
  type HourlySeries,
  type MarketWindow,
  type RiskExamples,
} from '../../features/index.ts';
import {
  createModel,
  createRiskModel,
  fitModelSpec,
  fitRiskNumbers,
  type ModelSpec,
  type RiskModel,
  type StabilityModel,
} from '../index.ts';

export type Fixture = {
  readonly spec: ModelSpec;
  readonly model: StabilityModel;
  readonly risk: RiskModel;
  /** What the risk model's numbers were fitted on. */
  readonly examples: RiskExamples;
  readonly window: HourlySeries;
  readonly market: MarketWindow;
};

/** A model of both heads, fitted on 200 days of the generator's market. */
export function fixture(): Fixture {
  const window = generateVenue(4, 0, 200);
  const market = generateMarket(4, 0, 200);
  const fitting = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };
  const spec = fitModelSpec(
    { feed: window, market, fitting },
    {
      peg: { kind: 'linear' },
      recordClipNorms: { peg: 1, risk: 0.5 },
      updateClipNorms: { peg: 0.22, risk: 0.15 },
      riskDeadBand: 0.02,
    },
  );
  const examples = buildRiskExamples(computeMarketFeatures(market, market), fitting);
  const risk = createRiskModel(fitRiskNumbers(examples));
  return { spec, model: createModel(spec), risk, examples, window, market };
}

/** A value as it comes back from where it was signed or stored. */
export function canonicalRoundTrip(value: unknown): unknown {
  return decodeCanonical(encodeCanonical(value as Encodable));
}
