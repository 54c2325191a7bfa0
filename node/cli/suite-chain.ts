import type { Command } from 'commander';
import {
  type ChainReader,
  governedContracts,
  KNOWN_NAMES,
  type ProposalDirectory,
  recordedAddressOf,
  type SuiteAddresses,
  suiteOf,
} from '../../contracts/client/index.ts';
import type { NetworkDocument } from '../../protocol/network.ts';
import { readNetworkDocument } from '../config/index.ts';
import { openChain, readRecord } from '../operator/index.ts';
import { type ChainFlags, chainOf, withFolder } from './folder.ts';

/** A network's contracts, as a command reads and writes them. */
export type SuiteChain = {
  readonly reader: ChainReader;
  readonly document: NetworkDocument;
  readonly suite: SuiteAddresses;
};

/** A network, its governor, and what its contracts are called in proposals. */
export type GovernedChain = SuiteChain & {
  readonly governor: string;
  readonly directory: ProposalDirectory;
};

export function withChain(command: Command): Command {
  return withFolder(command)
    .option('--rpc <url>', 'JSON-RPC endpoint of the chain; the configuration’s unless given')
    .option('--network <file>', 'the network document; the configuration’s unless given');
}

/** @throws what reading the document or reaching its chain throws. */
export async function openSuite(flags: ChainFlags): Promise<SuiteChain> {
  const { rpc, network } = await chainOf(flags);
  const document = await readNetworkDocument(network);
  const reader = await openChain({ rpcUrl: rpc, chain: document.chain });
  return { reader, document, suite: await suiteOf(reader, document.contracts.parameterRegistry) };
}

/** With the addresses file beside the network document. @throws as {@link openSuite}; UsageError `CONTRACTS_FILE`. */
export async function openGoverned(flags: ChainFlags): Promise<GovernedChain> {
  const { network } = await chainOf(flags);
  const record = await readRecord(network);
  const chain = await openSuite(flags);
  const addresses = Object.fromEntries(
    Object.entries(record.contracts).map(([name, { address }]) => [name, address]),
  );
  return {
    ...chain,
    governor: recordedAddressOf(record)('governor'),
    directory: { contracts: governedContracts(addresses), names: KNOWN_NAMES },
  };
}
