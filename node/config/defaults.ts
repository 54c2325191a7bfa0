import { formatGwei } from 'viem';
import { DEFAULT_MAX_FEE_PER_GAS } from '../../contracts/client/gas-fees.ts';
import type { NetworkDocument } from '../../protocol/network.ts';
import { defaultThreads } from '../kernels/open-kernels.ts';
import { DEFAULT_LISTEN } from '../network/listen-address.ts';
import { DEFAULT_ENGINE } from '../training/engines.ts';
import type { Fallback } from './effective.ts';

/**
 * What a node does where its configuration is silent. What belongs to a group that may be left out as a whole, as the
 * HTTP interface, has its defaults in the schema.
 *
 * @param network the document and where it was read; without it, what comes from it is left out.
 */
export function configDefaults(
  network: { readonly document: NetworkDocument; readonly path: string } | undefined,
): ReadonlyMap<string, Fallback> {
  const values: Record<string, unknown> = {
    listen: DEFAULT_LISTEN,
    maxGasPriceGwei: Number(formatGwei(DEFAULT_MAX_FEE_PER_GAS)),
    engine: DEFAULT_ENGINE,
    'aggregation.kernels': 'auto',
    'aggregation.threads': defaultThreads(),
    'breaker.observe': false,
    'evidence.report': false,
    archive: false,
    dryRun: false,
    'log.level': 'info',
    'log.format': 'human',
    'log.file': true,
  };
  const fallbacks = new Map<string, Fallback>(
    Object.entries(values).map(([name, value]) => [name, { value, origin: 'default' }]),
  );
  if (network !== undefined) {
    const { epsilonBudget } = network.document.parameters.privacy;
    fallbacks.set('privacy.epsilonBudget', { value: epsilonBudget, origin: network.path });
  }
  return fallbacks;
}
