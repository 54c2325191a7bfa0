import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createPrng, hourOfDate, loadMarket } from '../../node/data/index.ts';
import {
  buildRiskExamples,
  computeMarketFeatures,
  type ExampleSet,
  PEG_HORIZONS,
  type RiskExamples,
} from '../../node/features/index.ts';
import {
  BOOSTING,
  type BoostingOptions,
  fitBoosting,
  predictBoosting,
} from '../../node/models/boosting/index.ts';
import {
  anchorQuantiles,
  areaUnderCurve,
  baselineRisk,
  createPegModel,
  createRiskModel,
  fitPublicNumbers,
  fitRiskNumbers,
  forecastRisk,
  type PegModelSpec,
  QUANTILE_LEVELS,
} from '../../node/models/index.ts';
import { float64Engine } from '../../node/training/index.ts';
import { joinPegExamples, joinRiskExamples } from './join-examples.ts';
import { loadOracles, rowsOf } from './peg-horizons/data.ts';
import { judge, type Losses, lossesOf, skillsOf } from './peg-horizons/judge.ts';
import { trainByAdam } from './peg-horizons/training.ts';

// What boosted trees reach on the recorded markets, beside the linear model and the multi-layer perceptron: the peg at
// 1, 4 and 24 hours, trained on four oracles before May 2022 and tested after, and the drawdown of seven perpetuals,
// trained before 2022 and tested in it. The small ensembles were chosen on the last fifth of the training rows
// (`--choose` prints that), the large ones have the published sizes.
//
//     node simulations/experiments/tree-ensembles.ts
//
// The recorded markets are read from BALLAST_DATA (../shared/data unless set).

const CUT = hourOfDate('2022-05-01');
const RISK_CUT = hourOfDate('2022-01-01');
const ALWAYS = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };
const SMALL: BoostingOptions = { ...BOOSTING, trees: 100, depth: 5, learningRate: 0.05, leafRows: 200 };
const SIZES: readonly (readonly [string, BoostingOptions])[] = [
  ['trees 100 × 5', SMALL],
  ['trees 200 × 6', BOOSTING],
];
const print = (line: string) => process.stdout.write(`${line}\n`);
const percent = (share: number) => `${(100 * share).toFixed(1)} %`.padStart(8);

function boost(train: ExampleSet, options: BoostingOptions, test: readonly ExampleSet[]): Losses[] {
  const started = process.cpuUsage();
  const ensembles = QUANTILE_LEVELS.map((level, q) =>
    fitBoosting(train, { kind: 'pinball', level }, options, createPrng(42, q).uniform),
  );
  const numbers = fitPublicNumbers(train);
  const losses = test.map((set) => {
    const f = new Float64Array(set.rows * QUANTILE_LEVELS.length);
    for (const [q, ensemble] of ensembles.entries()) {
      for (const [i, told] of predictBoosting(ensemble, set.x).entries())
        f[i * QUANTILE_LEVELS.length + q] = told;
    }
    const quantiles = anchorQuantiles(f, numbers, set);
    return { ...lossesOf(baseline(train), set), ...judge(quantiles, set) };
  });
  seconds = process.cpuUsage(started).user / 1e6;
  return losses;
}
let seconds = 0;

/** Its weights are of no account: only the baselines' losses are read. */
function baseline(train: ExampleSet) {
  const model = createPegModel({ kind: 'linear' }, train.horizon);
  return { model, weights: new Float64Array(model.size), numbers: fitPublicNumbers(train) };
}

async function peg(folder: string, choose: boolean): Promise<void> {
  const coins = await loadOracles(folder);
  const rows = rowsOf();
  print(
    `peg: four oracles, trained before ${choose ? 'the last fifth of the training rows, tested on it' : '2022-05-01, tested after'}`,
  );
  print('horizon  model          B0        B2        B3       cover    fit CPU s');
  for (const horizon of PEG_HORIZONS) {
    const all = coins.map((coin) => rows(coin, horizon, [{ ...ALWAYS, to: CUT - horizon }])[0]!);
    const cuts = all.map((set) => (choose ? set.hour[Math.floor(0.8 * set.rows)]! : CUT));
    const before = coins.flatMap((coin, i) => rows(coin, horizon, [{ ...ALWAYS, to: cuts[i]! - horizon }]));
    const tests = coins.flatMap((coin, i) =>
      rows(coin, horizon, [{ from: cuts[i]!, to: choose ? CUT - horizon : ALWAYS.to }]),
    );
    const train = joinPegExamples(before);
    const line = (label: string, losses: readonly Losses[], cost: number) => {
      const { B0, B2, B3, coverage } = skillsOf(losses);
      print(
        `${`${horizon} h`.padEnd(7)}  ${label.padEnd(13)} ${[B0, B2, B3].map(({ skill }) => percent(skill)).join('  ')}  ${percent(coverage)}  ${cost.toFixed(1).padStart(8)}`,
      );
    };
    const specs: readonly (readonly [string, PegModelSpec])[] = [
      ['linear', { kind: 'linear' }],
      ['mlp 16', { kind: 'mlp', hidden: 16 }],
    ];
    for (const [label, spec] of specs) {
      const started = process.cpuUsage();
      const model = createPegModel(spec, horizon);
      const forecaster = { model, weights: trainByAdam(model, train), numbers: fitPublicNumbers(train) };
      const cost = process.cpuUsage(started).user / 1e6;
      line(
        label,
        tests.map((set) => lossesOf(forecaster, set)),
        cost,
      );
    }
    for (const [label, options] of choose ? CHOICES : SIZES) {
      const losses = boost(train, options, tests);
      line(label, losses, seconds);
    }
  }
}

/** What the small ensemble was chosen among. */
const CHOICES: typeof SIZES = [3, 4, 5, 6].flatMap((depth) =>
  [100, 300].map((trees) => [`${trees} × ${depth}`, { ...SMALL, trees, depth }] as const),
);

const ASSETS = ['BTC', 'ETH', 'MKR', 'LINK', 'COMP', 'AAVE', 'UNI'];

async function risk(folder: string): Promise<void> {
  const markets = await Promise.all(
    ASSETS.map(async (asset) => {
      const file = join(folder, 'candles-1h', `perp_${asset}USDT_2020-10_2022-12.csv.gz`);
      return (await loadMarket({ kind: 'csv', format: 'perp-1h', file })).market;
    }),
  );
  const tables = markets.map((market) => computeMarketFeatures(market, markets[0]!));
  const train = joinRiskExamples(
    tables.map((table) => buildRiskExamples(table, { ...ALWAYS, to: RISK_CUT - 24 })),
  );
  const test = joinRiskExamples(
    tables.map((table) => buildRiskExamples(table, { ...ALWAYS, from: RISK_CUT })),
  );
  // Each asset's own threshold would be another figure; the network's is the public market's.
  const numbers = fitRiskNumbers(buildRiskExamples(tables[0]!, { ...ALWAYS, to: RISK_CUT - 24 }));
  const eventsOf = (set: RiskExamples) =>
    Uint8Array.from(set.drawdown, (fall) => (fall > numbers.threshold ? 1 : 0));
  const events = eventsOf(test);
  print(
    `\nrisk: seven perpetuals, trained before 2022, tested in it (${test.rows} rows, ${percent(events.reduce((a, b) => a + b, 0) / test.rows)} events)`,
  );
  print('model            AUC   log loss');
  const line = (label: string, logit: Float64Array) => {
    const loss =
      logit.reduce((sum, z, i) => sum + Math.log1p(Math.exp(events[i] === 1 ? -z : z)), 0) / test.rows;
    print(
      `${label.padEnd(13)} ${(areaUnderCurve(logit, events) ?? Number.NaN).toFixed(3).padStart(6)}  ${loss.toFixed(4)}`,
    );
  };
  line('EWMA', baselineRisk('ewma', numbers, test).logit);
  const model = createRiskModel(numbers);
  const weights = descend(model, train);
  line('linear', forecastRisk(model, weights, test).logit);
  const y = Float64Array.from(eventsOf(train));
  for (const [label, options] of SIZES) {
    const ensemble = fitBoosting(
      { x: train.x, y, width: train.width },
      { kind: 'log' },
      options,
      createPrng(42).uniform,
    );
    line(label, predictBoosting(ensemble, test.x));
  }
}

/** Plain steps along the mean gradient of all rows. */
function descend(model: ReturnType<typeof createRiskModel>, train: RiskExamples): Float64Array {
  const one = { ...train, records: 1, recordStart: Int32Array.of(0, train.rows) };
  const gradients = float64Engine.openRisk(model, one);
  const weights = new Float64Array(model.size);
  for (let k = 0; k < 500; k++) {
    const gradient = gradients.perRecord(weights);
    for (let j = 0; j < weights.length; j++) weights[j]! -= 0.5 * gradient[j]!;
  }
  return weights;
}

const { values } = parseArgs({ options: { choose: { type: 'boolean', default: false } } });
const folder = process.env.BALLAST_DATA ?? fileURLToPath(new URL('../../../shared/data', import.meta.url));
if (!existsSync(folder)) print(`nothing at ${folder}: set BALLAST_DATA to the recorded markets`);
else {
  await peg(folder, values.choose);
  if (!values.choose) await risk(folder);
}
