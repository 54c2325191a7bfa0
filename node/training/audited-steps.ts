import { type AuditedStep, beaconDraws } from '../../coordinator/index.ts';
import { BallastError } from '../../protocol/errors.ts';
import type { HourRange } from '../data/clock.ts';
import {
  buildExamples,
  buildRiskExamples,
  computeFeatures,
  computeMarketFeatures,
  endHour,
  type HourlySeries,
  LONGEST_HORIZON_HOURS,
  type MarketWindow,
  WARMUP_HOURS,
  withMirror,
} from '../features/index.ts';
import type { StabilityModel } from '../models/index.ts';
import type { TrainingEngine } from './engine.ts';
import { float64Engine } from './float64-engine.ts';
import { countRecords, type HeadExamples, openHeads } from './heads.ts';
import { type LocalTrainingOptions, trainLocally } from './local-training.ts';

/** Days of public rows that one audited step trains on. */
const WINDOW_DAYS = 7;
const DAY_HOURS = 24;

/** What everyone has of the market. */
export type PublicRows = {
  readonly feed: HourlySeries;
  /** What a risk head is trained on; its rows are the public asset's own. */
  readonly market?: MarketWindow;
};

/**
 * The step of training that proofs of training are made of: one full-batch gradient step, records clipped as in local
 * training, over a week of public rows that the step's seed chooses. It reads no private row and draws nothing: two
 * nodes with the same public rows step to the same bits.
 *
 * @param range rows that the round may use: the data clock's `training(round)`.
 * @param engine the plain one unless given: it is the one that is exact.
 * @throws BallastError `AUDIT_ROWS` for public rows that hold no week.
 */
export function auditedSteps(
  model: StabilityModel,
  { feed, market }: PublicRows,
  options: LocalTrainingOptions,
  engine: TrainingEngine = float64Engine,
): (range: HourRange) => AuditedStep {
  const tables = model.heads.peg.map(({ model: { horizon } }) => computeFeatures(feed, horizon));
  const marketTable = market === undefined ? undefined : computeMarketFeatures(market, market);
  const plain: LocalTrainingOptions = {
    unit: 'none',
    localSteps: 1,
    learningRate: options.learningRate,
    recordClipNorm: options.recordClipNorm,
    noiseMultiplier: 0,
    gridBits: options.gridBits,
    nominalRecords: 1,
  };
  return ({ from, to }) => {
    const first = Math.max(from, feed.startHour + WARMUP_HOURS);
    const last = Math.min(to, endHour(feed) - LONGEST_HORIZON_HOURS);
    const places = Math.floor((last - first) / DAY_HOURS) - WINDOW_DAYS + 1;
    if (!(places >= 1)) {
      throw new BallastError(
        'AUDIT_ROWS',
        `audit: got public rows of ${last - first} hours, expected at least ${WINDOW_DAYS} days to train on`,
        { metadata: { first, last } },
      );
    }
    return (weights, seed) => {
      const begin = first + beaconDraws('ballast/audited-rows/1', seed).below(places) * DAY_HOURS;
      const rows = { from: begin, to: begin + WINDOW_DAYS * DAY_HOURS };
      const examples: HeadExamples = {
        peg: tables.map((table) => withMirror(buildExamples(table, rows))),
        ...(marketTable === undefined ? {} : { risk: buildRiskExamples(marketTable, rows) }),
      };
      const gradients = openHeads(engine, model, examples);
      try {
        const step = { ...plain, nominalRecords: Math.max(1, countRecords(examples)) };
        const moved = trainLocally(gradients, weights, step, noRandomness);
        return weights.map((weight, i) => weight + (moved[i] ?? 0));
      } finally {
        gradients.dispose();
      }
    };
  };
}

function noRandomness(): never {
  throw new BallastError('AUDIT_RANDOMNESS', 'audit: got a step that draws, expected all from its seed');
}
