import { type Address, encodeFunctionData, erc20Abi, type Hex, type TransactionReceipt } from 'viem';
import type { Digest } from '../../protocol/digest.ts';
import type { ChainReader, ChainWriter } from './clients.ts';
import { chainRequest } from './errors.ts';
import { referenceCoreAbi as abi } from './generated/reference-core.ts';
import { collateralKey } from './reference-parameters.ts';
import { transact } from './transact.ts';
import type { WaitOptions } from './waiting.ts';
import { lowerCaseAddress, wordFromDigest } from './words.ts';

/** The reference core as a whole, as of a block. Rates are nominal, in wad a year; ceilings and buffer in whole coins. */
export type CoreState = {
  readonly fee: bigint;
  readonly savingsRate: bigint;
  /** Wad of the debt. */
  readonly penalty: bigint;
  readonly ceiling: bigint;
  readonly buffer: bigint;
  /** Unix seconds up to which interest has been settled. */
  readonly accruedAt: number;
  /** What debts have earned beyond coins and savings, in coins with 45 decimals; below zero it is bad debt. */
  readonly surplus: bigint;
  /** Coins that exist, wad; saved coins are not among them. */
  readonly supply: bigint;
};

/** One collateral of the core, as of a block. */
export type CoreCollateral = {
  /** Base fee and modifier, wad a year. */
  readonly effectiveFee: bigint;
  /** Debt of all its vaults with interest, wad. */
  readonly debt: bigint;
  /** Whole coins; the global ceiling holds as well. */
  readonly ceiling: bigint;
  /** Value by debt that new debt needs, wad. */
  readonly ratio: bigint;
  /** Value by debt below which a vault may be liquidated now, wad. */
  readonly liquidationRatio: bigint;
  /** Collateral of all its vaults, 18 decimals. */
  readonly amount: bigint;
  readonly token: Address;
  readonly priceSource: Address;
};

export type CoreVault = {
  readonly owner: Address;
  /** Collateral, 18 decimals whatever the token has. */
  readonly amount: bigint;
  /** Coins that repay it, interest included, wad. */
  readonly debt: bigint;
};

/** The core as of a block; the latest unless given. */
export async function coreState(reader: ChainReader, core: string, height?: number): Promise<CoreState> {
  const address = lowerCaseAddress(core);
  return chainRequest('read the reference core', async () => {
    const blockNumber = height === undefined ? await reader.getBlockNumber() : BigInt(height);
    const at = { abi, address, blockNumber } as const;
    const coin = await reader.readContract({ ...at, functionName: 'COIN' });
    const [rates, totals, surplus, supply] = await Promise.all([
      reader.readContract({ ...at, functionName: 'rates' }),
      reader.readContract({ ...at, functionName: 'totals' }),
      reader.readContract({ ...at, functionName: 'surplus' }),
      reader.readContract({ abi: erc20Abi, address: coin, functionName: 'totalSupply', blockNumber }),
    ]);
    const { fee, savingsRate, penalty, accruedAt } = rates;
    return { fee, savingsRate, penalty, ...totals, accruedAt, surplus, supply };
  });
}

/**
 * A collateral of the core as of a block; the latest unless given.
 *
 * @throws ContractRevertError `COLLATERAL_UNKNOWN`.
 */
export async function coreCollateral(
  reader: ChainReader,
  core: string,
  collateral: string,
  height?: number,
): Promise<CoreCollateral> {
  const args = [wordFromDigest(collateralKey(collateral))] as const;
  return chainRequest(`read collateral ${collateral}`, async () => {
    const blockNumber = height === undefined ? await reader.getBlockNumber() : BigInt(height);
    const at = { abi, address: lowerCaseAddress(core), args, blockNumber } as const;
    const [stored, effectiveFee, debt, liquidationRatio] = await Promise.all([
      reader.readContract({ ...at, functionName: 'collateralOf' }),
      reader.readContract({ ...at, functionName: 'effectiveFee' }),
      reader.readContract({ ...at, functionName: 'debtAgainst' }),
      reader.readContract({ ...at, functionName: 'liquidationRatio' }),
    ]);
    const { ceiling, ratio, amount } = stored;
    const [token, priceSource] = [lowerCaseAddress(stored.token), lowerCaseAddress(stored.source)];
    return { effectiveFee, debt, ceiling, ratio, liquidationRatio, amount, token, priceSource };
  });
}

/**
 * A vault as of a block; the latest unless given.
 *
 * @throws ContractRevertError `VAULT_UNKNOWN`.
 */
export async function coreVault(
  reader: ChainReader,
  core: string,
  vault: bigint,
  height?: number,
): Promise<CoreVault> {
  return chainRequest(`read vault ${vault}`, async () => {
    const blockNumber = height === undefined ? await reader.getBlockNumber() : BigInt(height);
    const at = { abi, address: lowerCaseAddress(core), args: [vault], blockNumber } as const;
    const [{ owner, amount }, debt] = await Promise.all([
      reader.readContract({ ...at, functionName: 'vaultOf' }),
      reader.readContract({ ...at, functionName: 'debtOf' }),
    ]);
    return { owner: lowerCaseAddress(owner), amount, debt };
  });
}

/** The writer's doings at a core. Each is tried before it is sent; amounts of coins in wad, of tokens in their own units. */
export type CoreActions = {
  /** @returns the new vault's id. @throws ContractRevertError `COLLATERAL_UNKNOWN`. */
  readonly open: (collateral: string) => Promise<bigint>;
  /** Approves and deposits. */
  readonly deposit: (vault: bigint, token: string, amount: bigint) => Promise<TransactionReceipt>;
  /** @throws ContractRevertError `RATIO_TOO_LOW`, `COLLATERAL_INSUFFICIENT`, `PRICE_UNUSABLE` … */
  readonly withdraw: (vault: bigint, amount: bigint) => Promise<TransactionReceipt>;
  /** @throws ContractRevertError `MINTING_HALTED`, `RATIO_TOO_LOW`, `CEILING_EXCEEDED`, `DEBT_BELOW_FLOOR` … */
  readonly mint: (vault: bigint, coins: bigint) => Promise<TransactionReceipt>;
  /** More coins than the debt repay the debt. */
  readonly repay: (vault: bigint, coins: bigint) => Promise<TransactionReceipt>;
  /** @throws ContractRevertError `VAULT_SAFE`, `WHOLE_VAULT_ONLY`, `SEIZED_TOO_LITTLE`, `PRICE_UNUSABLE` … */
  readonly liquidate: (vault: bigint, coins: bigint, leastSeized: bigint) => Promise<TransactionReceipt>;
  readonly save: (coins: bigint) => Promise<TransactionReceipt>;
  readonly unsave: (shares: bigint) => Promise<TransactionReceipt>;
  /** Settles interest. */
  readonly accrue: () => Promise<TransactionReceipt>;
  /** Takes the registry's values of at most 16 parameters. */
  readonly sync: (parameters: readonly Digest[]) => Promise<TransactionReceipt>;
};

/** What the writer's account can do at a core. */
export function coreActions(
  reader: ChainReader,
  writer: ChainWriter,
  core: string,
  wait: WaitOptions = {},
): CoreActions {
  const to = lowerCaseAddress(core);
  const send = (what: string, data: Hex) => transact(reader, writer, what, { to, data }, wait);
  return {
    open: async (collateral) => {
      const key = wordFromDigest(collateralKey(collateral));
      const data = encodeFunctionData({ abi, functionName: 'open', args: [key] });
      const receipt = await send(`open a vault of ${collateral}`, data);
      return BigInt(receipt.logs[0]?.topics[1] ?? 0);
    },
    deposit: async (vault, token, amount) => {
      const approval = encodeFunctionData({ abi: erc20Abi, functionName: 'approve', args: [to, amount] });
      await transact(
        reader,
        writer,
        'approve collateral',
        { to: lowerCaseAddress(token), data: approval },
        wait,
      );
      const data = encodeFunctionData({ abi, functionName: 'deposit', args: [vault, amount] });
      return send(`deposit into vault ${vault}`, data);
    },
    withdraw: (vault, amount) =>
      send(
        `withdraw from vault ${vault}`,
        encodeFunctionData({ abi, functionName: 'withdraw', args: [vault, amount] }),
      ),
    mint: (vault, coins) =>
      send(
        `mint against vault ${vault}`,
        encodeFunctionData({ abi, functionName: 'mint', args: [vault, coins] }),
      ),
    repay: (vault, coins) =>
      send(`repay vault ${vault}`, encodeFunctionData({ abi, functionName: 'repay', args: [vault, coins] })),
    liquidate: (vault, coins, leastSeized) =>
      send(
        `liquidate vault ${vault}`,
        encodeFunctionData({ abi, functionName: 'liquidate', args: [vault, coins, leastSeized] }),
      ),
    save: (coins) => send('save coins', encodeFunctionData({ abi, functionName: 'save', args: [coins] })),
    unsave: (shares) =>
      send('unsave coins', encodeFunctionData({ abi, functionName: 'unsave', args: [shares] })),
    accrue: () => send('settle interest', encodeFunctionData({ abi, functionName: 'accrue' })),
    sync: (parameters) =>
      send(
        'take the values of the registry',
        encodeFunctionData({ abi, functionName: 'sync', args: [parameters.map(wordFromDigest)] }),
      ),
  };
}
