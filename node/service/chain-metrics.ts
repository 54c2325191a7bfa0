import { HALT_SCOPES } from '../../contracts/client/index.ts';
import type { BreakerJson, OverrideJson, ParameterJson } from '../api/index.ts';
import type { Metrics } from '../metrics/index.ts';
import type { ChainLink, NodeView } from '../runtime/index.ts';

/** A scrape waits for the chain so long; then it has what was read before, and the next one what is read now. */
const PATIENCE_MS = 20;

export type ChainReadings = {
  /** The last version that the chain has. */
  readonly version: (link: ChainLink) => Promise<number>;
  readonly parameters: (link: ChainLink) => Promise<readonly ParameterJson[]>;
  readonly breaker: (link: ChainLink) => Promise<BreakerJson>;
  readonly overrides: (link: ChainLink) => Promise<readonly OverrideJson[]>;
};

/**
 * What sets the gauges of what the chain says. A chain that is away leaves them as they were; its condition says so. It
 * is asked for one reading at a time: what the last scrape waited for in vain, the next does not wait for again.
 */
export function chainGauges(
  metrics: Pick<Metrics, 'set' | 'setAll'>,
  readings: ChainReadings,
): (view: Pick<NodeView, 'link'>) => Promise<void> {
  let isReading = false;
  const read = async (link: ChainLink): Promise<void> => {
    isReading = true;
    try {
      await Promise.allSettled([
        readings.version(link).then((version) => metrics.set('ballast_chain_version', version)),
        readings.parameters(link).then((parameters) => setParameters(metrics, parameters)),
        readings.breaker(link).then((breaker) => setBreaker(metrics, breaker)),
        readings.overrides(link).then(({ length }) => metrics.set('ballast_overrides', length)),
      ]);
    } finally {
      isReading = false;
    }
  };
  return async ({ link }) => {
    if (link === undefined || isReading) return;
    const patience = Promise.withResolvers<void>();
    const timer = setTimeout(patience.resolve, PATIENCE_MS);
    await Promise.race([read(link), patience.promise]).finally(() => clearTimeout(timer));
  };
}

function setBreaker(metrics: Pick<Metrics, 'set' | 'setAll'>, { severity, halts }: BreakerJson): void {
  metrics.set('ballast_breaker_severity', severity);
  metrics.set('ballast_breaker_halts', halts.length);
  metrics.setAll(
    'ballast_breaker_halted',
    HALT_SCOPES.map((scope) => ({
      labels: { scope },
      value: halts.some((halt) => halt.scope === scope) ? 1 : 0,
    })),
  );
}

function setParameters(metrics: Pick<Metrics, 'setAll'>, parameters: readonly ParameterJson[]): void {
  metrics.setAll(
    'ballast_parameter_value',
    parameters.map(({ name, value, unit }) => ({
      labels: { parameter: name },
      // Only shown, so a float is good enough.
      value: unit.startsWith('wad') ? Number(value) / 1e18 : Number(value),
    })),
  );
  metrics.setAll(
    'ballast_parameter_budget_left_ratio',
    parameters.flatMap(({ name, budgets }) =>
      (['up', 'down'] as const).flatMap((direction) => {
        const { total, left } = budgets[direction];
        const labels = { parameter: name, direction };
        return total === '0' ? [] : [{ labels, value: Number(left) / Number(total) }];
      }),
    ),
  );
}
