import { decodeCanonical, type Encodable, encodeCanonical } from '../../../protocol/encoding.ts';
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

const HOURS = 200 * 24;

/** A coin that returns to its peg and an asset whose volatility wanders. */
function paths(): { window: HourlySeries; market: MarketWindow } {
  let state = 4;
  const noise = () => {
    let sum = 0;
    for (let k = 0; k < 4; k++) {
      state = (state * 48_271) % 2_147_483_647;
      sum += state / 2_147_483_647 - 0.5;
    }
    return sum * Math.sqrt(3);
  };
  const deviation = new Float64Array(HOURS);
  const close = new Float64Array(HOURS);
  let [level, log, volatility] = [0, 0, 0];
  for (let t = 0; t < HOURS; t++) {
    level = 0.95 * level + 2 * noise();
    volatility = 0.99 * volatility + 0.1 * noise();
    log += 0.007 * Math.exp(volatility) * noise();
    deviation[t] = level;
    close[t] = 1_000 * Math.exp(log);
  }
  return { window: { startHour: 24_000, deviation }, market: { startHour: 24_000, close } };
}

/** A model of both heads, fitted on 200 days of a made-up market. */
export function fixture(): Fixture {
  const { window, market } = paths();
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
