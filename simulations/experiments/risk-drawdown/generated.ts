import { createPrng, hiddenRisk, type OpenMarket, openMarket } from '../../../node/data/index.ts';
import {
  buildRiskExamples,
  computeMarketFeatures,
  joinColumns,
  RISK_HORIZON_HOURS,
  type RiskExamples,
} from '../../../node/features/index.ts';
import {
  empiricalQuantile,
  fitShrunkLogistic,
  forecastRisk,
  weightsOfHead,
} from '../../../node/models/index.ts';
import { EVENT_SHARE, joined, openBench } from './figures.ts';
import type { SplitAsset } from './perpetuals.ts';
import { headOf, riskModel, trainTogether } from './training.ts';

/** As long as the recorded perpetuals, and cut at the same share. */
const DAYS = 798;
const TRAIN_SHARE = 0.54;
const ASSETS = 7;
/** Hours between two rows that are judged, and paths of the oracle for each. */
const EVERY = 6;
const PATHS = 100;

/** Other markets of the same law, from which the most that features can tell is learned. */
const TEACHERS = Array.from({ length: 40 }, (_, i) => 1_001 + i);

type Hidden = SplitAsset & { readonly open: OpenMarket };

/** Scores of rows by what anyone can see of them. */
export type Learned = (asset: SplitAsset) => Float64Array;

/** AUC by scorer, of one seed. */
export type GeneratedAucs = Readonly<Record<string, number>>;
export const BASELINE = 'EWMA, half-life 24 h';
export const ORACLE = 'all that is hidden';

/** One generated market: asset 0 public, the other six private, one a node; all seven are judged together. */
export function generatedAucs(seed: number, epsilons: readonly number[], learned: Learned): GeneratedAucs {
  const assets = splitMarket(seed);
  const bench = openBench(assets);
  const [main, ...others] = assets;
  if (main === undefined) throw new RangeError('assets: got none, expected some');
  const model = riskModel(main.train, 'public');
  const head = headOf(model);
  const told = (weights: Float64Array) => {
    const own = model.heads.risk === undefined ? weights : weightsOfHead(model, model.heads.risk, weights);
    return joined(assets, (test) => forecastRisk(head, own, test).logit);
  };
  const nodes = others.map(({ train }) => train);
  const scores: Readonly<Record<string, Float64Array>> = {
    [BASELINE]: joined(assets, (test) => test.ewma),
    'the same over usual': joined(assets, overUsual),
    'head, the public start': told(new Float64Array(model.size)),
    ...Object.fromEntries(
      epsilons.map((epsilon) => [
        `head, federated, ${Number.isFinite(epsilon) ? `ε = ${epsilon}` : 'no noise'}`,
        told(trainTogether(model, nodes, epsilon, `risk-generated/${seed}`)),
      ]),
    ),
    'the head’s features, learned on 40 other markets': Float64Array.from(
      assets.flatMap((asset) => [...learned(asset)]),
    ),
    'EWMA over usual, and both regimes': regimeScores(assets),
    [ORACLE]: Float64Array.from(assets.flatMap((asset) => [...hiddenScores(asset)])),
  };
  return Object.fromEntries(Object.entries(scores).map(([name, score]) => [name, bench.auc(score)]));
}

/** What each scorer keeps of the oracle's gain on EWMA, summed over seeds; 95 %, over resampled seeds. */
export function shareOfOracle(all: readonly GeneratedAucs[], name: string) {
  const gain = (sample: readonly GeneratedAucs[], scorer: string) =>
    sample.reduce((sum, one) => sum + (one[scorer] ?? Number.NaN) - (one[BASELINE] ?? Number.NaN), 0);
  const share = (sample: readonly GeneratedAucs[]) => gain(sample, name) / gain(sample, ORACLE);
  const { uniform } = createPrng(0x5a4e);
  const drawn = Array.from({ length: 2_000 }, () =>
    share(all.flatMap(() => all.slice(...oneOf(uniform, all.length)))),
  ).sort((a, b) => a - b);
  return { value: share(all), low: drawn[50] ?? Number.NaN, high: drawn[1_949] ?? Number.NaN };
}

function oneOf(uniform: () => number, length: number): [number, number] {
  const at = Math.floor(uniform() * length);
  return [at, at + 1];
}

function splitMarket(seed: number): readonly Hidden[] {
  const markets = Array.from({ length: ASSETS }, (_, venue) => openMarket(seed, venue, DAYS));
  return markets.map((open, venue) => {
    const { market } = open;
    const table = computeMarketFeatures(market, markets[0]?.market ?? market);
    const cutoff = market.startHour + Math.floor(TRAIN_SHARE * DAYS) * 24;
    return {
      name: `asset-${venue}`,
      open,
      market,
      train: buildRiskExamples(table, { from: Number.NEGATIVE_INFINITY, to: cutoff - RISK_HORIZON_HOURS }),
      test: thinned(buildRiskExamples(table, { from: cutoff, to: Number.POSITIVE_INFINITY })),
    };
  });
}

/** Every `EVERY`th row, of what scores and events read. */
function thinned(examples: RiskExamples): RiskExamples {
  const { width, x } = examples;
  const kept = [...examples.hour.keys()].filter((i) => i % EVERY === 0);
  const of = (column: Float64Array) => Float64Array.from(kept, (i) => column[i]!);
  return {
    ...examples,
    rows: kept.length,
    x: Float64Array.from(kept.flatMap((i) => [...x.subarray(i * width, (i + 1) * width)])),
    ewma: of(examples.ewma),
    usual: of(examples.usual),
    drawdown: of(examples.drawdown),
    hour: of(examples.hour),
  };
}

const overUsual = ({ ewma, usual }: RiskExamples) => ewma.map((log, i) => log - usual[i]!);

function limitOf({ train }: SplitAsset): number {
  return empiricalQuantile(train.drawdown, 1 - EVENT_SHARE);
}

function hiddenScores(asset: Hidden): Float64Array {
  const hour = asset.test.hour.map((at) => at - asset.market.startHour);
  return hiddenRisk(asset.open, { hour, limit: hour.map(() => limitOf(asset)) }, { paths: PATHS });
}

/**
 * A logistic of EWMA over usual and the head's features, fitted on all rows of 40 other markets of the same law: more
 * than any network of this size sees in its life.
 */
export function learnFromOthers(): Learned {
  const rows = TEACHERS.flatMap((seed) => splitMarket(seed).flatMap((asset) => [visible(asset)]));
  const width = rows[0]?.width ?? 0;
  const x = joinColumns(rows.map((each) => each.x));
  const event = Uint8Array.from(rows.flatMap((each) => [...each.event]));
  const weights = fitShrunkLogistic(x, width, event, 1e-6);
  return ({ test }) => {
    const own = seen(test);
    return Float64Array.from({ length: test.rows }, (_, i) =>
      weights.reduce((sum, weight, j) => sum + weight * own[width * i + j]!, 0),
    );
  };
}

/** An asset's rows that are judged, as teachers have them: their outcomes are known. */
function visible(asset: Hidden): {
  readonly x: Float64Array;
  readonly event: Uint8Array;
  readonly width: number;
} {
  const limit = limitOf(asset);
  return {
    x: seen(asset.test),
    event: Uint8Array.from(asset.test.drawdown, (fall) => (fall > limit ? 1 : 0)),
    width: asset.test.width + 2,
  };
}

/** Rows of one, EWMA over usual, and the head's features. */
function seen(rows: RiskExamples): Float64Array {
  const level = overUsual(rows);
  const width = rows.width + 2;
  const x = new Float64Array(rows.rows * width);
  for (let i = 0; i < rows.rows; i++) {
    x[width * i] = 1;
    x[width * i + 1] = level[i]!;
    x.set(rows.x.subarray(rows.width * i, rows.width * (i + 1)), width * i + 2);
  }
  return x;
}

/** A logistic of four numbers, fitted on everybody's training rows. */
function regimeScores(assets: readonly Hidden[]): Float64Array {
  const inputs = ({ open, market }: Hidden, rows: RiskExamples) => {
    const level = overUsual(rows);
    return Float64Array.from(
      [...rows.hour].flatMap((at, i) => {
        const t = at - market.startHour;
        return [1, level[i]!, open.shared.stressed[t]!, open.shared.crashing[t]!];
      }),
    );
  };
  const x = Float64Array.from(assets.flatMap((asset) => [...inputs(asset, asset.train)]));
  const event = Uint8Array.from(
    assets.flatMap((asset) => [...asset.train.drawdown].map((fall) => (fall > limitOf(asset) ? 1 : 0))),
  );
  const weights = fitShrunkLogistic(x, 4, event, 1e-6);
  return Float64Array.from(
    assets.flatMap((asset) => {
      const own = inputs(asset, asset.test);
      return Array.from({ length: asset.test.rows }, (_, i) =>
        weights.reduce((sum, weight, j) => sum + weight * own[4 * i + j]!, 0),
      );
    }),
  );
}
