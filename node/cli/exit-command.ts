import { createWriter } from '../../contracts/client/index.ts';
import { readNetworkDocument } from '../config/index.ts';
import { chainIdOf, exitOperator, openChain, planExit, requireBalance } from '../operator/index.ts';
import type { DefineCommand } from './command-entry.ts';
import { type ChainFlags, chainOf, withFolder } from './folder.ts';
import { type OwnerFlags, openOwner } from './owner.ts';
import { confirmSpending, printResult, type SpendingFlags, withSpendingFlags } from './spending.ts';

type Flags = SpendingFlags & OwnerFlags & ChainFlags;

export const defineExit: DefineCommand = (command) => {
  withSpendingFlags(withFolder(command))
    .option('--rpc <url>', 'JSON-RPC endpoint of the chain; the configuration’s unless given')
    .option('--network <file>', 'the network document; the configuration’s unless given')
    .option('--stake-keystore <file>', 'keystore of the owner')
    .option('--stake-passphrase-file <file>', 'file of mode 0600 with its passphrase')
    .option('--owner <address>', 'the owner, whose key is elsewhere')
    .option('--print-transaction', 'print the transaction for the owner’s wallet and send nothing', false)
    .action(exit);
};

async function exit(flags: Flags): Promise<void> {
  const { json } = flags;
  const { rpc, network } = await chainOf(flags);
  const { chain, contracts, name } = await readNetworkDocument(network);
  const reader = await openChain({ rpcUrl: rpc, chain });
  const owner = await openOwner(flags);
  const plan = await planExit(reader, contracts.nodeRegistry, owner.address);
  if (owner.kind === 'elsewhere') {
    printResult({ chainId: chainIdOf(chain), from: owner.address, ...plan.call, value: 0n }, true);
    return;
  }
  const what = plan.step === 'exit' ? `leave ${name} on ${chain}` : `withdraw the bond from ${name}`;
  if (!flags.dryRun) requireBalance(owner.address, plan.cost);
  if (!(await confirmSpending(`${what}, owner ${owner.address}`, plan.cost, flags))) return;
  const writer = createWriter({ rpcUrl: rpc, chainId: chainIdOf(chain) }, owner.stake.account);
  const done = await exitOperator(reader, writer, contracts.nodeRegistry);
  const due = new Date(done.withdrawableAt * 1000).toISOString();
  const text =
    done.step === 'exit'
      ? `left: ${done.transactionHash}\nkeep the node running until the next committee; the bond is due at ${due}`
      : `withdrawn: ${done.transactionHash}`;
  printResult(json ? done : text, json);
}
