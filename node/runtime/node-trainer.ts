import type { NetworkDocument } from '../../protocol/network.ts';
import { parseModelSpec } from '../models/index.ts';
import { createTrainer, DEFAULT_ENGINE, type EngineName, type Trainer } from '../training/index.ts';
import type { RuntimeConfig } from './runtime-config.ts';

/** The trainer of a node's own rows. Its thread reads them; nothing else of the node does. */
export function openNodeTrainer(
  { slice, market, publicMarket, engine }: RuntimeConfig,
  { model, parameters }: NetworkDocument,
): Trainer {
  const { record } = parameters.privacy;
  return createTrainer({
    source: slice,
    ...(market === undefined || publicMarket === undefined
      ? {}
      : { market: { own: market, reference: publicMarket } }),
    model: parseModelSpec(model),
    ...(record === undefined ? {} : { record }),
    engine: (engine ?? DEFAULT_ENGINE) as EngineName,
    entropy: { kind: 'system' },
  });
}
