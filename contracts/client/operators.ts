import { type Address, type Hex, zeroAddress } from 'viem';
import type { Digest } from '../../protocol/digest.ts';
import { type NodeId, nodeIdFromPublicKey } from '../../protocol/ids.ts';
import { MAX_COMMITTEE } from '../../protocol/messages.ts';
import type { ChainReader } from './clients.ts';
import { committeeRoot } from './committee.ts';
import { chainRequest } from './errors.ts';
import { nodeRegistryAbi as abi } from './generated/node-registry.ts';
import { verifyNodeProof } from './node-proof.ts';
import { bytesFromHex, lowerCaseAddress } from './words.ts';

/** A member of a committee, or one that could be. Addresses in lower case. */
export type OperatorKeys = {
  /** Holds the bond. */
  readonly owner: Address;
  /** Address whose key signs commit votes. */
  readonly signer: Address;
  readonly node: NodeId;
};

/** An operator that holds a bond and takes part. */
export type Operator = OperatorKeys & {
  /** Wei. */
  readonly bond: bigint;
  /** Unix seconds. */
  readonly registeredAt: number;
  /** Whether the node's key signed for this owner: without that the registration is void. */
  readonly proven: boolean;
};

export type OperatorStatus = 'none' | 'active' | 'exiting';

export type OperatorRecord = {
  readonly status: OperatorStatus;
  /** Absent for a stranger. */
  readonly node?: NodeId;
  /** Absent for a stranger. */
  readonly signer?: Address;
  /** Wei. */
  readonly bond: bigint;
  /** Unix seconds; 0 before an exit. */
  readonly withdrawableAt: number;
};

export type RangeOptions = {
  /** As of this block; the latest unless given. */
  readonly atBlock?: bigint;
  /** The block that the registry was deployed in; from the first block unless given. */
  readonly fromBlock?: bigint;
};

const STATUSES: readonly OperatorStatus[] = ['none', 'active', 'exiting'];
const PAGE = 200n;

/** What the registry holds of one owner. */
export async function operatorRecord(
  reader: ChainReader,
  registry: string,
  owner: string,
): Promise<OperatorRecord> {
  const record = await chainRequest('read operator', () =>
    reader.readContract({
      abi,
      address: lowerCaseAddress(registry),
      functionName: 'operators',
      args: [lowerCaseAddress(owner)],
    }),
  );
  const status = STATUSES[record.status] ?? 'none';
  const keys = () => ({
    node: nodeIdFromPublicKey(bytesFromHex(record.nodeKey)),
    signer: lowerCaseAddress(record.signer),
  });
  return {
    status,
    ...(status === 'none' ? {} : keys()),
    bond: record.bond,
    withdrawableAt: Number(record.withdrawableAt),
  };
}

/** Who registered a signer; undefined for a stranger. */
export async function ownerOfSigner(
  reader: ChainReader,
  registry: string,
  signer: string,
): Promise<Address | undefined> {
  const args = [lowerCaseAddress(signer)] as const;
  const owner = await chainRequest('read the owner of a signer', () =>
    reader.readContract({ abi, address: lowerCaseAddress(registry), functionName: 'ownerOfSigner', args }),
  );
  return owner === zeroAddress ? undefined : lowerCaseAddress(owner);
}

/** The active operators whose registration is proven, by ascending signer. */
export async function activeOperators(
  reader: ChainReader,
  registry: string,
  options: RangeOptions = {},
): Promise<Operator[]> {
  return (await registeredOperators(reader, registry, options)).filter(({ proven }) => proven);
}

/** All active operators at one block, by ascending signer; for diagnosis also those without a valid proof. */
export async function registeredOperators(
  reader: ChainReader,
  registry: string,
  { fromBlock = 0n, atBlock }: RangeOptions = {},
): Promise<Operator[]> {
  const address = lowerCaseAddress(registry);
  return chainRequest('read active operators', async () => {
    const blockNumber = atBlock ?? (await reader.getBlockNumber());
    const [active, events] = await Promise.all([
      activeAt(reader, address, blockNumber),
      registryEvents(reader, address, fromBlock, blockNumber),
    ]);
    const proofs = lastProofs(events);
    const operators = active.map(({ owner, signer, nodeKey, bond, registeredAt }) => {
      const proof = proofs.get(owner + nodeKey);
      const proven = proof !== undefined && isProven(reader, address, owner, nodeKey, proof);
      const node = nodeIdFromPublicKey(bytesFromHex(nodeKey));
      return {
        owner,
        signer: lowerCaseAddress(signer),
        node,
        bond,
        registeredAt: Number(registeredAt),
        proven,
      };
    });
    return operators.sort(bySigner);
  });
}

/**
 * The members of the committee that the chain knows by a root, whatever has been registered, rotated or left since:
 * the registry's events are replayed, and the last state of which the proven operators are that committee is it.
 *
 * @returns members by ascending signer; undefined where no state fits.
 */
export async function committeeOperators(
  reader: ChainReader,
  registry: string,
  root: Digest,
  { fromBlock = 0n }: RangeOptions = {},
): Promise<OperatorKeys[] | undefined> {
  const address = lowerCaseAddress(registry);
  const events = await chainRequest('read the history of operators', async () =>
    registryEvents(reader, address, fromBlock, await reader.getBlockNumber()),
  );
  let found: OperatorKeys[] | undefined;
  for (const active of statesOf(reader, address, events)) {
    if (active.size < 1 || active.size > MAX_COMMITTEE) continue;
    const members = [...active.values()].sort(bySigner);
    if (committeeRoot(members.map(({ signer }) => signer)) === root)
      found = members.map(({ owner, node, signer }) => ({ owner, node, signer }));
  }
  return found;
}

/**
 * The active operators whose registration is proven as of a block, from the registry's events alone: an endpoint that
 * keeps no old state answers too.
 *
 * @returns by ascending signer.
 */
export async function operatorsAt(
  reader: ChainReader,
  registry: string,
  block: number,
  { fromBlock = 0n }: Pick<RangeOptions, 'fromBlock'> = {},
): Promise<BondedOperator[]> {
  const address = lowerCaseAddress(registry);
  const events = await chainRequest(`read the operators as of block ${block}`, () =>
    registryEvents(reader, address, fromBlock, BigInt(block)),
  );
  const last = [...statesOf(reader, address, events)].at(-1);
  return [...(last?.values() ?? [])].sort(bySigner);
}

/** An operator with its bond, in wei. */
export type BondedOperator = OperatorKeys & Pick<Operator, 'bond'>;

/** The proven operators after each event: one map, which changes from one to the next. */
function* statesOf(
  reader: ChainReader,
  address: Address,
  events: Awaited<ReturnType<typeof registryEvents>>,
): Generator<ReadonlyMap<Address, BondedOperator>> {
  const active = new Map<Address, BondedOperator>();
  for (const event of events) {
    if (event.eventName === 'EIP712DomainChanged' || event.eventName === 'BlsKeyRegistered') continue;
    const owner = lowerCaseAddress(event.args.owner);
    const known = active.get(owner);
    if (event.eventName === 'Registered') {
      const { nodeKey, proof, signer, bond } = event.args;
      if (!isProven(reader, address, owner, nodeKey, proof)) continue;
      const node = nodeIdFromPublicKey(bytesFromHex(nodeKey));
      active.set(owner, { owner, signer: lowerCaseAddress(signer), node, bond });
    } else if (event.eventName === 'ExitStarted') {
      active.delete(owner);
    } else if (event.eventName === 'SignerRotated' && known !== undefined) {
      active.set(owner, { ...known, signer: lowerCaseAddress(event.args.signer) });
    } else if (event.eventName === 'Slashed' && known !== undefined) {
      active.set(owner, { ...known, bond: event.args.bond });
    }
    yield active;
  }
}

type ActiveEntry = {
  owner: Address;
  signer: Address;
  nodeKey: Hex;
  bond: bigint;
  registeredAt: bigint;
};

async function activeAt(reader: ChainReader, address: Address, blockNumber: bigint): Promise<ActiveEntry[]> {
  const entries: ActiveEntry[] = [];
  for (;;) {
    const [owners, records] = await reader.readContract({
      abi,
      address,
      functionName: 'activeOperators',
      args: [BigInt(entries.length), PAGE],
      blockNumber,
    });
    owners.forEach((owner, i) => {
      const record = records[i];
      if (record !== undefined) entries.push({ ...record, owner: lowerCaseAddress(owner) });
    });
    if (BigInt(owners.length) < PAGE) return entries;
  }
}

/** All that the registry tells, in its order. */
function registryEvents(reader: ChainReader, address: Address, fromBlock: bigint, toBlock: bigint) {
  return reader.getContractEvents({ abi, address, fromBlock, toBlock, strict: true });
}

/** The last proof of each pair of owner and node key. */
function lastProofs(events: Awaited<ReturnType<typeof registryEvents>>): Map<string, Hex> {
  const proofs = new Map<string, Hex>();
  for (const { eventName, args } of events) {
    if (eventName === 'Registered') proofs.set(lowerCaseAddress(args.owner) + args.nodeKey, args.proof);
  }
  return proofs;
}

function isProven(
  reader: ChainReader,
  nodeRegistry: Address,
  owner: Address,
  nodeKey: Hex,
  proof: Hex,
): boolean {
  const statement = { chainId: reader.chain.id, nodeRegistry, owner };
  return verifyNodeProof(bytesFromHex(nodeKey), bytesFromHex(proof), statement);
}

const bySigner = (a: OperatorKeys, b: OperatorKeys) => (a.signer < b.signer ? -1 : 1);
