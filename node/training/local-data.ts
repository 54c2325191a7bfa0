import type { Digest } from '../../protocol/digest.ts';
import { versionOfSources } from '../data/archive/version.ts';
import {
  type LoadReport,
  loadMarket,
  loadMarketBlocks,
  loadSeries,
  loadSeriesBlocks,
} from '../data/index.ts';
import {
  buildExamples,
  buildRiskExamples,
  computeFeatures,
  computeMarketFeatures,
  type ExampleSet,
  type ExamplesOf,
  type PegHorizon,
  pegBlocks,
  type RiskExamples,
  recordHoursOf,
  riskBlocks,
  withMirror,
} from '../features/index.ts';
import type { HeadExamples } from './heads.ts';
import type { WorkerSetup } from './worker-protocol.ts';

type SourceReport = LoadReport & { readonly hours: number; readonly startHour: number };

/** A node's own data, ready to be trained on. */
export type LocalData = {
  /** Examples of the rows in [from, to) hours, by record; the peg's with their mirror images. */
  readonly examples: ExamplesOf<HeadExamples>;
  /** What the peg's source was like, and one digest of all that was read. */
  readonly report: SourceReport & { readonly version: Digest };
};

/**
 * Loads what a node trains on, its records as the network has them: UTC days of examples, or blocks that nothing outside
 * enters.
 *
 * @param setup its `horizons` those of the model.
 * @throws what loading throws.
 */
export async function openLocalData(
  setup: Pick<WorkerSetup, 'source' | 'market' | 'record'> & { readonly horizons: readonly PegHorizon[] },
): Promise<LocalData> {
  const { peg, report } = await openPeg(setup);
  const risk = await openRisk(setup);
  const { source, market } = setup;
  const version = await versionOfSources([
    source,
    ...(market === undefined ? [] : [market.own, market.reference]),
  ]);
  const recordHours = recordHoursOf(setup.record);
  return {
    report: { ...report, version },
    examples: (range) => ({
      peg: peg.map((of) => withMirror(of(range))),
      ...(risk === undefined ? {} : { risk: risk(range) }),
      recordHours,
    }),
  };
}

async function openPeg({
  source,
  record,
  horizons,
}: Pick<WorkerSetup, 'source' | 'record'> & { readonly horizons: readonly PegHorizon[] }): Promise<{
  readonly peg: readonly ExamplesOf<ExampleSet>[];
  readonly report: SourceReport;
}> {
  if (record === undefined) {
    const { series, carriedHours, flagged } = await loadSeries(source);
    const { startHour, deviation } = series;
    return {
      peg: horizons.map((horizon) => {
        const table = computeFeatures(series, horizon);
        return (range) => buildExamples(table, range);
      }),
      report: { hours: deviation.length, startHour, carriedHours, flagged },
    };
  }
  const { blocks, carriedHours, flagged } = await loadSeriesBlocks(source, record);
  const hours = blocks.reduce((sum, { deviation }) => sum + deviation.length, 0);
  return {
    peg: horizons.map((horizon) => pegBlocks(blocks, record, horizon)),
    report: { hours, startHour: blocks[0]?.startHour ?? 0, carriedHours, flagged },
  };
}

async function openRisk({
  market,
  record,
}: Pick<WorkerSetup, 'market' | 'record'>): Promise<ExamplesOf<RiskExamples> | undefined> {
  if (market === undefined) return undefined;
  const reference = (await loadMarket(market.reference)).market;
  if (record !== undefined) {
    return riskBlocks((await loadMarketBlocks(market.own, record)).blocks, reference, record);
  }
  const table = computeMarketFeatures((await loadMarket(market.own)).market, reference);
  return (range) => buildRiskExamples(table, range);
}
