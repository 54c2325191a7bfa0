import { expect } from 'chai';
import { clip } from '../../../privacy/index.ts';
import { createPrng, generateMarket, generateVenue } from '../../data/index.ts';
import {
  buildExamples,
  buildRiskExamples,
  computeFeatures,
  computeMarketFeatures,
  mirrorExamples,
  type RiskExamples,
  withMirror,
} from '../../features/index.ts';
import {
  createModel,
  forecastRisk,
  genesisOf,
  mainPegHead,
  pinballSlope,
  QUANTILE_LEVELS,
  type RiskModel,
} from '../../models/index.ts';
import { defaultModelSpec, float64Engine, openHeads } from '../index.ts';

// Updates are replayed to the bit: the engine's loops may be laid out as they like, and must round as these do.

const feed = generateVenue(3, 0, 120);
const market = generateMarket(3, 0, 120);
const start = feed.startHour;
const model = createModel(defaultModelSpec({ feed, market, fitting: { from: start, to: start + 90 * 24 } }));
const range = { from: start + 40 * 24 + 5, to: start + 60 * 24 + 9 };
const plain = buildExamples(computeFeatures(feed), range);
const risk = buildRiskExamples(computeMarketFeatures(market, market), range);

/** Each record's own rows and then their images, by the definition; the gradient in the order of its rows. */
function pegByDefinition(weights: Float64Array): Float64Array[] {
  const image = mirrorExamples(plain);
  const outputs = QUANTILE_LEVELS.length;
  return Array.from({ length: plain.records }, (_, r) => {
    const [from, to] = [plain.recordStart[r] ?? 0, plain.recordStart[r + 1] ?? 0];
    const gradient = new Float64Array(mainPegHead(model).size);
    for (const set of [plain, image]) {
      for (let i = from; i < to; i++) {
        const x = set.x.slice(i * set.width, (i + 1) * set.width);
        for (const [q, level] of QUANTILE_LEVELS.entries()) {
          const forecast = x.reduce((sum, value, j) => sum + value * (weights[j * outputs + q] ?? 0), 0);
          const slope = pinballSlope(level, forecast, set.y[i] ?? 0) / (2 * (to - from));
          for (const [j, value] of x.entries()) gradient[j * outputs + q]! += value * slope;
        }
      }
    }
    return gradient;
  });
}

function riskByDefinition(head: RiskModel, set: RiskExamples, weights: Float64Array): Float64Array[] {
  const { logit, volatility } = forecastRisk(head, weights, set);
  return Array.from({ length: set.records }, (_, r) => {
    const [from, to] = [set.recordStart[r] ?? 0, set.recordStart[r + 1] ?? 0];
    const gradient = new Float64Array(head.size);
    for (let i = from; i < to; i++) {
      const event =
        (set.drawdown[i] ?? 0) > head.numbers.threshold * Math.exp(set.usual[i] ?? Number.NaN) ? 1 : 0;
      const slopes = [
        0.6 * (1 / (1 + Math.exp(-(logit[i] ?? 0))) - event),
        0.6 * 0.5 * ((volatility[i] ?? 0) - (set.volatility[i] ?? 0)),
      ];
      for (let j = 0; j < set.width; j++) {
        const share = (set.x[i * set.width + j] ?? 0) / (to - from);
        for (const [k, slope] of slopes.entries()) gradient[2 * j + k]! += share * slope;
      }
    }
    return gradient;
  });
}

describe('gradients of the float64 engine', () => {
  for (const scale of [0, 0.05, 0.3, 3]) {
    it(`have the bits of their definition, weights ${scale} away from genesis`, () => {
      const { risk: riskHead } = model.heads;
      const peg = mainPegHead(model);
      if (riskHead === undefined) throw new Error('no risk head');
      const prng = createPrng(12);
      const weights = genesisOf(model).map((weight) => weight + scale * prng.normal());
      const heads = openHeads(float64Engine, model, { peg: [withMirror(plain)], risk });
      // A second call must not see what the first left behind.
      heads.perRecord(weights.map((weight) => weight + 1));
      const given = heads.perRecord(weights);
      const pegRows = pegByDefinition(weights.subarray(0, peg.size));
      const riskRows = riskByDefinition(riskHead.model, risk, weights.subarray(peg.size));
      expect(pegRows.length).to.equal(riskRows.length);
      expect(given).to.deep.equal(
        Float64Array.from(
          pegRows.flatMap((row, r) => [
            ...clip(row, peg.recordClipNorm),
            ...clip(riskRows[r] ?? new Float64Array(0), riskHead.recordClipNorm),
          ]),
        ),
      );
    });
  }
});
