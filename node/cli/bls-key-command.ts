import { createWriter } from '../../contracts/client/index.ts';
import { readNetworkDocument } from '../config/index.ts';
import { chainIdOf, openChain, planBlsKey, registerBls, requireBalance } from '../operator/index.ts';
import type { DefineCommand } from './command-entry.ts';
import { type ChainFlags, chainOf, withFolder } from './folder.ts';
import { openNodeKeystore } from './node-keystore.ts';
import type { SignerFlags } from './remote-signer.ts';
import { confirmSpending, printResult, type SpendingFlags, withSpendingFlags } from './spending.ts';

type Flags = SpendingFlags &
  ChainFlags &
  SignerFlags & { readonly keystore?: string; readonly passphraseFile?: string };

export const defineBlsKey: DefineCommand = (command) => {
  withSpendingFlags(withFolder(command))
    .option('--rpc <url>', 'JSON-RPC endpoint of the chain; the configuration’s unless given')
    .option('--network <file>', 'the network document; the configuration’s unless given')
    .option('--keystore <file>', 'the node’s keystore; the configuration’s unless given')
    .option('--passphrase-file <file>', 'file of mode 0600 with its passphrase')
    .option('--signer-url <url>', 'external signer that holds the hot key; the configuration’s unless given')
    .option('--signer-address <address>', 'the hot address that it holds')
    .action(nameKey);
};

async function nameKey(flags: Flags): Promise<void> {
  const { json } = flags;
  const { rpc, network } = await chainOf(flags);
  const { chain, contracts, name } = await readNetworkDocument(network);
  const chainId = chainIdOf(chain);
  const reader = await openChain({ rpcUrl: rpc, chain });
  const identity = await openNodeKeystore(flags, chainId);
  const signer = identity.account.address;
  const request = { nodeRegistry: contracts.nodeRegistry, secret: identity.blsSecret() };
  const plan = await planBlsKey(reader, { ...request, signer });
  if (plan.status === 'already-registered') {
    const { status, key } = plan;
    printResult(json ? { status, key, signer } : `already registered: BLS key ${key}`, json);
    return;
  }
  const what = `name BLS key ${plan.key.slice(0, 16)}… of ${signer} in ${name} on ${chain}`;
  if (!flags.dryRun) requireBalance(signer, plan.cost);
  if (!(await confirmSpending(what, plan.cost, flags))) return;
  const writer = createWriter({ rpcUrl: rpc, chainId }, identity.account);
  const done = await registerBls(reader, writer, request);
  const text = `${done.status}: ${done.transactionHash}\nit counts from the next committee on`;
  printResult(json ? { ...done, signer } : text, json);
}
