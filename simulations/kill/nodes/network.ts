import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Anvil, startAnvil } from '../../../contracts/client/index.ts';
import type { NodeConfig } from '../../../node/config/index.ts';
import { slicesFor } from '../../../node/data/index.ts';
import { describeModel } from '../../../node/devnet/model.ts';
import { type DevnetOptions, devnetParameters } from '../../../node/devnet/options.ts';
import {
  configureNodes,
  freePort,
  makeIdentities,
  prepareFolder,
  setUpChain,
  startBlocks,
} from '../../../node/devnet/setup.ts';
import type { NetworkDocument } from '../../../protocol/network.ts';
import { Relays } from './relays.ts';

export type KillNode = {
  readonly id: string;
  readonly configPath: string;
  readonly database: string;
  /** Where it listens, in every life. */
  readonly address: string;
};

export type KillNetworkOptions = {
  /** An empty one. */
  readonly folder: string;
  readonly seed: number;
  readonly nodes: number;
  /** Whether nodes reach each other through relays alone. */
  readonly isRelayed: boolean;
};

/** A chain, contracts, registered operators and their configurations; no node runs yet. */
export type KillNetwork = {
  readonly anvil: Anvil;
  readonly document: NetworkDocument;
  readonly nodes: readonly KillNode[];
  readonly relays: Relays | undefined;
};

/** Public data is laid out over so many rounds: more than are ever played. */
const ROUNDS = 5_000;
/** Of milliseconds: phases as short as a node on a busy machine can keep. */
const TIMEOUTS = { collectMs: 1_500, fetchMs: 800, viewMs: 1_200, resendMs: 500 };

export async function prepareKillNetwork({
  folder,
  seed,
  nodes: count,
  isRelayed,
}: KillNetworkOptions): Promise<KillNetwork> {
  const options: DevnetOptions = {
    rounds: ROUNDS,
    nodes: count,
    byzantine: 0,
    attack: 'sign-flip',
    boost: undefined,
    rule: 'median',
    privacy: 'record',
    data: undefined,
    seed,
    exit: false,
    dataDir: join(folder, 'net'),
    gate: true,
    normCheck: true,
  };
  const slices = await slicesFor(options.data, seed, count);
  await prepareFolder(options.dataDir);
  const anvil = await startAnvil();
  try {
    const identities = await makeIdentities(options.dataDir, count);
    const ports: number[] = [];
    for (let i = 0; i < count; i++) ports.push(await freePort());
    const relays = isRelayed ? await Relays.open(ports) : undefined;
    const announced = relays?.ports ?? ports;
    const port = announced[0] ?? 0;
    const prepared = await configureNodes(options, slices, anvil, identities, port);
    const agreed = devnetParameters(options);
    const parameters = {
      ...agreed,
      timeouts: TIMEOUTS,
      // Budget for many rounds, and a gate that judges but lets pass, so that every round has something to publish.
      privacy: { ...agreed.privacy, epsilonBudget: 100_000 },
      gate: { enabled: true, deadBand: 1 },
    };
    const model = await describeModel(slices, ROUNDS);
    const { document } = await setUpChain(anvil, options, parameters, identities, port, model);
    const nodes: KillNode[] = [];
    for (const [index, { identity, configPath }] of prepared.entries()) {
      const address = `/ip4/127.0.0.1/tcp/${announced[index]}/p2p/${identity.nodeId}`;
      const announce = isRelayed ? [`/ip4/127.0.0.1/tcp/${announced[index]}`] : undefined;
      const { database } = await reconfigure(configPath, ports[index] ?? 0, announce);
      nodes.push({ id: identity.nodeId, configPath, database, address });
    }
    await startBlocks(anvil);
    return { anvil, document, nodes, relays };
  } catch (error) {
    await anvil.stop();
    throw error;
  }
}

/** The engine that loads in no time, and a port that stays the same in the next life. */
async function reconfigure(
  path: string,
  port: number,
  announce: readonly string[] | undefined,
): Promise<{ database: string }> {
  const config = JSON.parse(await readFile(path, 'utf8')) as NodeConfig;
  const changed = { ...config, engine: 'float64', listen: [`/ip4/127.0.0.1/tcp/${port}`], announce };
  await writeFile(path, `${JSON.stringify(changed, null, 2)}\n`);
  return { database: join(config.dataDir, 'db') };
}
