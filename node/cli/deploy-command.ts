import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { createWriter } from '../../contracts/client/index.ts';
import { UsageError } from '../../protocol/errors.ts';
import { networkId } from '../../protocol/network.ts';
import { readNetworkDocument } from '../config/index.ts';
import { obtainPassphrase, openStakeKeystore } from '../keys/index.ts';
import {
  activateNetwork,
  activationCost,
  chainIdOf,
  deploymentCost,
  deployNetwork,
  openChain,
  planActivation,
  readDeploymentPlan,
  recordPathOf,
  requireBalance,
  statePathOf,
} from '../operator/index.ts';
import type { DefineCommand } from './command-entry.ts';
import { passphraseSources } from './passphrases.ts';
import { confirmSpending, printResult, type SpendingFlags, withSpendingFlags } from './spending.ts';

type DeployFlags = SpendingFlags & {
  readonly rpc: string;
  readonly network: string;
  readonly deployerKeystore: string;
  readonly passphraseFile?: string;
};

const BEACON_DELAY = 64;

const withDeployer = (command: Command): Command =>
  withSpendingFlags(command)
    .requiredOption('--rpc <url>', 'JSON-RPC endpoint of the chain')
    .requiredOption('--deployer-keystore <file>', 'keystore of governance, as init --stake makes them')
    .option('--passphrase-file <file>', 'file of mode 0600 with its passphrase')
    .option('--network <file>', 'the network document', 'network.json');

export const defineDeploy: DefineCommand = (command) => {
  withDeployer(command).argument('<plan>', 'JSON file, as ballast plan prints it').action(deploy);
};

export const defineActivate: DefineCommand = (command) => {
  withDeployer(command)
    .option('--beacon-delay <blocks>', 'blocks from now to the first beacon', Number, BEACON_DELAY)
    .option('--operators <n>', 'activate with no fewer than this many', Number, 4)
    .option('--restorer <address>', 'who may ask for an earlier version, for good; the timelock unless given')
    .action(activate);
};

async function deploy(path: string, flags: DeployFlags): Promise<void> {
  const { rpc, network, json } = flags;
  const { chain, plan } = await readDeploymentPlan(path, network);
  const reader = await openChain({ rpcUrl: rpc, chain });
  const { account } = await openDeployer(flags);
  if (!existsSync(network)) {
    const cost = await deploymentCost(reader, account.address);
    if (!flags.dryRun && !existsSync(statePathOf(network))) requireBalance(account.address, cost);
    const what = `deploy the contracts of ${plan.template.name} on ${chain} from ${account.address}`;
    if (!(await confirmSpending(what, cost, flags))) return;
  }
  const writer = createWriter({ rpcUrl: rpc, chainId: chainIdOf(chain) }, account);
  const { contracts } = await deployNetwork(reader, writer, plan);
  const lines = Object.entries(contracts).map(([name, address]) => `${name} ${address}`);
  const text = [
    `wrote ${network}`,
    `wrote ${recordPathOf(network)}`,
    ...lines,
    'next: operators run ballast register, then ballast activate',
  ];
  printResult(json ? { network, contracts } : text.join('\n'), json);
}

async function activate(
  flags: DeployFlags & {
    readonly beaconDelay: number;
    readonly operators: number;
    readonly restorer?: string;
  },
): Promise<void> {
  const { rpc, network, json, beaconDelay, operators, restorer } = flags;
  requireAddress(restorer);
  const { chain, name } = await readNetworkDocument(network);
  const reader = await openChain({ rpcUrl: rpc, chain });
  const { account } = await openDeployer(flags);
  const { status: next } = await planActivation(reader, network, { minimumOperators: operators });
  const cost = await activationCost(reader, account.address);
  const isDue = next === 'activate';
  if (isDue && !flags.dryRun) requireBalance(account.address, cost);
  if (isDue && !(await confirmSpending(`activate ${name} on ${chain} from ${account.address}`, cost, flags)))
    return;
  const writer = createWriter({ rpcUrl: rpc, chainId: chainIdOf(chain) }, account);
  const { status, document, committee } = await activateNetwork(reader, writer, network, {
    beaconDelay,
    minimumOperators: operators,
    ...(restorer === undefined ? {} : { restorer }),
  });
  const id = networkId(document);
  // Later it is whoever has registered since, too.
  const people = `${committee.length} operators${isDue ? '' : ' registered now'}`;
  const text = `${status}: network ${id} with ${people}, first beacon at block ${document.genesis.beaconHeight}\nhand ${network} to every operator: its id is final now`;
  printResult(json ? { status, network: id, genesis: document.genesis, committee } : text, json);
}

/** @throws UsageError `ACTIVATE_RESTORER`. */
function requireAddress(restorer: string | undefined): void {
  if (restorer === undefined || /^0x[0-9a-fA-F]{40}$/.test(restorer)) return;
  throw new UsageError(
    'ACTIVATE_RESTORER',
    `--restorer: got ${restorer}, expected an address (0x and 40 hexadecimal digits)`,
    { metadata: { restorer } },
  );
}

async function openDeployer({ deployerKeystore, passphraseFile }: DeployFlags) {
  const sources = passphraseSources('BALLAST_STAKE', { flag: passphraseFile });
  return openStakeKeystore(deployerKeystore, await obtainPassphrase(sources, deployerKeystore));
}
