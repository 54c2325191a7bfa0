import { join } from 'node:path';
import { hourOfDate, loadSeries, STRESS_EVENTS } from '../../../node/data/index.ts';
import {
  type HourlySeries,
  PEG_HORIZONS,
  type PegHorizon,
  withMirror,
} from '../../../node/features/index.ts';
import { createPegModel, genesisWeights } from '../../../node/models/index.ts';
import { float64Engine, publicClipNorm } from '../../../node/training/index.ts';
import { loadPerpetuals, type NamedMarket } from '../risk-drawdown/perpetuals.ts';
import { type Cell, cell, INSURED } from './cell.ts';
import { clearFigures, openTrial, type Trial } from './clear.ts';
import { dissimilarityFigures } from './dissimilarity.ts';
import { generatedFigures, NODE_COUNTS, nodeUnitFigures } from './generated.ts';
import {
  byCoin,
  byPeriod,
  type Coins,
  calmest,
  type History,
  lastDays,
  loadCoins,
  MONTH_HOURS,
  rowsBetween,
  SHORT_HOURS,
  TEST_FROM,
} from './histories.ts';
import { averageFigures, calmScores, crossFigures, newcomerFigures, newcomerScores } from './insurance.ts';
import { candidateFigures, liarFigures } from './liars.ts';
import { privacyFigures } from './privacy.ts';
import {
  CANDIDATES,
  FEWER_ROUND_RULES,
  FEWER_ROUNDS,
  PRIVATE_RECIPES,
  RECIPES,
  type Recipe,
  UPDATE_NORM,
} from './recipes.ts';
import type { RecordNorms } from './results.ts';
import { riskCells } from './risk/cells.ts';
import { openTask } from './task.ts';
import { venueCase, venueFigures } from './venues.ts';

/** What the study reads. */
export type Recordings = {
  readonly coins: Coins;
  readonly recordNorms: RecordNorms;
  readonly markets: readonly NamedMarket[];
  /** USDC at the exchange. */
  readonly exchange: HourlySeries;
};

const TEST_TO = hourOfDate('2022-11-23');
/** What recipes are chosen on: trained before, judged until the final test begins. */
const CHOICE_FROM = hourOfDate('2022-02-01');

/** The exchange's USDC hours are public here: no node trains on them, and the clip norm is read from them alone. */
export async function loadRecordings(folder: string): Promise<Recordings> {
  const file = join(folder, 'candles-1h', 'spot_USDCUSDT_2020-06_2021-12.csv.gz');
  const { series } = await loadSeries({ kind: 'csv', format: 'candles-1h', file });
  const normAt = (horizon: PegHorizon) => {
    const model = createPegModel({ kind: 'linear' }, horizon);
    const rows = withMirror(rowsBetween(series, horizon, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY));
    const { learningRate } = RECIPES[horizon];
    return publicClipNorm(float64Engine.open(model, rows), genesisWeights(model), {
      steps: 200,
      learningRate,
    });
  };
  return {
    coins: await loadCoins(folder),
    recordNorms: { 1: normAt(1), 4: normAt(4), 24: normAt(24) },
    markets: await loadPerpetuals(folder),
    exchange: series,
  };
}

export function cellsOf({ coins, recordNorms, markets, exchange }: Recordings): Cell[] {
  const trial = (
    horizon: PegHorizon,
    histories: readonly History[],
    test: { readonly from: number; readonly to: number },
    recipe: Recipe = RECIPES[horizon],
    judged: Coins = coins,
  ): Trial => {
    const norms = { record: recordNorms[horizon], update: UPDATE_NORM };
    const to = Math.min(test.to, TEST_TO) - horizon;
    const task = openTask({ coins: judged, histories, horizon, test: { from: test.from, to }, norms });
    return openTrial(task, recipe, norms.record);
  };
  const final = { from: TEST_FROM, to: TEST_TO };
  const each = (run: (horizon: PegHorizon) => Cell[]): Cell[] => [...PEG_HORIZONS].reverse().flatMap(run);
  const histories = { period: byPeriod(coins, TEST_FROM), coin: byCoin(coins, TEST_FROM) };
  const oracle = coins.get('usdc');
  const venues = oracle === undefined ? undefined : venueCase(oracle, exchange);
  return [
    ...each((horizon) => [
      cell(`clear/period/full/${horizon}`, () => clearFigures(trial(horizon, histories.period, final))),
    ]),
    ...each((horizon) =>
      INSURED.map((name) => {
        const event = STRESS_EVENTS[name];
        const own = byPeriod(coins, event.from);
        return cell(`insurance/${name}/${horizon}`, () => clearFigures(trial(horizon, calmest(own), event)));
      }),
    ),
    ...INSURED.flatMap((name) => {
      const event = STRESS_EVENTS[name];
      const own = byPeriod(coins, event.from);
      const [two, month, short] = calmOf(own);
      return [
        cell(`insurance-month/${name}/24`, () => clearFigures(trial(24, month, event))),
        cell(`insurance-short/${name}/24`, () => clearFigures(trial(24, short, event))),
        cell(`cross-short/${name}/24`, () => crossFigures(trial(24, short, event))),
        ...[two, month, short].map((calm, k) =>
          cell(`newcomer${['', '-month', '-short'][k]}/${name}/24`, () =>
            newcomerFigures(trial(24, own, event), trial(24, calm, event)),
          ),
        ),
      ];
    }),
    cell('average/calm/24', () =>
      averageFigures(
        INSURED.map((name) => {
          const event = STRESS_EVENTS[name];
          return calmOf(byPeriod(coins, event.from)).map((calm) => {
            const one = trial(24, calm, event);
            return { trial: one, scores: calmScores(one) };
          });
        }),
      ),
    ),
    cell('average/newcomer/24', () =>
      averageFigures(
        INSURED.map((name) => {
          const event = STRESS_EVENTS[name];
          const own = byPeriod(coins, event.from);
          const settled = trial(24, own, event);
          return calmOf(own).map((calm) => {
            const joining = trial(24, calm, event);
            return { trial: joining, scores: newcomerScores(settled, joining) };
          });
        }),
      ),
    ),
    ...riskCells(markets),
    ...each((horizon) => [
      cell(`privacy/period/${horizon}`, (seeds) =>
        privacyFigures(trial(horizon, histories.period, final, PRIVATE_RECIPES[horizon]), seeds),
      ),
    ]),
    ...each((horizon) => [
      cell(`liars/${horizon}`, (seeds) => liarFigures(trial(horizon, histories.period, final), seeds)),
      cell(`candidates/${horizon}`, () =>
        candidateFigures(trial(horizon, histories.period, final), 1, CANDIDATES),
      ),
      cell(`fewer-rounds/${horizon}`, (seeds) => {
        const rounds = Math.min(FEWER_ROUNDS, RECIPES[horizon].rounds);
        const fewer = trial(horizon, histories.period, final, { ...RECIPES[horizon], rounds });
        return candidateFigures(fewer, seeds, FEWER_ROUND_RULES);
      }),
      cell(`dissimilarity/${horizon}`, (seeds) =>
        dissimilarityFigures(trial(horizon, histories.period, final), seeds),
      ),
    ]),
    ...each((horizon) => [
      cell(`clear/coin/full/${horizon}`, () => clearFigures(trial(horizon, histories.coin, final))),
      ...[90, 30].map((days) =>
        cell(`clear/coin/${days}/${horizon}`, () =>
          clearFigures(trial(horizon, lastDays(histories.coin, days), final)),
        ),
      ),
      cell(`clear/period/30/${horizon}`, () =>
        clearFigures(trial(horizon, lastDays(histories.period, 30), final)),
      ),
      cell(`privacy/coin/${horizon}`, (seeds) =>
        privacyFigures(trial(horizon, histories.coin, final, PRIVATE_RECIPES[horizon]), seeds),
      ),
    ]),
    ...(venues === undefined
      ? []
      : each((horizon) => [
          cell(`venue/${horizon}`, () => {
            const { histories: own, test, venues: both } = venues;
            return venueFigures(trial(horizon, own, test, RECIPES[horizon], both), venues);
          }),
        ])),
    cell('generator/24', (seeds) => generatedFigures(seeds, recordNorms[24])),
    ...NODE_COUNTS.map((count) =>
      cell(`node-unit/${count}`, (seeds) => nodeUnitFigures(count, seeds, recordNorms[24])),
    ),
    ...each((horizon) => [
      cell(`choose/${horizon}`, () =>
        CHOICES[horizon].map((recipe) => {
          const nodes = byPeriod(coins, CHOICE_FROM);
          const figures = clearFigures(trial(horizon, nodes, { from: CHOICE_FROM, to: TEST_FROM }, recipe));
          return { recipe, ...figures };
        }),
      ),
    ]),
  ];
}

/** The calm stretches of the insurance cases: 60, 44 and 30 days. */
function calmOf(own: readonly History[]): [History[], History[], History[]] {
  return [calmest(own), calmest(own, MONTH_HOURS), calmest(own, SHORT_HOURS)];
}

/** Beside the recipe itself. */
const CHOICES: Readonly<Record<PegHorizon, readonly Recipe[]>> = {
  1: [RECIPES[1], { ...RECIPES[1], learningRate: 0.1 }, { ...RECIPES[1], server: 'fedavgm:beta1=0' }],
  4: [RECIPES[4], { ...RECIPES[4], learningRate: 0.02 }, { ...RECIPES[4], server: 'fedavgm:beta1=0.9' }],
  24: [RECIPES[24], { ...RECIPES[24], learningRate: 0.1 }, { ...RECIPES[24], server: 'fedavgm:beta1=0' }],
};
