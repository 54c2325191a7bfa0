import {
  type Anvil,
  type ChainReader,
  type ChainWriter,
  createReader,
  createWriter,
  deployContracts,
  devAccount,
  initialiseModelRegistry,
} from '../../../contracts/client/index.ts';
import { type Committee, createCommittee } from '../../../coordinator/index.ts';
import { type NetworkDocument, networkId } from '../../../protocol/network.ts';
import { createIdentity, type OperatorIdentity } from '../../keys/index.ts';
import { parametersOf } from './fixtures.ts';

/** Digest of the genesis model. */
export const GENESIS = '6e'.repeat(32);

export type CommitteeOnChain = {
  readonly document: NetworkDocument;
  readonly committee: Committee;
  /** In the order of the committee. */
  readonly members: readonly OperatorIdentity[];
  readonly reader: ChainReader;
  /** Deployed the contracts and owns them. */
  readonly owner: ChainWriter;
};

/** How a test asks a chain: receipts at once. */
export function endpointOf({ rpcUrl, chainId }: Anvil) {
  return { rpcUrl, chainId, pollingIntervalMs: 20 };
}

/**
 * A network of four members, its contracts and its first committee on a chain.
 *
 * @param name of the network.
 * @param keys byte from which the members' keys follow.
 * @param restorer who may ask for an earlier version; nobody unless given.
 * @param disputes of versions; none unless given.
 */
export async function committeeOnChain(
  anvil: Anvil,
  name: string,
  keys: number,
  restorer?: ReturnType<typeof devAccount>['address'],
  disputes?: { readonly window: number; readonly bond: bigint },
): Promise<CommitteeOnChain> {
  const reader = createReader(endpointOf(anvil));
  const owner = createWriter(endpointOf(anvil), devAccount(0));
  const terms = {
    minimumBond: 1n,
    unbondingDelaySeconds: 60,
    ...(disputes === undefined ? {} : { disputes }),
  };
  const { block: _, ...contracts } = await deployContracts(reader, owner, terms);
  const document: NetworkDocument = {
    name,
    chain: `eip155:${anvil.chainId}`,
    contracts,
    bootstrap: [],
    genesis: { modelDigest: GENESIS, layout: GENESIS, beaconHeight: 1 },
    model: {},
    parameters: parametersOf(),
  };
  const identities = Array.from({ length: 4 }, (_, i) =>
    createIdentity((length) => new Uint8Array(length).fill(keys + i)),
  );
  const committee = createCommittee(
    0,
    identities.map(({ nodeId, account }) => ({
      node: nodeId,
      signer: account.address.toLowerCase() as `0x${string}`,
    })),
  );
  await initialiseModelRegistry(reader, owner, contracts.modelRegistry, {
    network: networkId(document),
    modelDigest: GENESIS,
    committee: committee.members.map(({ signer }) => signer),
    ...(restorer === undefined ? {} : { restorer }),
  });
  const members = committee.members.flatMap(({ node }) => identities.filter(({ nodeId }) => nodeId === node));
  return { document, committee, members, reader, owner };
}
