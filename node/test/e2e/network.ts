import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Anvil, startAnvil } from '../../../contracts/client/index.ts';
import type { NetworkDocument } from '../../../protocol/network.ts';
import { slicesFor } from '../../data/index.ts';
import { describeModel } from '../../devnet/model.ts';
import { type DevnetOptions, devnetParameters } from '../../devnet/options.ts';
import {
  configureNodes,
  freePort,
  makeIdentities,
  type PreparedNode,
  prepareFolder,
  setUpChain,
  startBlocks,
} from '../../devnet/setup.ts';

/** A chain, contracts, registered operators and their configurations; no node runs yet. */
export type PreparedNetwork = {
  readonly root: string;
  readonly anvil: Anvil;
  readonly document: NetworkDocument;
  readonly nodes: readonly PreparedNode[];
  readonly remove: () => Promise<void>;
};

export async function prepareNetwork(fields: Partial<DevnetOptions>): Promise<PreparedNetwork> {
  const root = await mkdtemp(join(tmpdir(), 'ballast-network-'));
  const options: DevnetOptions = {
    rounds: 4,
    nodes: 4,
    byzantine: 0,
    attack: 'sign-flip',
    boost: undefined,
    rule: 'median',
    privacy: 'record',
    data: undefined,
    seed: 1,
    exit: false,
    dataDir: join(root, 'net'),
    gate: true,
    normCheck: true,
    ...fields,
  };
  const slices = await slicesFor(options.data, options.seed, options.nodes);
  await prepareFolder(options.dataDir);
  const anvil = await startAnvil();
  const remove = async () => {
    await anvil.stop();
    await rm(root, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const identities = await makeIdentities(options.dataDir, options.nodes);
    const port = await freePort();
    const nodes = await configureNodes(options, slices, anvil, identities, port);
    const { document } = await setUpChain(
      anvil,
      options,
      devnetParameters(options),
      identities,
      port,
      await describeModel(slices, options.rounds),
    );
    await startBlocks(anvil);
    return { root, anvil, document, nodes, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}
