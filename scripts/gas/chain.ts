import {
  type Abi,
  encodeDeployData,
  encodeFunctionData,
  getContractAddress,
  type HDAccount,
  type Hex,
} from 'viem';
import * as client from '../../contracts/client/index.ts';

/** A local chain, a committee of its accounts in ascending order, and an account that pays. */
export type GasChain = {
  readonly anvil: client.Anvil;
  readonly reader: client.ChainReader;
  readonly owner: client.ChainWriter;
  readonly members: readonly HDAccount[];
  readonly committee: readonly string[];
};

/** Starts a chain that keeps every step of its transactions. */
export async function startGasChain(size: number): Promise<GasChain> {
  const anvil = await client.startAnvil({ accounts: size + 1, hasTraces: true });
  const endpoint = { rpcUrl: anvil.rpcUrl, chainId: anvil.chainId, pollingIntervalMs: 5 };
  const members = Array.from({ length: size }, (_, i) => client.devAccount(i + 1)).toSorted((a, b) =>
    a.address.toLowerCase() < b.address.toLowerCase() ? -1 : 1,
  );
  return {
    anvil,
    reader: client.createReader(endpoint),
    owner: client.createWriter(endpoint, client.devAccount(0)),
    members,
    committee: members.map(({ address }) => address.toLowerCase()),
  };
}

export async function passTime({ reader }: GasChain, seconds: number): Promise<void> {
  await reader.request({ method: 'evm_increaseTime', params: [seconds] } as never);
  await reader.request({ method: 'evm_mine' } as never);
}

/** @returns Unix seconds of the last block. */
export async function chainTime({ reader }: GasChain): Promise<number> {
  return Number((await reader.getBlock()).timestamp);
}

export type Contract = { readonly abi: Abi; readonly address: Hex };

/** Sends a call. @returns its transaction and the gas that it used. */
export async function call(
  { reader, owner }: GasChain,
  { abi, address }: Contract,
  functionName: string,
  args: readonly unknown[],
): Promise<{ readonly transactionHash: Hex; readonly gasUsed: bigint }> {
  const hash = await owner.sendTransaction({
    to: address,
    data: encodeFunctionData({ abi, functionName, args }),
  });
  return mined(await reader.waitForTransactionReceipt({ hash }));
}

/** Deploys a contract. */
export async function create(
  { reader, owner }: GasChain,
  { abi, bytecode }: { readonly abi: readonly unknown[]; readonly bytecode: Hex },
  args: readonly unknown[],
): Promise<Contract> {
  const nonce = BigInt(await client.nextNonce(reader, owner.account.address));
  const data = encodeDeployData({ abi: abi as Abi, bytecode, args });
  const hash = await owner.sendTransaction({ data });
  mined(await reader.waitForTransactionReceipt({ hash }));
  return { abi: abi as Abi, address: getContractAddress({ from: owner.account.address, nonce }) };
}

function mined<T extends { readonly status: string; readonly transactionHash: Hex }>(receipt: T): T {
  if (receipt.status !== 'success') throw new Error(`transaction ${receipt.transactionHash} failed`);
  return receipt;
}

/** r and s of a signature, the parity of v in the highest bit of s (ERC-2098). */
export function shortSignature(signature: Hex): { readonly r: Hex; readonly vs: Hex } {
  const s = BigInt(`0x${signature.slice(66, 130)}`);
  const parity = signature.endsWith('1c') ? 1n << 255n : 0n;
  return { r: signature.slice(0, 66) as Hex, vs: `0x${(s | parity).toString(16).padStart(64, '0')}` };
}
