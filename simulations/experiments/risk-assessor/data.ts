import { generateProtocol } from '../../../node/data/index.ts';
import { openHistory, RISK_INPUTS, schemaRows } from '../../../node/features/library/index.ts';
import {
  type AssessorExamples,
  type AssessorNumbers,
  type ByScore,
  buildAssessorExamples,
  RISK_SCORES,
  type RiskScore,
} from '../../../node/models/assessor/index.ts';
import { empiricalQuantile } from '../../../node/models/index.ts';

/** Inputs and outcomes of one generated protocol. */
export type ProtocolRows = {
  readonly x: Float64Array;
  readonly hour: Float64Array;
  readonly outcomes: Readonly<Record<RiskScore, Float64Array>>;
};

export function protocolRows(seed: number, venue: number, days: number, every: number): ProtocolRows {
  const { bars, states, books, activity, hour, outcomes } = generateProtocol(seed, venue, { days, every });
  const history = openHistory({ bars, states, books, activity });
  const times = states.slice(0, hour.length).map(({ time }) => time);
  return { x: schemaRows(RISK_INPUTS, history, times).x, hour, outcomes };
}

/**
 * An assessor's published numbers from public rows: an outcome's 95 % quantile is its scale, its 90 % quantile the
 * threshold of a bad outcome; all scores weigh alike.
 */
export function publishedNumbers(rows: ProtocolRows, range: { from: number; to: number }): AssessorNumbers {
  const own = rows.hour.map((hour) => (hour >= range.from && hour < range.to ? 1 : 0));
  const byScore = (of: (score: RiskScore) => number): ByScore => {
    const [collateral = 0, market = 0, protocol = 0, liquidity = 0, contagion = 0] = RISK_SCORES.map(of);
    return { collateral, market, protocol, liquidity, contagion };
  };
  const quantile = (level: number) =>
    byScore((score) =>
      Math.max(
        1e-3,
        empiricalQuantile(
          rows.outcomes[score].filter((_, i) => own[i] === 1),
          level,
        ),
      ),
    );
  return { scale: quantile(0.95), threshold: quantile(0.9), weights: byScore(() => 1 / RISK_SCORES.length) };
}

/** Mean label of each score over public rows. */
export function meanLabels(rows: ProtocolRows, { scale }: AssessorNumbers, to: number): ByScore {
  const mean = (score: RiskScore) => {
    const own = rows.outcomes[score].filter((_, i) => rows.hour[i]! < to);
    const labels = own.map((outcome) => Math.min(1, outcome / scale[score]));
    return Math.min(0.99, Math.max(0.01, labels.reduce((sum, label) => sum + label, 0) / labels.length));
  };
  return {
    collateral: mean('collateral'),
    market: mean('market'),
    protocol: mean('protocol'),
    liquidity: mean('liquidity'),
    contagion: mean('contagion'),
  };
}

/** Rows before and from a cut on; labels of 24 hours reach over it from neither. */
export function splitAt(
  rows: ProtocolRows,
  numbers: AssessorNumbers,
  cut: number,
): { readonly train: AssessorExamples; readonly test: AssessorExamples } {
  return {
    train: buildAssessorExamples(rows, numbers, { from: Number.NEGATIVE_INFINITY, to: cut - 24 }),
    test: buildAssessorExamples(rows, numbers, { from: cut, to: Number.POSITIVE_INFINITY }),
  };
}
