import { readNetworkDocument } from '../config/index.ts';
import { openChain, readRecord, verifyContracts } from '../operator/index.ts';
import type { DefineCommand } from './command-entry.ts';
import { printResult } from './spending.ts';

type Flags = { readonly rpc: string; readonly network: string; readonly json: boolean };

export const defineContracts: DefineCommand = (command) => {
  command
    .requiredOption('--rpc <url>', 'JSON-RPC endpoint of the chain')
    .option('--network <file>', 'the network document; the addresses file lies beside it', 'network.json')
    .option('--json', 'print the result as a line of JSON', false)
    .action(compare);
};

async function compare({ rpc, network, json }: Flags): Promise<void> {
  const document = await readNetworkDocument(network);
  const record = await readRecord(network);
  const reader = await openChain({ rpcUrl: rpc, chain: document.chain });
  await verifyContracts(reader, document, record);
  const lines = Object.entries(record.contracts).map(([name, { address }]) => `${name} ${address}`);
  const text = [...lines, `${lines.length} contracts are what the file says, and name each other`].join('\n');
  printResult(json ? record : text, json);
}
