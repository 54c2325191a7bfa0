import {
  createPrng,
  eventSplit,
  type HourRange,
  loadMarket,
  loadSeries,
  type Slices,
  STRESS_EVENTS,
  type StressEvent,
} from '../../node/data/index.ts';
import {
  buildExamples,
  buildRiskExamples,
  computeFeatures,
  computeMarketFeatures,
  type MarketTable,
  RISK_HORIZON_HOURS,
  RISK_WARMUP_HOURS,
  type RiskExamples,
} from '../../node/features/index.ts';
import {
  areaUnderCurve,
  baselineRisk,
  bootstrapSkill,
  createModel,
  drawdownEvents,
  fitPublicNumbers,
  fitRiskNumbers,
  forecastRisk,
  modelSpec,
  type RiskForecast,
  type RiskModel,
  type RiskReport,
  reportRisk,
  riskLosses,
  type SkillInterval,
  type StabilityModel,
  weightsOfHead,
} from '../../node/models/index.ts';
import { TRAINING_DEFAULTS } from '../../node/training/index.ts';
import { federate } from './federated-run.ts';
import { joinRiskExamples } from './join-examples.ts';

/** The events that the hourly perpetuals cover. */
export const RISK_EVENTS: readonly StressEvent[] = [
  STRESS_EVENTS.terra,
  STRESS_EVENTS.celsius,
  STRESS_EVENTS.ftx,
];

/**
 * What a node may train on, all of it free of the event and of the 24 hours on either side:
 * - `outside`: before, and after once the warm-up of the features has passed; the other events are in it;
 * - `before`: what lay in the past when the event began;
 * - `month`: the last 30 days of that, as of a node that has just joined.
 */
export type EventHistory = 'outside' | 'before' | 'month';

export type EventCase = {
  readonly unit: 'record' | 'none';
  readonly history: EventHistory;
  readonly alone: boolean;
};

/** A model's forecasts of one event, on the public market, which no node trains on. */
export type EventFigures = {
  readonly head: RiskReport;
  /** With the public numbers of the same history. */
  readonly ewma: RiskReport;
  readonly persistence: RiskReport;
  /** AUC of the head less that of EWMA; as below. */
  readonly aucGain: { readonly low: number; readonly high: number };
  /** Skill against EWMA and persistence; blocks of two days, 1,000 resamples, 95 %. */
  readonly drawdown: { readonly ewma: SkillInterval; readonly persistence: SkillInterval };
  readonly volatility: { readonly ewma: SkillInterval; readonly persistence: SkillInterval };
};

export type EventBench = {
  readonly event: StressEvent;
  readonly rows: number;
  /** One result of a federation; one a node where each trains alone. */
  readonly run: (one: EventCase, seed: number) => readonly EventFigures[];
};

const ROUNDS = 10;
/** Twice a label's length: an event is too short for the five days of the held-out figures. */
const BOOTSTRAP = { blockLength: 2 * RISK_HORIZON_HOURS, resamples: 1_000, level: 0.95 } as const;
const MONTH_HOURS = 30 * 24;

/** Recorded markets, loaded once; events are then prepared one by one. */
export async function loadEventMarkets({ publicFeed, publicMarket, slices }: Slices) {
  const reference = (await loadMarket(publicMarket)).market;
  const own = await Promise.all(
    slices.map(async ({ market }) => computeMarketFeatures((await loadMarket(market)).market, reference)),
  );
  const feed = computeFeatures((await loadSeries(publicFeed)).series);
  return { reference: computeMarketFeatures(reference, reference), own, feed };
}

/** @param markets from `loadEventMarkets`. */
export function openEvent(
  markets: Awaited<ReturnType<typeof loadEventMarkets>>,
  event: StressEvent,
): EventBench {
  const { reference, own, feed } = markets;
  const from = Math.min(...[reference, ...own].map(({ startHour }) => startHour));
  const split = eventSplit({ from, to: reference.startHour + reference.rows }, event, {
    horizonHours: RISK_HORIZON_HOURS,
    lookbackHours: RISK_WARMUP_HOURS,
  });
  const past = split.train.filter(({ to }) => to <= event.from);
  const ranges: Readonly<Record<EventHistory, readonly HourRange[]>> = {
    outside: split.train,
    before: past,
    month: past.map(({ to }) => ({ from: to - MONTH_HOURS, to })),
  };
  const of = (table: MarketTable, history: EventHistory) =>
    joinRiskExamples(ranges[history].map((range) => buildRiskExamples(table, range)));
  const pegRows = buildExamples(feed, { from: 0, to: Number.POSITIVE_INFINITY });
  // Heads are clipped apart: the peg head, which has no rows here, takes nothing from the risk head.
  const noPeg = buildExamples(feed, { from: 0, to: 0 });
  const modelOf = (history: EventHistory): StabilityModel =>
    createModel(
      modelSpec({
        peg: { kind: 'linear' },
        recordClipNorms: TRAINING_DEFAULTS.headRecordNorms,
        updateClipNorms: TRAINING_DEFAULTS.headUpdateNorms,
        riskDeadBand: TRAINING_DEFAULTS.riskDeadBand,
        pegNumbers: [{ horizon: 24, numbers: fitPublicNumbers(pegRows) }],
        // What the public knew: a node's own short history is its own affair.
        riskNumbers: fitRiskNumbers(of(reference, history === 'month' ? 'before' : history)),
      }),
    );
  const test = buildRiskExamples(reference, split.test);
  const prepare = (history: EventHistory) => ({
    model: modelOf(history),
    examples: own.map((table) => ({ peg: [noPeg], risk: of(table, history) })),
  });
  const prepared = new Map<EventHistory, ReturnType<typeof prepare>>();
  return {
    event,
    rows: test.rows,
    run: ({ unit, history, alone }, seed) => {
      const { model, examples } = prepared.get(history) ?? prepare(history);
      prepared.set(history, { model, examples });
      const result = (only?: number): EventFigures => {
        const { weights } = federate(
          { model, training: Array.from({ length: ROUNDS }, () => examples) },
          {
            training: { ...TRAINING_DEFAULTS, unit },
            seed: `risk-events/${event.name}/${seed}`,
            ...(only === undefined ? {} : { only }),
          },
        );
        return figuresOf(model, weights, test, seed);
      };
      return alone ? own.map((_, node) => result(node)) : [result()];
    },
  };
}

function figuresOf(
  model: StabilityModel,
  weights: Float64Array,
  test: RiskExamples,
  seed: number,
): EventFigures {
  const { risk } = model.heads;
  const head = riskModelOf(model);
  const { numbers } = head;
  const forecast = forecastRisk(
    head,
    risk === undefined ? weights : weightsOfHead(model, risk, weights),
    test,
  );
  const baselines = {
    ewma: baselineRisk('ewma', numbers, test),
    persistence: baselineRisk('persistence', numbers, test),
  };
  const { uniform } = createPrng(0xe7e47, seed);
  const against = (target: 'drawdown' | 'volatility', baseline: 'ewma' | 'persistence') => {
    const lossOf = (given: RiskForecast) => riskLosses(given, numbers, test)[target];
    return bootstrapSkill(lossOf(forecast), lossOf(baselines[baseline]), { ...BOOTSTRAP, uniform });
  };
  const both = (target: 'drawdown' | 'volatility') => ({
    ewma: against(target, 'ewma'),
    persistence: against(target, 'persistence'),
  });
  const event = drawdownEvents(numbers.threshold, test);
  return {
    head: reportRisk(forecast, numbers, test),
    ewma: reportRisk(baselines.ewma, numbers, test),
    persistence: reportRisk(baselines.persistence, numbers, test),
    aucGain: bootstrapAucGain(forecast.logit, baselines.ewma.logit, event, uniform),
    drawdown: both('drawdown'),
    volatility: both('volatility'),
  };
}

/** Percentile interval of AUC(own) − AUC(other) over the same blocks; draws without events or without calm are left out. */
function bootstrapAucGain(
  own: Float64Array,
  other: Float64Array,
  event: Uint8Array,
  uniform: () => number,
): { readonly low: number; readonly high: number } {
  const { blockLength, resamples, level } = BOOTSTRAP;
  const rows = event.length;
  const drawn = new Int32Array(rows);
  const gains: number[] = [];
  for (let k = 0; k < resamples; k++) {
    for (let at = 0; at < rows; at += blockLength) {
      const start = Math.floor(uniform() * (rows - blockLength + 1));
      for (let i = at; i < Math.min(rows, at + blockLength); i++) drawn[i] = start + i - at;
    }
    const hits = Uint8Array.from(drawn, (i) => event[i] ?? 0);
    const aucOf = (score: Float64Array) =>
      areaUnderCurve(
        Float64Array.from(drawn, (i) => score[i] ?? Number.NaN),
        hits,
      );
    const [auc, against] = [aucOf(own), aucOf(other)];
    if (auc !== null && against !== null) gains.push(auc - against);
  }
  gains.sort((a, b) => a - b);
  const at = (share: number) => gains[Math.min(gains.length - 1, Math.floor(share * gains.length))];
  return { low: at((1 - level) / 2) ?? Number.NaN, high: at((1 + level) / 2) ?? Number.NaN };
}

function riskModelOf({ heads }: StabilityModel): RiskModel {
  if (heads.risk === undefined) throw new RangeError('risk: got a model without a risk head, expected one');
  return heads.risk.model;
}
