import { parseGwei } from 'viem';
import { BallastError } from '../../protocol/errors.ts';
import type { NetworkDocument } from '../../protocol/network.ts';
import type { OperatorIdentity } from '../keys/index.ts';
import { ChainLink } from './chain-link.ts';
import type { Conditions } from './conditions.ts';
import { DRY_RUN } from './dry-run.ts';
import { pause } from './pause.ts';
import type { RuntimeConfig } from './runtime-config.ts';

const WAITED_FOR = ['CHAIN_UNREACHABLE', 'ENDPOINTS_DISAGREE'] as const;

/**
 * Asks until the chain answers; what it then says may still be a mistake of the configuration.
 *
 * @throws as {@link ChainLink.open}, save for what is waited for; rejects when the signal fires.
 */
export async function reachChain(
  {
    config,
    document,
    identity,
    pollMs,
  }: {
    readonly config: RuntimeConfig;
    readonly document: NetworkDocument;
    readonly identity: OperatorIdentity;
    readonly pollMs: number;
  },
  conditions: Conditions,
  signal: AbortSignal,
): Promise<ChainLink> {
  const { maxGasPriceGwei } = config;
  for (;;) {
    try {
      const link = await ChainLink.open(document, config.rpc, identity.account, {
        signal,
        held: () => (config.dryRun === true ? DRY_RUN : conditions.holdingChain),
        blsSecret: identity.blsSecret(),
        ...(maxGasPriceGwei === undefined ? {} : { maxFeePerGas: parseGwei(String(maxGasPriceGwei)) }),
      });
      for (const code of WAITED_FOR) conditions.clear(code);
      return link;
    } catch (error) {
      signal.throwIfAborted();
      const code = WAITED_FOR.find((each) => error instanceof BallastError && error.code === each);
      if (code === undefined || !(error instanceof BallastError)) throw error;
      for (const other of WAITED_FOR) if (other !== code) conditions.clear(other);
      conditions.raise(code, error.message);
      await pause(pollMs, signal);
    }
  }
}
