import { parseEther } from 'viem';
import { createWriter } from '../../contracts/client/index.ts';
import { UsageError } from '../../protocol/errors.ts';
import { readNetworkDocument } from '../config/index.ts';
import {
  chainIdOf,
  openChain,
  planRegistration,
  registerOperator,
  requireBalance,
} from '../operator/index.ts';
import type { DefineCommand } from './command-entry.ts';
import { type ChainFlags, chainOf, withFolder } from './folder.ts';
import { openNodeKeystore } from './node-keystore.ts';
import { type OwnerFlags, openOwner } from './owner.ts';
import type { SignerFlags } from './remote-signer.ts';
import { confirmSpending, printResult, type SpendingFlags, withSpendingFlags } from './spending.ts';

type Flags = SpendingFlags &
  OwnerFlags &
  ChainFlags &
  SignerFlags & {
    readonly keystore?: string;
    readonly passphraseFile?: string;
    readonly bond?: string;
  };

export const defineRegister: DefineCommand = (command) => {
  withSpendingFlags(withFolder(command))
    .option('--rpc <url>', 'JSON-RPC endpoint of the chain; the configuration’s unless given')
    .option('--network <file>', 'the network document; the configuration’s unless given')
    .option('--keystore <file>', 'the node’s keystore; the configuration’s unless given')
    .option('--passphrase-file <file>', 'file of mode 0600 with its passphrase')
    .option('--stake-keystore <file>', 'keystore of the owner')
    .option('--stake-passphrase-file <file>', 'file of mode 0600 with its passphrase')
    .option('--owner <address>', 'the owner, whose key is elsewhere')
    .option('--print-transaction', 'print the transaction for the owner’s wallet and send nothing', false)
    .option('--bond <eth>', 'bond in ETH; the registry’s minimum unless given')
    .option('--signer-url <url>', 'external signer that holds the hot key; the configuration’s unless given')
    .option('--signer-address <address>', 'the hot address that it holds')
    .action(register);
};

async function register(flags: Flags): Promise<void> {
  const { json } = flags;
  const { rpc, network } = await chainOf(flags);
  const { chain, contracts, name } = await readNetworkDocument(network);
  const reader = await openChain({ rpcUrl: rpc, chain });
  const identity = await openNodeKeystore(flags, chainIdOf(chain));
  const signer = identity.account;
  const owner = await openOwner(flags);
  const request = {
    nodeRegistry: contracts.nodeRegistry,
    keys: { node: identity.signer, signer },
    ...(flags.bond === undefined ? {} : { bond: parseBond(flags.bond) }),
  };
  const plan = await planRegistration(reader, { ...request, owner: owner.address });
  const names = { node: identity.nodeId, owner: owner.address, signer: signer.address };
  if (plan.status === 'already-registered') {
    printResult(json ? { status: plan.status, ...names } : `already registered: ${identity.nodeId}`, json);
    return;
  }
  if (owner.kind === 'elsewhere') {
    const transaction = { chainId: chainIdOf(chain), from: owner.address, ...plan.call };
    // JSON in any case: it is made to be pasted.
    printResult(transaction, true);
    return;
  }
  const what = `register ${identity.nodeId} in ${name} on ${chain}, owner ${owner.address}, signer ${signer.address}`;
  if (!flags.dryRun) requireBalance(owner.address, plan.cost);
  if (!(await confirmSpending(what, plan.cost, flags))) return;
  const writer = createWriter({ rpcUrl: rpc, chainId: chainIdOf(chain) }, owner.stake.account);
  const { status, transactionHash } = await registerOperator(reader, writer, request);
  const days = (plan.unbondingDelaySeconds / 86_400).toFixed(1);
  const text = `${status}: ${transactionHash}\nthe bond comes back ${days} days after an exit`;
  printResult(json ? { status, transactionHash, ...names } : text, json);
}

function parseBond(text: string): bigint {
  if (/^\d{1,12}(\.\d{1,18})?$/.test(text)) return parseEther(text);
  throw new UsageError('BOND', `--bond: got ${text}, expected ETH such as 32 or 0.5`);
}
