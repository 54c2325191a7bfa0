import { nameOf, type PairScore, roundScore } from '../../coordinator/index.ts';
import { UsageError } from '../../protocol/errors.ts';
import { collateralName } from '../../protocol/gate-pair.ts';
import type { DataClock, HourRange } from '../data/index.ts';
import {
  buildExamples,
  buildRiskExamples,
  FeatureTables,
  type HourlySeries,
  type MarketWindow,
  RISK_WARMUP_HOURS,
  WARMUP_HOURS,
} from '../features/index.ts';
import {
  pegHeadName,
  pegLoss,
  type StabilityModel,
  trainingLossOfRisk,
  weightsOfHead,
} from '../models/index.ts';

/** The name of the collateral whose feed is the network's calendar. */
export const MAIN_COLLATERAL = 'main';
/** Public collaterals beside the main one. */
export const MAX_COLLATERALS = 15;

/** One public collateral: a peg to forecast, a volatile asset whose risk is told, or both. */
export type PublicCollateral = {
  readonly name: string;
  readonly feed?: HourlySeries | undefined;
  readonly market?: MarketWindow | undefined;
};

/** Scores of a head on one collateral over a range of hours; undefined where no row is known there. */
type Scorer = {
  readonly head: string;
  readonly collateral: string;
  readonly deadBand?: number;
  readonly score: (rows: HourRange, weights: Float64Array) => number | undefined;
};

/**
 * What the gate judges a round's candidate by: every head on every collateral that has data for it, over the round's
 * hours alone.
 *
 * @param collaterals the main one first.
 * @param reference the public market beside which features of a market are computed.
 * @param tables of the same public data, where others have them too.
 * @returns scores of weights on a round's rows, rounded; less is better.
 * @throws UsageError `COLLATERAL_NAME` for a name that is none or comes twice, or more than 16; `COLLATERAL_UNCOVERED`
 *   for data, the main one's apart, that do not reach over all rounds of `clock`.
 */
export function createPairScores(
  model: StabilityModel,
  clock: DataClock,
  collaterals: readonly PublicCollateral[],
  reference: MarketWindow | undefined,
  tables = new FeatureTables(),
): (round: number, weights: Float64Array) => readonly PairScore[] {
  requireNames(collaterals.map(({ name }) => name));
  for (const collateral of collaterals.slice(1)) requireCovered(collateral, clock);
  const scorers = collaterals.flatMap((collateral) => [
    ...pegScorer(model, collateral, tables),
    ...riskScorer(model, collateral, reference, tables),
  ]);
  return (round, weights) => {
    const rows = clock.gate(round);
    return scorers.flatMap(({ head, collateral, deadBand, score }) => {
      const own = score(rows, weights);
      // A window without a row judges nothing, whatever the weights.
      if (own === undefined) return [];
      const rounded = roundScore(own) ?? Number.NaN;
      return [{ head, collateral, score: rounded, ...(deadBand === undefined ? {} : { deadBand }) }];
    });
  };
}

function pegScorer(model: StabilityModel, { name, feed }: PublicCollateral, tables: FeatureTables): Scorer[] {
  if (feed === undefined) return [];
  return model.heads.peg.map((peg) => {
    const table = tables.peg(feed, peg.model.horizon);
    const score = (rows: HourRange, weights: Float64Array) => {
      const examples = buildExamples(table, rows);
      return pegLoss(peg.model, weightsOfHead(model, peg, weights), peg.numbers, examples);
    };
    return { head: pegHeadName(model, peg), collateral: name, score };
  });
}

function riskScorer(
  model: StabilityModel,
  { name, market }: PublicCollateral,
  reference: MarketWindow | undefined,
  tables: FeatureTables,
): Scorer[] {
  const { risk } = model.heads;
  if (risk === undefined || market === undefined || reference === undefined) return [];
  const table = tables.risk(market, reference);
  const score = (rows: HourRange, weights: Float64Array) => {
    const examples = buildRiskExamples(table, rows);
    if (examples.rows === 0) return undefined;
    return trainingLossOfRisk(risk.model, weightsOfHead(model, risk, weights), examples);
  };
  return [{ head: 'risk', collateral: name, deadBand: model.spec.heads.risk?.deadBand ?? 0, score }];
}

function requireNames(names: readonly string[]): void {
  const bad = names.find((name, i) => !collateralName.safeParse(name).success || names.indexOf(name) !== i);
  if (bad === undefined && names.length <= MAX_COLLATERALS + 1) return;
  throw new UsageError(
    'COLLATERAL_NAME',
    `collaterals: got ${bad === undefined ? names.length : `"${bad}"`}, expected at most ${MAX_COLLATERALS} names such as dai, each once and none "${MAIN_COLLATERAL}"`,
    { metadata: { name: bad, count: names.length } },
  );
}

/** Data that end between two rounds would judge some candidates and not others. */
function requireCovered({ name, feed, market }: PublicCollateral, clock: DataClock): void {
  const from = clock.gate(1).from;
  const to = clock.gate(clock.rounds).to + clock.horizonHours;
  const heads = [
    { head: 'peg', startHour: feed?.startHour, hours: feed?.deviation.length, warmup: WARMUP_HOURS },
    { head: 'risk', startHour: market?.startHour, hours: market?.close.length, warmup: RISK_WARMUP_HOURS },
  ];
  for (const { head, startHour, hours, warmup } of heads) {
    if (startHour === undefined || hours === undefined) continue;
    if (startHour + warmup <= from && startHour + hours >= to) continue;
    throw new UsageError(
      'COLLATERAL_UNCOVERED',
      `${nameOf({ head, collateral: name })}: got hours ${startHour} to ${startHour + hours}, expected ${from - warmup} to ${to}, the hours of the gate and ${warmup} before them`,
      {
        metadata: { collateral: name, head, from, to },
        hint: 'bring a longer file, or leave the collateral out',
      },
    );
  }
}
