import type { AuditedStep } from '../../coordinator/index.ts';
import type { NetworkDocument } from '../../protocol/network.ts';
import { createDataClock, type DataClock, loadMarket, loadSeries } from '../data/index.ts';
import { FeatureTables } from '../features/index.ts';
import type { StabilityModel } from '../models/index.ts';
import { auditedStepOf } from './audited-step.ts';
import { MAIN_COLLATERAL } from './collaterals.ts';
import { configuredCandidate } from './configured-candidate.ts';
import { loadCollaterals } from './load-collaterals.ts';
import type { ModelMonitorOptions } from './model-monitor.ts';
import { createPublicMarket, type PublicMarket } from './public-market.ts';
import type { RuntimeConfig } from './runtime-config.ts';

/** What a node holds of the rows that everybody knows, and what it makes of them. */
export type NodePublicData = {
  /** Which rows a round may see. */
  readonly clock: DataClock;
  readonly market: PublicMarket;
  /** Steps on public rows, where the network audits training. */
  readonly auditedStep: ((round: number) => AuditedStep) | undefined;
  /** What the model is watched on. */
  readonly monitoring: Pick<ModelMonitorOptions, 'collaterals' | 'reference' | 'shadow' | 'tables'>;
};

/** Reads the public files that a configuration names. @throws what reading them throws. */
export async function loadPublicData(
  config: RuntimeConfig,
  { parameters }: NetworkDocument,
  model: StabilityModel,
  signal: AbortSignal,
): Promise<NodePublicData> {
  const { series: feed } = await loadSeries(config.publicFeed, signal);
  const clock = createDataClock(feed, { rounds: config.rounds });
  const reference =
    config.publicMarket === undefined ? undefined : (await loadMarket(config.publicMarket, signal)).market;
  const others = await loadCollaterals(config.collaterals ?? [], signal);
  const tables = new FeatureTables();
  const market = createPublicMarket(feed, clock, model, reference, others, tables);
  const shadow = await configuredCandidate(config.shadow);
  const rows = { feed, ...(reference === undefined ? {} : { market: reference }) };
  return {
    clock,
    market,
    auditedStep: parameters.audit === undefined ? undefined : auditedStepOf(parameters, model, rows, clock),
    monitoring: {
      collaterals: [{ name: MAIN_COLLATERAL, feed, market: reference }, ...others],
      reference,
      shadow,
      tables,
    },
  };
}
