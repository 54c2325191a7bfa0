import { formatGwei, parseGwei } from 'viem';
import { BallastError } from '../../protocol/errors.ts';
import type { ChainReader } from './clients.ts';
import { chainRequest } from './errors.ts';

/** What a transaction offers for a unit of gas, in wei (EIP-1559). */
export type GasFees = { readonly maxFeePerGas: bigint; readonly maxPriorityFeePerGas: bigint };

/** The most that a unit of gas may cost unless an operator says otherwise. */
export const DEFAULT_MAX_FEE_PER_GAS = parseGwei('500');

/**
 * Fees that the next blocks take: twice the base fee of the last block, which holds for six full ones (EIP-1559 adds
 * an eighth a block at most), and the tip that the endpoint advises; never above the cap.
 *
 * @throws BallastError `GAS_PRICE_ABOVE_CAP`, `CHAIN_REQUEST_FAILED`.
 */
export async function currentFees(reader: ChainReader, what: string, cap: bigint): Promise<GasFees> {
  const { base, tip } = await chainRequest(what, async () => {
    const [block, advised] = await Promise.all([
      reader.getBlock({ blockTag: 'latest' }),
      reader.estimateMaxPriorityFeePerGas(),
    ]);
    return { base: block.baseFeePerGas ?? 0n, tip: advised };
  });
  if (base > cap) {
    throw new BallastError(
      'GAS_PRICE_ABOVE_CAP',
      `${what}: got a base fee of ${formatGwei(base)} gwei, expected at most ${formatGwei(cap)}`,
      {
        metadata: { baseFeePerGas: String(base), maxFeePerGas: String(cap) },
        hint: 'wait until gas costs less, or raise the cap',
      },
    );
  }
  const maxFeePerGas = least(2n * base + tip, cap);
  return { maxFeePerGas, maxPriorityFeePerGas: least(tip, maxFeePerGas) };
}

/**
 * Fees by which a transaction replaces itself: an eighth more than before, since pools ask for a tenth, or what is
 * due now where that is more.
 *
 * @returns undefined where the cap does not leave room for a tenth.
 */
export function replacementFees(before: GasFees, now: GasFees, cap: bigint): GasFees | undefined {
  const least10 = (value: bigint) => value + value / 10n + 1n;
  const raised = (old: bigint, due: bigint) => most(old + old / 8n + 1n, due);
  const maxFeePerGas = least(raised(before.maxFeePerGas, now.maxFeePerGas), cap);
  const tip = least(raised(before.maxPriorityFeePerGas, now.maxPriorityFeePerGas), maxFeePerGas);
  const isEnough =
    maxFeePerGas >= least10(before.maxFeePerGas) && tip >= least10(before.maxPriorityFeePerGas);
  return isEnough ? { maxFeePerGas, maxPriorityFeePerGas: tip } : undefined;
}

const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);
const most = (a: bigint, b: bigint): bigint => (a > b ? a : b);
