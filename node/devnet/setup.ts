import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createTestClient, http, parseEther } from 'viem';
import {
  type Anvil,
  createReader,
  createWriter,
  type Endpoint,
  recordedAddressOf,
} from '../../contracts/client/index.ts';
import { UsageError } from '../../protocol/errors.ts';
import { layoutHash } from '../../protocol/layout.ts';
import type { NetworkDocument, NetworkParameters } from '../../protocol/network.ts';
import { weightsDigest } from '../../protocol/vectors.ts';
import { apiConfigSchema } from '../api/config.ts';
import type { NodeConfig } from '../config/index.ts';
import type { Slices } from '../data/index.ts';
import { createKeystore, type OperatorIdentity } from '../keys/index.ts';
import { createModel, genesisOf, type ModelSpec } from '../models/index.ts';
import {
  activateNetwork,
  deployNetwork,
  initialiseStake,
  type NetworkTemplate,
  readRecord,
  registerBls,
  registerOperator,
} from '../operator/index.ts';
import { LevelStore, StoreError } from '../store/index.ts';
import type { DevnetOptions } from './options.ts';
import { writePeople } from './people.ts';
import { openReferenceCore } from './reference.ts';
import { devnetPeople, devnetSuite } from './suite.ts';
import { type SuiteReader, suiteReader } from './suite-line.ts';

const MARKER = 'devnet.json';
const BLOCK_SECONDS = 1;
/** Keys of a devnet live for minutes and hold play money: a light lock keeps the start quick. */
const SCRYPT_COST = 2 ** 14;
const FUNDS = parseEther('100');
/** Nodes that have the breaker observe: one does, another where it is away. Observations count, not observers. */
const KEEPERS = 2;
/** Blocks between the setup and the first beacon. */
const FIRST_BEACON_BLOCKS = 4;

export type PreparedNode = {
  readonly identity: OperatorIdentity;
  readonly label: string;
  readonly configPath: string;
};

/**
 * Empties the devnet's folder of an earlier run; refuses a folder that is not one.
 *
 * @throws UsageError `DEVNET_FOLDER`.
 */
export async function prepareFolder(dataDir: string): Promise<void> {
  const entries = await readdir(dataDir).catch((cause: NodeJS.ErrnoException): string[] => {
    // What cannot be looked into must not be replaced.
    if (cause.code === 'ENOENT') return [];
    throw new UsageError('DEVNET_FOLDER', `--data-dir: got ${dataDir} (${cause.code}), expected a folder`, {
      cause,
    });
  });
  if (entries.length > 0 && !entries.includes(MARKER)) {
    throw new UsageError(
      'DEVNET_FOLDER',
      `--data-dir: ${dataDir} holds other files, expected an empty folder or an earlier devnet's`,
    );
  }
  if (entries.includes(nodeName(0))) await requireIdle(dataDir);
  try {
    await rm(dataDir, { recursive: true, force: true });
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    await writeFile(join(dataDir, MARKER), '{}\n', { mode: 0o600 });
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? cause.code : cause;
    throw new UsageError(
      'DEVNET_FOLDER',
      `--data-dir: got ${dataDir} (${reason}), expected a folder that can be written`,
      { cause },
    );
  }
}

/** A running devnet keeps its databases locked, however its process may be called. */
async function requireIdle(dataDir: string): Promise<void> {
  const database = join(nodeFolder(dataDir, 0), 'data', 'db');
  if (!existsSync(database)) return;
  try {
    await (await LevelStore.open(database)).close();
  } catch (cause) {
    if (!(cause instanceof StoreError) || cause.code !== 'DATA_DIR_LOCKED') return;
    throw new UsageError('DEVNET_FOLDER', `--data-dir: a devnet is running in ${dataDir}`, {
      hint: 'end it, or give another folder',
      cause,
    });
  }
}

/** Makes keys for each node in a folder of its own, and keystores for the devnet's people. */
export async function makeIdentities(dataDir: string, nodes: number): Promise<OperatorIdentity[]> {
  const identities: OperatorIdentity[] = [];
  for (let index = 0; index < nodes; index++) {
    const folder = nodeFolder(dataDir, index);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const password = randomBytes(24).toString('base64url');
    await writeFile(join(folder, 'password'), `${password}\n`, { mode: 0o600 });
    identities.push(
      await createKeystore(join(folder, 'keystore.json'), password, { scryptCost: SCRYPT_COST }),
    );
  }
  await writePeople(dataDir, SCRYPT_COST);
  return identities;
}

/** Deploys, funds, makes stake keys, registers and activates, as deployer and operators of a real network do. */
export async function setUpChain(
  anvil: Anvil,
  options: DevnetOptions,
  parameters: NetworkParameters,
  identities: readonly OperatorIdentity[],
  bootstrapPort: number,
  spec: ModelSpec,
): Promise<{ readonly document: NetworkDocument; readonly readSuite: SuiteReader }> {
  const endpoint: Endpoint = { rpcUrl: anvil.rpcUrl, chainId: anvil.chainId, pollingIntervalMs: 50 };
  const reader = createReader(endpoint);
  const { deployer } = devnetPeople();
  const governance = createWriter(endpoint, deployer);
  const { timestamp } = await reader.getBlock();
  const path = join(options.dataDir, 'network.json');
  const { contracts } = await deployNetwork(reader, governance, {
    document: path,
    template: networkTemplate(parameters, identities, bootstrapPort, spec),
    suite: devnetSuite(Number(timestamp), options.votingSeconds),
    beaconDelay: FIRST_BEACON_BLOCKS,
  });
  const addressOf = recordedAddressOf(await readRecord(path));
  const core = await openReferenceCore(reader, createWriter(endpoint, devnetPeople().keeper), addressOf);
  for (const [index, identity] of identities.entries())
    await registerIdentity(anvil, options.dataDir, contracts.nodeRegistry, identity, index);
  if (options.bls === true) {
    const { nodeRegistry } = contracts;
    for (const identity of identities) {
      const hot = createWriter(endpoint, identity.account);
      await registerBls(reader, hot, { nodeRegistry, secret: identity.blsSecret() });
    }
  }
  const { document } = await activateNetwork(reader, governance, path, {
    beaconDelay: FIRST_BEACON_BLOCKS,
    minimumOperators: identities.length,
    ...(options.bls === true ? { blsCommitteeSize: identities.length } : {}),
  });
  const [decisionLog, circuitBreaker] = [addressOf('decisionLog'), addressOf('circuitBreaker')];
  return { document, readSuite: suiteReader(reader, core, { decisionLog, circuitBreaker }) };
}

/** Funds a node's keys, makes its stake key and registers it. */
export async function registerIdentity(
  anvil: Anvil,
  dataDir: string,
  nodeRegistry: string,
  { account, signer: node }: OperatorIdentity,
  index: number,
): Promise<void> {
  const endpoint: Endpoint = { rpcUrl: anvil.rpcUrl, chainId: anvil.chainId, pollingIntervalMs: 50 };
  const bank = createTestClient({ mode: 'anvil', transport: http(anvil.rpcUrl) });
  const folder = nodeFolder(dataDir, index);
  const password = (await readFile(join(folder, 'password'), 'utf8')).trimEnd();
  const { account: owner } = await initialiseStake(folder, password, { scryptCost: SCRYPT_COST });
  for (const { address } of [account, owner]) await bank.setBalance({ address, value: FUNDS });
  await registerOperator(createReader(endpoint), createWriter(endpoint, owner), {
    nodeRegistry,
    keys: { node, signer: account },
  });
}

/** Writes each node's configuration: its slice of the data, its folder, the one network. */
export async function configureNodes(
  options: DevnetOptions,
  { publicFeed, publicMarket, collaterals, slices }: Slices,
  anvil: Anvil,
  identities: readonly OperatorIdentity[],
  bootstrapPort: number,
): Promise<PreparedNode[]> {
  const nodes: PreparedNode[] = [];
  for (const [index, identity] of identities.entries()) {
    const slice = slices[index];
    if (slice === undefined) break;
    const folder = nodeFolder(options.dataDir, index);
    const config: NodeConfig = {
      network: join(options.dataDir, 'network.json'),
      rpc: anvil.rpcUrl,
      keystore: join(folder, 'keystore.json'),
      passwordFile: join(folder, 'password'),
      dataDir: join(folder, 'data'),
      slice: slice.spec,
      market: slice.market,
      publicFeed,
      publicMarket,
      ...(collaterals.length === 0 ? {} : { collaterals: [...collaterals] }),
      rounds: options.rounds,
      ...(options.kernels === undefined ? {} : { aggregation: { kernels: options.kernels } }),
      api: apiConfigSchema.parse({ port: 0 }),
      ...(index < KEEPERS ? { breaker: { observe: true } } : {}),
      ...(index === 0 ? { listen: [`/ip4/127.0.0.1/tcp/${bootstrapPort}`] } : {}),
    };
    const configPath = join(folder, 'config.json');
    await writeFile(configPath, `${JSON.stringify(config, null, 2)}\n`, { mode: 0o600 });
    nodes.push({ identity, label: slice.label, configPath });
  }
  return nodes;
}

/** From here on the chain makes a block a second, whether or not there are transactions: beacons need them. */
export async function startBlocks(anvil: Anvil): Promise<void> {
  const client = createTestClient({ mode: 'anvil', transport: http(anvil.rpcUrl) });
  await client.setAutomine(false);
  await client.setIntervalMining({ interval: BLOCK_SECONDS });
}

/** A TCP port on localhost that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

function nodeFolder(dataDir: string, index: number): string {
  return join(dataDir, nodeName(index));
}

function nodeName(index: number): string {
  return `node-${index + 1}`;
}

function networkTemplate(
  parameters: NetworkParameters,
  identities: readonly OperatorIdentity[],
  bootstrapPort: number,
  spec: ModelSpec,
): NetworkTemplate {
  const model = createModel(spec);
  return {
    name: 'devnet',
    bootstrap: identities
      .slice(0, 1)
      .map(({ nodeId }) => `/ip4/127.0.0.1/tcp/${bootstrapPort}/p2p/${nodeId}`),
    genesis: {
      modelDigest: weightsDigest(genesisOf(model)),
      layout: layoutHash(model.layout),
    },
    model: spec as NetworkDocument['model'],
    parameters,
  };
}
