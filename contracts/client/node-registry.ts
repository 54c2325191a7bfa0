import { type Address, encodeFunctionData, type Hex, type TransactionReceipt } from 'viem';
import type { NodeSigner } from '../../protocol/ed25519.ts';
import { type NodeId, nodeIdFromPublicKey } from '../../protocol/ids.ts';
import type { ChainReader, ChainWriter } from './clients.ts';
import { chainRequest } from './errors.ts';
import { nodeRegistryAbi as abi } from './generated/node-registry.ts';
import { signNodeProof, verifyNodeProof } from './node-proof.ts';
import { transact, type WaitOptions } from './transact.ts';
import { bytesFromHex, hexFromBytes, lowerCaseAddress } from './words.ts';

/** An operator that holds a bond and takes part. */
export type Operator = {
  /** Address whose key signs commit votes, in lower case. */
  readonly operator: Address;
  readonly node: NodeId;
  /** Wei. */
  readonly bond: bigint;
  /** Unix seconds. */
  readonly registeredAt: number;
  /** Whether the node's key signed for this operator: without that the registration is void. */
  readonly proven: boolean;
};

export type OperatorStatus = 'none' | 'active' | 'exiting';

export type OperatorRecord = {
  readonly status: OperatorStatus;
  /** Absent for a stranger. */
  readonly node?: NodeId;
  /** Wei. */
  readonly bond: bigint;
  /** Unix seconds; 0 before an exit. */
  readonly withdrawableAt: number;
};

export type RangeOptions = {
  /** The block that the registry was deployed in; from the first block unless given. */
  readonly fromBlock?: bigint;
};

const STATUSES: readonly OperatorStatus[] = ['none', 'active', 'exiting'];
const PAGE = 200n;

/**
 * Registers the writer's account as an operator of the signer's node.
 *
 * @param bond wei.
 * @throws ContractRevertError `BOND_TOO_SMALL`, `ALREADY_REGISTERED` or `NODE_KEY_TAKEN`.
 */
export async function registerNode(
  reader: ChainReader,
  writer: ChainWriter,
  registry: string,
  { signer, bond, ...wait }: { readonly signer: NodeSigner; readonly bond: bigint } & WaitOptions,
): Promise<TransactionReceipt> {
  const statement = {
    chainId: writer.chain.id,
    nodeRegistry: registry,
    operator: writer.account.address,
  };
  const args = [hexFromBytes(signer.publicKey), hexFromBytes(signNodeProof(signer, statement))] as const;
  const data = encodeFunctionData({ abi, functionName: 'register', args });
  return transact(
    reader,
    writer,
    'register node',
    { to: lowerCaseAddress(registry), data, value: bond },
    wait,
  );
}

/** Leaves the active operators and starts the unbonding delay. @throws ContractRevertError `NOT_ACTIVE`. */
export function exitNode(
  reader: ChainReader,
  writer: ChainWriter,
  registry: string,
  wait: WaitOptions = {},
): Promise<TransactionReceipt> {
  const data = encodeFunctionData({ abi, functionName: 'exit' });
  return transact(reader, writer, 'exit', { to: lowerCaseAddress(registry), data }, wait);
}

/** Pays the bond back. @throws ContractRevertError `NOT_EXITING` or `STILL_BONDED`. */
export function withdrawBond(
  reader: ChainReader,
  writer: ChainWriter,
  registry: string,
  wait: WaitOptions = {},
): Promise<TransactionReceipt> {
  const data = encodeFunctionData({ abi, functionName: 'withdraw' });
  return transact(reader, writer, 'withdraw bond', { to: lowerCaseAddress(registry), data }, wait);
}

/** What the registry holds of one address. */
export async function operatorRecord(
  reader: ChainReader,
  registry: string,
  operator: string,
): Promise<OperatorRecord> {
  const record = await chainRequest('read operator', () =>
    reader.readContract({
      abi,
      address: lowerCaseAddress(registry),
      functionName: 'operators',
      args: [lowerCaseAddress(operator)],
    }),
  );
  const status = STATUSES[record.status] ?? 'none';
  return {
    status,
    ...(status === 'none' ? {} : { node: nodeIdFromPublicKey(bytesFromHex(record.nodeKey)) }),
    bond: record.bond,
    withdrawableAt: Number(record.withdrawableAt),
  };
}

/** The active operators whose registration is proven, by ascending address. */
export async function activeOperators(
  reader: ChainReader,
  registry: string,
  options: RangeOptions = {},
): Promise<Operator[]> {
  return (await registeredOperators(reader, registry, options)).filter(({ proven }) => proven);
}

/** All active operators at one block, by ascending address; for diagnosis also those without a valid proof. */
export async function registeredOperators(
  reader: ChainReader,
  registry: string,
  { fromBlock = 0n }: RangeOptions = {},
): Promise<Operator[]> {
  const address = lowerCaseAddress(registry);
  return chainRequest('read active operators', async () => {
    const blockNumber = await reader.getBlockNumber();
    const [active, proofs] = await Promise.all([
      activeAt(reader, address, blockNumber),
      proofsUntil(reader, address, fromBlock, blockNumber),
    ]);
    const operators = active.map(({ operator, nodeKey, bond, registeredAt }) => {
      const publicKey = bytesFromHex(nodeKey);
      const proof = proofs.get(operator + nodeKey);
      const statement = { chainId: reader.chain.id, nodeRegistry: address, operator };
      const proven = proof !== undefined && verifyNodeProof(publicKey, bytesFromHex(proof), statement);
      const node = nodeIdFromPublicKey(publicKey);
      return { operator, node, bond, registeredAt: Number(registeredAt), proven };
    });
    return operators.sort((a, b) => (a.operator < b.operator ? -1 : 1));
  });
}

type ActiveEntry = { operator: Address; nodeKey: Hex; bond: bigint; registeredAt: bigint };

async function activeAt(reader: ChainReader, address: Address, blockNumber: bigint): Promise<ActiveEntry[]> {
  const entries: ActiveEntry[] = [];
  for (;;) {
    const [addresses, records] = await reader.readContract({
      abi,
      address,
      functionName: 'activeOperators',
      args: [BigInt(entries.length), PAGE],
      blockNumber,
    });
    addresses.forEach((operator, i) => {
      const record = records[i];
      if (record !== undefined) entries.push({ ...record, operator: lowerCaseAddress(operator) });
    });
    if (BigInt(addresses.length) < PAGE) return entries;
  }
}

/** The last proof of each pair of operator and node key. */
async function proofsUntil(
  reader: ChainReader,
  address: Address,
  fromBlock: bigint,
  toBlock: bigint,
): Promise<Map<string, Hex>> {
  const events = await reader.getContractEvents({
    abi,
    address,
    eventName: 'Registered',
    fromBlock,
    toBlock,
    strict: true,
  });
  return new Map(events.map(({ args }) => [lowerCaseAddress(args.operator) + args.nodeKey, args.proof]));
}
